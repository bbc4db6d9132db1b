"""Requests' consumer. Delivery: at least once, effect once (inbox); any order, since no word turns a status back.

The budget says whether money was set aside; requests move on and tell whoever asked. The desk says how the ticket of a
request stands; that is kept and shown, and moves no request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from schemas.events.budget import BudgetEvent, CommitmentRefused, LineBalanceChanged, OrderCommitted
from schemas.events.desk import RequestTicketChanged
from schemas.topics import REQUEST
from services.database.pool import Connection
from services.errors import NotFound
from services.eventlog.outbox import Outgoing
from services.requests import desk_tickets, store
from services.requests.announcements import announce_progress
from services.requests.rules import Cause, Status, next_status
from services.requests.store import Moment


class RequestsConsumer:
    """Moves approved requests on, and keeps what the desk says of their tickets."""

    async def apply(
        self, connection: Connection, events: Sequence[BudgetEvent | RequestTicketChanged]
    ) -> list[Outgoing]:
        """Write what the budget decided, and answer what to tell. Raises NotFound for a request nobody raised."""
        concerning = [event for event in events if not isinstance(event, LineBalanceChanged)]
        if not concerning:
            return []
        held = await store.lock_requests(connection, sorted({event.data.request_id for event in concerning}))
        for event in concerning:
            if event.data.request_id not in held:
                raise NotFound(f"{event.source} speaks of {event.data.request_reference}, which nobody raised.")
        tickets = [event for event in concerning if isinstance(event, RequestTicketChanged)]
        if tickets:
            await store.remember(connection, await desk_tickets.keep(connection, tickets))
        decided = [event for event in concerning if not isinstance(event, RequestTicketChanged)]
        return await self._move_on(connection, decided, held)

    async def _move_on(
        self,
        connection: Connection,
        decided: Sequence[OrderCommitted | CommitmentRefused],
        held: Mapping[UUID, tuple[str, str, Status]],
    ) -> list[Outgoing]:
        moved: dict[UUID, Status] = {}
        told: list[Outgoing] = []
        moments: list[Moment] = []
        for event in decided:
            request_id = event.data.request_id
            reference, requester, before = held[request_id]
            cause, what = _meaning(event)
            moments.append(Moment(request_id, cause, event.time, what, event.source))
            status = next_status(moved.get(request_id, before), cause)
            if status is not None:
                moved[request_id] = status
                told.append((REQUEST, announce_progress(request_id, reference, requester, status, what, event.time)))
        await store.move_on(connection, moved)
        await store.remember(connection, moments)
        return told


def _meaning(event: OrderCommitted | CommitmentRefused) -> tuple[Cause, str]:
    if isinstance(event, OrderCommitted):
        return Cause.COMMITTED, f"Money is set aside: order {event.data.order_id} for a {event.data.kind}"
    return Cause.NO_MONEY, event.data.explanation
