"""Sources on a real database: silence and growing letters are told once, in any order, and without intake too."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from schemas.events.alert import AlertCleared, AlertEvent, AlertRaised, AlertUpdated
from schemas.events.intake import SourceMeasured, SourceStanding
from schemas.vocabulary import AlertSeverity
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.watch.consumer import WatchConsumer
from services.watch.evaluation import Evaluation
from services.watch.sweep import Sweep
from services.watch.thresholds import load_thresholds
from tests.fixtures.alerts import DIRECTORY
from tests.fixtures.delivery import deliver

pytestmark = pytest.mark.integration

NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def measured(
    sequence: int,
    at: datetime,
    heard: datetime | None,
    *,
    letters: int = 0,
    source: str = "jamf",
    limit: int | None = 24,
) -> SourceMeasured:
    return SourceMeasured(
        id=f"{source}/{sequence}",
        source="quartermaster/intake",
        time=at,
        subject=source,
        data=SourceStanding(
            source=source,
            sequence=sequence,
            last_heard_at=heard,
            silent_after_seconds=limit and limit * 3600,
            open_dead_letters=letters,
            oldest_dead_letter_at=at - HOUR if letters else None,
            configured_at=NOW - 1000 * HOUR,
        ),
    )


class Watch:
    """Watch's inside without its stream."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.clock = FixedClock(NOW)
        evaluation = Evaluation(load_thresholds(), DIRECTORY)
        self.consumer = WatchConsumer(evaluation, self.clock)
        self.sweep = Sweep(evaluation, self.clock, pool)

    async def hear(self, *events: SourceMeasured) -> None:
        await deliver(self.pool, self.consumer.apply, events)

    async def told(self) -> list[AlertEvent]:
        """What was told since the last look."""
        rows = await self.pool.fetch("DELETE FROM outbox RETURNING event, position")
        return [msgspec.json.decode(row["event"], type=AlertEvent) for row in sorted(rows, key=lambda r: r["position"])]


@pytest.fixture
async def watch(database_url: str) -> AsyncIterator[Watch]:
    pool = await open_pool(database_url, "watch")
    yield Watch(pool)
    await pool.close()


async def test_silence_is_raised_once_grows_critical_and_is_cleared_when_heard(watch: Watch) -> None:
    await watch.hear(measured(1, NOW, NOW))
    watch.clock.advance(25 * HOUR)
    await watch.hear(measured(2, watch.clock.now(), NOW))
    await watch.sweep.run()
    (raised,) = await watch.told()
    assert isinstance(raised, AlertRaised)
    assert (raised.subject, raised.data.audience) == ("source-silent:jamf", "operations")
    watch.clock.advance(60 * HOUR)
    assert await watch.sweep.run() == 1
    (critical,) = await watch.told()
    assert isinstance(critical, AlertUpdated)
    assert critical.data.severity is AlertSeverity.CRITICAL
    await watch.hear(measured(3, watch.clock.now(), watch.clock.now()))
    assert await watch.sweep.run() == 0
    (cleared,) = await watch.told()
    assert isinstance(cleared, AlertCleared)


async def test_silence_is_noticed_though_intake_tells_nothing_any_more(watch: Watch) -> None:
    await watch.hear(measured(1, NOW, NOW), measured(1, NOW, None, source="finance", limit=None))
    watch.clock.advance(26 * HOUR)
    assert await watch.sweep.run() == 0, "intake may be a little late in telling"
    watch.clock.advance(HOUR)
    assert await watch.sweep.run() == 1
    (raised,) = await watch.told()
    assert raised.data.key == "source-silent:jamf"
    assert "see first whether intake runs" in raised.data.detail


async def test_a_source_that_is_switched_off_is_no_longer_silent(watch: Watch) -> None:
    await watch.hear(measured(1, NOW, NOW - 30 * HOUR))
    await watch.hear(measured(2, NOW + HOUR, NOW - 30 * HOUR, limit=None))
    assert [type(event) for event in await watch.told()] == [AlertRaised, AlertCleared]


async def test_growing_letters_are_raised_and_cleared_once_each(watch: Watch) -> None:
    for sequence, letters in enumerate([3, 19, 20, 24, 17, 15, 14, 0], start=1):
        await watch.hear(measured(sequence, NOW, NOW, letters=letters))
    told = await watch.told()
    assert [type(event) for event in told if not isinstance(event, AlertUpdated)] == [AlertRaised, AlertCleared]
    assert {event.data.key for event in told} == {"dead-letters-growing:jamf"}


@pytest.mark.parametrize("seed", range(4))
async def test_twice_and_shuffled_ends_with_the_newest(watch: Watch, seed: int) -> None:
    run = [measured(n, NOW + n * HOUR, NOW + (n - n % 3) * HOUR, letters=n * 7 % 60) for n in range(1, 30)]
    newest = max(run, key=lambda event: event.data.sequence)
    again = [msgspec.structs.replace(event, id=f"{event.id}/again") for event in run]
    shuffled = [*run, *again]
    random.Random(seed).shuffle(shuffled)
    for event in shuffled:
        await watch.hear(event)
    (row,) = await watch.pool.fetch("SELECT sequence, measured_at, open_dead_letters FROM watch.sources")
    assert tuple(row) == (newest.data.sequence, newest.time, newest.data.open_dead_letters)
