"""Requests' consumer. Delivery: at least once, effect once (inbox); any order, since no word turns a status back.

The budget says whether money was set aside; requests move on and tell whoever asked. The desk says how the ticket of a
request stands; that is kept and shown, and moves no request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from schemas.events.budget import BudgetEvent, CommitmentRefused, LineBalanceChanged, OrderCommitted
from schemas.events.desk import RequestTicketChanged
from services.database.pool import Connection
from services.errors import NotFound
from services.eventlog.outbox import Outgoing
from services.machines import Actor
from services.requests import desk_tickets, moving, store
from services.requests.moving import Move
from services.requests.rules.guards import Facts, holds
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause
from services.requests.store import Held, Moment


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
        self, connection: Connection, decided: Sequence[OrderCommitted | CommitmentRefused], held: Mapping[UUID, Held]
    ) -> list[Outgoing]:
        """One move at a time, for of two words on one request the second may follow from the first."""
        now = dict(held)
        told: list[Outgoing] = []
        late: list[Moment] = []
        for event in decided:
            request = now[event.data.request_id]
            cause, what = _meaning(event)
            step = MACHINE.step(request.status, cause, [Actor.BUDGET], lambda guard: holds(guard, Facts()))
            if step is None:
                late.append(Moment(request.request_id, f"{event.source}/{event.id}", event.time, what, event.source))
                continue
            move = Move(request, step, event.time, what, event.source, named=f"{event.source}/{event.id}")
            told += await moving.take(connection, [move])
            now[request.request_id] = moving.after(move)
        await store.remember(connection, late)
        return told


def _meaning(event: OrderCommitted | CommitmentRefused) -> tuple[Cause, str]:
    if isinstance(event, OrderCommitted):
        return Cause.COMMITTED, f"Money is set aside: order {event.data.order_id} for a {event.data.kind}"
    return Cause.NO_MONEY, event.data.explanation
