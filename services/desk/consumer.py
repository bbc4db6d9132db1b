"""Desk's consumer. Delivery: at least once, effect once (inbox); any order, by revisions and times.

Requests say what is wanted of a ticket, and the service desk how it stands. Nothing is sent here: the sender does that
after the transaction, and is woken by it. A ticket of a request that we have not heard of yet is left: the sender
looks for it at the desk before it would open one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from schemas.events.desk import TicketReported
from schemas.events.request import RequestApproved, RequestEvent, RequestProgressed, RequestRaised, RequestRefused
from schemas.topics import DESK_PROGRESS
from services.database.pool import Connection
from services.desk import store
from services.desk.announcements import announce
from services.desk.rules import STATUSES, Seen, Standing, Wanted, heard, merged
from services.desk.store import Held
from services.eventlog.applying import Applied
from services.eventlog.outbox import Outgoing


class DeskConsumer:
    """Keeps what is wanted and what was heard. `deployment` begins what our tickets carry; `wake` wakes the sender."""

    def __init__(self, deployment: str, wake: Callable[[], None]) -> None:
        self._ours = f"{deployment}-"
        self._wake = wake

    async def apply(self, connection: Connection, events: Sequence[RequestEvent | TicketReported]) -> Applied:
        """Write what was told, and answer which tickets stand differently."""
        wanted: dict[UUID, tuple[str, Wanted]] = {}
        reports: list[TicketReported] = []
        for event in events:
            if isinstance(event, TicketReported):
                reports.append(event)
            elif (told := _wanted(event)) is not None:
                _, before = wanted.get(event.data.request_id, (None, None))
                wanted[event.data.request_id] = event.data.reference, merged(before, told)
        await store.insert_missing(connection, wanted)
        held = await store.lock_tickets(
            connection,
            wanted,
            {reference for event in reports if (reference := self._reference(event))},
            {(event.data.desk, event.data.record) for event in reports},
        )
        known = {each.request_id: each.wanted for each in held}
        after = {request_id: merged(known[request_id], told) for request_id, (_, told) in wanted.items()}
        await store.want(connection, {key: each for key, each in after.items() if each != known[key]})
        return Applied(await self._hear(connection, held, reports), self._wake)

    def _reference(self, event: TicketReported) -> str | None:
        """The reference of our request that a ticket carries, if it is one of ours."""
        correlation = event.data.correlation or ""
        return correlation.removeprefix(self._ours) if correlation.startswith(self._ours) else None

    async def _hear(
        self, connection: Connection, held: Sequence[Held], reports: Sequence[TicketReported]
    ) -> list[Outgoing]:
        by_record = {(each.standing.desk, each.standing.record): each for each in held}
        by_reference = {each.reference: each for each in held}
        standings: dict[UUID, Standing] = {each.request_id: each.standing for each in held}
        told: list[Outgoing] = []
        for event in reports:
            row = by_record.get((event.data.desk, event.data.record)) or by_reference.get(self._reference(event) or "")
            if row is None:
                continue
            before = standings[row.request_id]
            after = standings[row.request_id] = heard(before, _seen(event))
            if after.revision > before.revision:
                told.append((DESK_PROGRESS, announce(row.request_id, row.reference, after)))
        await store.hear(
            connection,
            {each.request_id: now for each in held if (now := standings[each.request_id]) != each.standing},
        )
        return told


def _seen(event: TicketReported) -> Seen:
    ticket = event.data
    return Seen(desk=ticket.desk, record=ticket.record, ticket=ticket.ticket, state=ticket.state, at=event.time)


def _wanted(event: RequestEvent) -> Wanted | None:
    """What an event says of a request; None for a status that a newer version of requests knows."""
    data = event.data
    revision = data.revision
    match event:
        case RequestRaised(data=data):
            return Wanted(
                status=data.status if data.status in STATUSES else "waiting_for_approval",
                told=revision,
                since=revision,
                leaving=data.status == "return_due",
                requester_email=data.requester_email,
                unit=data.unit,
                kind=data.kind,
                reason=data.reason,
                serial=data.serial,
                needed_by=data.needed_by,
            )
        case RequestApproved(data=data):
            return Wanted(
                status="approved" if data.successor_device_id is None else "allocated",
                told=revision,
                since=revision,
                requester_email=data.requester_email,
                unit=data.unit,
                kind=data.kind,
                reason=data.reason,
                serial=data.serial,
            )
        case RequestRefused(data=data):
            return Wanted(status="refused", requester_email=data.requester_email, told=revision, since=revision)
        case RequestProgressed(data=data):
            if data.status not in STATUSES:
                return None
            return Wanted(status=data.status, requester_email=data.requester_email, told=revision, since=revision)
