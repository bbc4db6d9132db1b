"""Requests' consumer. Delivery: at least once, effect once (inbox); any order, since no word turns a status back.

The budget says whether money was set aside, refresh that a wave is ordered, the register where devices are, the losses
that a lost one was found: requests move on and tell whoever asked. The desk says how the ticket of a request stands;
that is kept and shown, and moves no request. Of the register's stream, which is heavy, a batch asks once, and only for
what may concern a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from schemas.envelope import Event
from schemas.events.budget import CommitmentRefused, OrderCommitted
from schemas.events.desk import RequestTicketChanged
from schemas.events.loss import LossMoved
from schemas.events.refresh import QueueEntered
from schemas.events.register import DeviceChanged
from schemas.topics import BUDGET, DESK_PROGRESS, DEVICE_CHANGED, LOSS, REFRESH
from services.database.pool import Connection
from services.errors import NotFound
from services.eventlog.outbox import Outgoing
from services.machines import Actor
from services.requests import delivery_store, desk_tickets, enrolment, store
from services.requests.progress import Progressing, Word
from services.requests.rules.machine import Cause, Status
from services.requests.rules.verdicts import GONE

TOPICS = (BUDGET, DESK_PROGRESS, DEVICE_CHANGED, REFRESH, LOSS)
Decided = OrderCommitted | CommitmentRefused


class RequestsConsumer:
    """Moves requests on by what other services tell, and keeps what the desk says of their tickets."""

    async def apply(self, connection: Connection, events: Sequence[Event]) -> list[Outgoing]:
        """Write what was told, and answer what to tell. Raises NotFound for a request nobody raised."""
        named = [event for event in events if isinstance(event, Decided | RequestTicketChanged)]
        devices = enrolment.that_matter(event for event in events if isinstance(event, DeviceChanged))
        waves = {
            event.data.device_id: event
            for event in events
            if isinstance(event, QueueEntered) and event.data.status == "ordered" and event.data.wave is not None
        }
        found = {
            event.data.device_id: event
            for event in events
            if isinstance(event, LossMoved) and event.data.state == "found"
        }
        if not named and not devices and not waves and not found:
            return []
        near = await enrolment.find(connection, devices)
        in_wave = await delivery_store.waiting_for_wave_of(connection, list(waves)) if waves else set()
        replacing = await delivery_store.replacing(connection, list(found)) if found else set()
        ids = {event.data.request_id for event in named} | near | in_wave | replacing
        if not ids:
            return []
        # What the batch may write it holds first, in one order: no two batches wait for one another in a circle.
        held = await store.lock_requests(connection, sorted(ids))
        if await enrolment.follow(connection, devices, held):
            held = await store.lock_requests(connection, sorted(ids))
        going = Progressing(held)
        _check_raised(named, going)
        tickets = [event for event in named if isinstance(event, RequestTicketChanged)]
        if tickets:
            await store.remember(connection, await desk_tickets.keep(connection, tickets))
        told = await _decided(connection, [event for event in named if isinstance(event, Decided)], going)
        for request_id in sorted(in_wave):
            told += await _ordered_with_wave(connection, request_id, waves, going)
        told += await enrolment.hear(connection, devices, going, near)
        for request_id in sorted(replacing):
            told += await _found(connection, request_id, found, going)
        return told


def _check_raised(named: Iterable[Decided | RequestTicketChanged], going: Progressing) -> None:
    for event in named:
        if event.data.request_id not in going.held:
            raise NotFound(f"{event.source} speaks of {event.data.request_reference}, which nobody raised.")


async def _decided(connection: Connection, events: Sequence[Decided], going: Progressing) -> list[Outgoing]:
    told: list[Outgoing] = []
    for event in events:
        request_id = event.data.request_id
        if isinstance(event, OrderCommitted):
            cause, what = Cause.COMMITTED, f"Money is set aside: order {event.data.order_id} for a {event.data.kind}"
        else:
            cause, what = Cause.NO_MONEY, event.data.explanation
        told += await going.move(connection, request_id, cause, Word.of(event, Actor.BUDGET, what))
        told += await going.deliver(connection, request_id)
    return told


async def _found(
    connection: Connection, request_id: UUID, found: dict[UUID, LossMoved], going: Progressing
) -> list[Outgoing]:
    """What was lost is there again: whether the new one is still needed, who decides may ask, or a planner is asked.

    Whoever decided since need not have known.
    """
    request = going.held[request_id]
    event = found.get(request.device_id) if request.device_id is not None else None
    if event is None or request.reason not in GONE or event.time < request.raised_at:
        return []
    word = Word.of(event, Actor.LOSSES, f"The {event.data.how} device was found: {event.data.reference}")
    return await going.has_another(connection, request_id, event.data.device_id, event.data.serial, word)


async def _ordered_with_wave(
    connection: Connection, request_id: UUID, waves: dict[UUID, QueueEntered], going: Progressing
) -> list[Outgoing]:
    request = going.held[request_id]
    event = waves.get(request.device_id) if request.device_id is not None else None
    if event is None or request.status is not Status.WAITING_FOR_WAVE:
        return []
    word = Word.of(event, Actor.REFRESH, f"Ordered with wave {event.data.wave}")
    told = await going.move(connection, request_id, Cause.WAVE_ORDERED, word)
    return told + await going.deliver(connection, request_id)
