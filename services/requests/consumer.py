"""Requests' consumer. Delivery: at least once, effect once (inbox); any order, since no word turns a status back.

The budget says whether money was set aside; requests move on and tell whoever asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from schemas.events.budget import BudgetEvent, CommitmentRefused, LineBalanceChanged, OrderCommitted
from schemas.topics import REQUEST
from services.database.pool import Connection
from services.errors import NotFound
from services.eventlog.outbox import Outgoing
from services.requests import store
from services.requests.announcements import announce_progress
from services.requests.rules import Cause, Status, next_status
from services.requests.store import Moment


class RequestsConsumer:
    """Moves approved requests on."""

    async def apply(self, connection: Connection, events: Sequence[BudgetEvent]) -> list[Outgoing]:
        """Write what the budget decided, and answer what to tell. Raises NotFound for a request nobody raised."""
        decided = [event for event in events if not isinstance(event, LineBalanceChanged)]
        if not decided:
            return []
        held = await store.lock_requests(connection, sorted({event.data.request_id for event in decided}))
        moved: dict[UUID, Status] = {}
        told: list[Outgoing] = []
        moments: list[Moment] = []
        for event in decided:
            request_id = event.data.request_id
            if request_id not in held:
                raise NotFound(f"The budget speaks of {event.data.request_reference}, which nobody raised.")
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
