"""How sources stand is kept over restarts and by several processes, and told when it is news."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from schemas.events.intake import SourceMeasured, SourceStanding
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.eventlog import dead_letters
from services.eventlog.dead_letters import DeadLetter
from services.intake.doors import source_of
from services.intake.measures import LastWords
from services.intake.standing.standing import Standing
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

HOURS_6 = timedelta(hours=6)


class Process:
    """One process of intake, as far as it measures."""

    def __init__(self, pool: Pool, clock: FixedClock, **silent_after: timedelta | None) -> None:
        self.words = LastWords(clock, set(silent_after))
        self.standing = Standing(lambda: pool, clock, self.words, silent_after, source_of)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "intake")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


async def told(pool: Pool) -> list[SourceStanding]:
    """What was told since the last look."""
    rows = await pool.fetch("DELETE FROM outbox WHERE topic = 'source-health' RETURNING event, position")
    events = [
        msgspec.json.decode(row["event"], type=SourceMeasured) for row in sorted(rows, key=lambda r: r["position"])
    ]
    assert all(event.subject == event.data.source for event in events)
    return [event.data for event in events]


async def pass_real_time(pool: Pool, by: timedelta) -> None:
    await pool.execute(
        "UPDATE sources SET told_at = told_at - $1::interval, claimed_at = claimed_at - $1::interval", by
    )


async def test_last_words_outlive_a_process_and_come_from_any(pool: Pool, clock: FixedClock) -> None:
    first, second = (Process(pool, clock, jamf=HOURS_6) for _ in range(2))
    await first.standing.measure()
    (new,) = await told(pool)
    assert (new.source, new.sequence, new.last_heard_at, new.configured_at) == ("jamf", 1, None, NOW)
    assert new.silent_after_seconds == 6 * 3600
    second.words.heard("jamf")
    heard_at = clock.now()
    clock.advance(timedelta(hours=1))
    await second.standing.measure()
    await first.standing.measure()
    assert await told(pool) == [], "that it spoke is told only now and then"
    await pass_real_time(pool, timedelta(minutes=2))
    third = Process(pool, clock, jamf=HOURS_6)
    await third.standing.measure()
    (later,) = await told(pool)
    assert (later.sequence, later.last_heard_at, later.configured_at) == (2, heard_at, NOW)
    assert third.words.silence("jamf") == 3600
    clock.advance(HOURS_6)
    await third.standing.measure()
    assert [each.sequence for each in await told(pool)] == [3], "falling silent is told at once"


async def test_an_older_word_written_later_turns_nothing_back(pool: Pool, clock: FixedClock) -> None:
    slow, quick = (Process(pool, clock, jamf=None) for _ in range(2))
    slow.words.heard("jamf")
    clock.advance(timedelta(hours=1))
    quick.words.heard("jamf")
    await quick.standing.measure()
    await slow.standing.measure()
    assert await pool.fetchval("SELECT last_heard_at FROM sources") == clock.now()


async def test_what_no_process_has_any_more_may_be_silent_and_begins_anew(pool: Pool, clock: FixedClock) -> None:
    both = Process(pool, clock, jamf=HOURS_6, intune=HOURS_6)
    both.words.heard("jamf")
    await both.standing.measure()
    await told(pool)
    await pass_real_time(pool, timedelta(minutes=11))
    clock.advance(timedelta(days=30))
    await Process(pool, clock, intune=HOURS_6).standing.measure()
    off = {each.source: each for each in await told(pool)}["jamf"]
    assert (off.silent_after_seconds, off.configured_at, off.last_heard_at) == (None, None, NOW)
    await both.standing.measure()
    on = {each.source: each for each in await told(pool)}["jamf"]
    assert (on.silent_after_seconds, on.configured_at) == (6 * 3600, clock.now())


async def test_only_one_process_tells(pool: Pool, clock: FixedClock) -> None:
    process = Process(pool, clock, jamf=None)
    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(hashtext('quartermaster sources'), 0)")
        assert await process.standing.measure() == 0
    assert await process.standing.measure() == 1
    assert await process.standing.measure() == 0, "nothing is new"


async def test_open_letters_are_counted_by_source_and_those_of_other_services_by_service(
    pool: Pool, clock: FixedClock, database_url: str
) -> None:
    process = Process(pool, clock, servicenow=None)
    for kind, number in (("servicenow/incident", 3), ("servicenow/push", 2), ("gone/kind", 1)):
        letters = [DeadLetter(source=kind, reason="no", body=f"{n}".encode()) for n in range(number)]
        async with pool.acquire() as connection:
            await dead_letters.keep(connection, letters)
    register = await open_pool(database_url, "register", size=1)
    async with register.acquire() as connection:
        await dead_letters.keep(connection, [DeadLetter(source="log:device-observed", reason="no", body=b"x")])
    await register.close()
    await pool.execute("UPDATE dead_letters SET first_seen = first_seen - interval '3 days' WHERE source LIKE '%push'")
    await process.standing.measure()
    standing = {each.source: each for each in await told(pool)}
    assert {name: each.open_dead_letters for name, each in standing.items()} == {
        "gone": 1,
        "register": 1,
        "servicenow": 5,
    }
    oldest = standing["servicenow"].oldest_dead_letter_at
    assert oldest is not None
    assert timedelta(days=3) <= NOW - oldest < timedelta(days=3, hours=1)
    assert standing["gone"].silent_after_seconds is None
    await process.standing.measure()
    assert await told(pool) == []
    await pool.execute(
        "UPDATE dead_letters SET settled_at = now(), settled_as = 'discarded' WHERE source = 'gone/kind'"
    )
    await process.standing.measure()
    assert [(each.source, each.open_dead_letters) for each in await told(pool)] == [("gone", 0)]
