"""What the refresh queue hears: facts and failures from the register, approvals from requests, orders and answers to
waves from budget.

Delivery policy: at least once, effects once. The event log's inbox absorbs repeats; whatever order events come in,
the queue is worked out anew from the last facts and the sets of failures and requests, and so ends the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from schemas.envelope import Event
from schemas.topics import BUDGET, DEVICE_CHANGED, DEVICE_FAILED, ORDER, REQUEST
from services.clock import Clock
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.refresh import placements, store
from services.refresh.heard import Heard
from services.refresh.judgement import judge
from services.refresh.placements import Touched
from services.refresh.policy_store import Policies

TOPICS = (DEVICE_CHANGED, DEVICE_FAILED, REQUEST, BUDGET, ORDER)


class RefreshConsumer:
    """Applies batches, each by the policy that is in force in its turn."""

    def __init__(self, clock: Clock) -> None:
        self._policies = Policies()
        self._clock = clock

    async def apply(self, connection: Connection, events: Sequence[Event]) -> Sequence[Outgoing]:
        """Write what the events mean for the queue; returns the events that follow."""
        heard = Heard.of(events)
        if not heard.causes:
            return ()
        await store.take_turn(connection)
        policy = (await self._policies.in_force(connection)).policy
        await store.record_failures(connection, heard.failures)
        named = await store.record_requests(connection, heard.requests.values(), heard.refused_at)
        requests_of = {device_id: request_id for request_id, device_id in named if device_id is not None}
        await placements.merged(connection, heard.merged)
        touched = await placements.shelf_moved(connection, heard.moves)
        touched += await placements.answer(connection, heard.answers.values())
        because_of = {each.entry_id: each.touched_by for each in touched}
        return await judge(
            connection,
            _devices(heard, requests_of, touched),
            list(heard.requests),
            heard.facts,
            policy,
            self._clock.now(),
            lambda entry: heard.cause(entry, requests_of.get(entry, entry), because_of.get(entry, entry)),
            list(dict.fromkeys(each.entry_id for each in touched if each.device_id is None)),
        )


def _devices(heard: Heard, requests_of: dict[UUID, UUID], touched: Sequence[Touched]) -> list[UUID]:
    devices = dict.fromkeys(heard.facts)
    devices.update(dict.fromkeys(device_id for device_id, _ in heard.failures))
    devices.update(dict.fromkeys(requests_of))
    devices.update(dict.fromkeys(heard.merged.values()))
    devices.update(dict.fromkeys(each.device_id for each in touched if each.device_id is not None))
    return list(devices)
