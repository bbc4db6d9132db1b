"""The refresh service's database side, driven as its consumer drives it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.refresh import RefreshEvent, UnitAgeingMeasured
from schemas.events.wave import WaveReleased
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.eventlog import inbox, outbox
from services.eventlog.outbox import Outgoing
from services.refresh import commands, policy_store
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.sweep import DailySweep
from tests.integration.refresh.fleet import DIRECTORY, NOW
from tests.integration.refresh.stand_ins import Budget, by_need
from tests.unit.refresh.policies import FILE


@dataclasses.dataclass
class Refresh:
    """The service without broker: batches in, events out, time moved by hand."""

    pool: Pool
    policy: PolicyInForce
    clock: FixedClock
    consumer: RefreshConsumer

    async def hear(self, *events: Event) -> list[Event]:
        """Apply one batch in one transaction, repeats absorbed; returns what goes out."""
        async with self.pool.acquire() as connection, connection.transaction():
            fresh = await inbox.accept(connection, events)
            outgoing: Sequence[Outgoing] = ()
            if fresh:
                outgoing = await self.consumer.apply(connection, fresh)
            await outbox.append(connection, outgoing)
        return [event for _, event in outgoing]

    async def hear_in_batches(self, events: Sequence[Event], size: int) -> None:
        """Apply a run of events."""
        for start in range(0, len(events), size):
            await self.hear(*events[start : start + size])

    def sweeper(self) -> DailySweep:
        """A sweep as a freshly started process has it."""
        return DailySweep(self.pool, self.clock)

    def waves(self) -> commands.Waves:
        """The commands as the bot has them, with a plain solver."""
        return commands.Waves(self.pool, self.clock, DIRECTORY, solver=by_need)

    async def told(self, *kinds: type[Event]) -> list[Any]:
        """The events of these types in the outbox, in order."""
        rows = await self.pool.fetch("SELECT event FROM outbox ORDER BY position")
        told = [
            msgspec.json.decode(row["event"], type=RefreshEvent | UnitAgeingMeasured | WaveReleased) for row in rows
        ]
        return [event for event in told if isinstance(event, kinds)]

    async def state(self) -> dict[str, list[tuple[object, ...]]]:
        """All that the service decided, without when and how often."""
        reads = {
            "standing": "SELECT * FROM standing ORDER BY device_id",
            "failures": "SELECT * FROM failures ORDER BY device_id, ticket",
            "requests": "SELECT * FROM requests ORDER BY request_id",
            "queue": "SELECT to_jsonb(queue) - 'entered_at' FROM queue ORDER BY entry_id",
            "ageing": "SELECT unit, kind, deployed, past_policy_life FROM ageing WHERE deployed > 0 ORDER BY 1, 2",
        }
        return {name: [tuple(row) for row in await self.pool.fetch(read)] for name, read in reads.items()}

    async def held(self) -> list[list[tuple[object, ...]]]:
        """What waves hold."""
        reads = (
            "SELECT * FROM placements ORDER BY entry_id",
            "SELECT wave, status, attempt, entries FROM waves ORDER BY number",
            "SELECT * FROM wave_entries ORDER BY wave_id, entry_id",
            "SELECT * FROM idempotency_keys WHERE command <> 'propose'",
        )
        return [[tuple(row) for row in await self.pool.fetch(read)] for read in reads]

    async def recounted(self) -> list[tuple[object, ...]]:
        """The ageing counts, counted anew from the devices."""
        rows = await self.pool.fetch(
            "SELECT unit, kind, count(*)::integer, (count(*) FILTER (WHERE past_life))::integer FROM standing "
            "WHERE state = 'deployed' AND unit IS NOT NULL AND kind IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
async def refresh(database_url: str) -> AsyncIterator[Refresh]:
    """The service's database side at the scenario's first morning."""
    pool = await open_pool(database_url, "refresh")
    policy = PolicyInForce.of(Policy.load(FILE), DIRECTORY)
    clock = FixedClock(NOW)
    async with pool.acquire() as connection:
        await policy_store.adopt(connection, policy, clock.now())
    yield Refresh(pool, policy, clock, RefreshConsumer(clock))
    await pool.close()


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Budget:
    """The budget's side of waves, in whose place the test answers."""
    stands_in = Budget()
    monkeypatch.setattr("services.budget.queries.planning", stands_in.planning)
    monkeypatch.setattr("services.budget.queries.gates", stands_in.gates)
    return stands_in
