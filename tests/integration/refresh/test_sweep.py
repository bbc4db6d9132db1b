"""Time passes: what falls due enters, scores move, ageing is measured, once for all replicas."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.refresh import QueueEntered, RefreshEvent, UnitAgeingMeasured
from schemas.vocabulary import Kind
from services.clock import london_date
from services.refresh import policy_store, queries
from services.refresh.policy import PolicyInForce
from services.refresh.sweep import DailySweep
from tests.fixtures.waiting import until
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import DIRECTOR, TODAY, approved, changed, some_events

pytestmark = pytest.mark.integration


async def told_by(refresh: Refresh, sweep: DailySweep) -> list[Event]:
    """What a sweep publishes."""
    last = await refresh.pool.fetchval("SELECT coalesce(max(position), 0) FROM outbox")
    await sweep.sweep()
    rows = await refresh.pool.fetch("SELECT event FROM outbox WHERE position > $1 ORDER BY position", last)
    return [msgspec.json.decode(row["event"], type=RefreshEvent | UnitAgeingMeasured) for row in rows]


async def test_what_becomes_due_enters(refresh: Refresh) -> None:
    await refresh.hear(changed(1, purchased_on=date(2021, 11, 6)))
    sweep = refresh.sweeper()
    assert await told_by(refresh, sweep) == []
    refresh.clock.advance(timedelta(days=2))
    (entered,) = await told_by(refresh, sweep)
    assert isinstance(entered, QueueEntered)
    assert entered.id.startswith("sweep/2024-11-06/")
    assert await told_by(refresh, refresh.sweeper()) == [], "the day is swept already"
    (line,) = await queries.queue(refresh.pool, DIRECTOR, refresh.clock.now().date())
    assert line.due_on == date(2025, 11, 6)


async def test_passing_the_end_of_life_is_measured(refresh: Refresh) -> None:
    await refresh.hear(changed(1, purchased_on=date(2020, 11, 5)), changed(2, purchased_on=date(2024, 1, 1)))
    await refresh.sweeper().sweep()
    refresh.clock.advance(timedelta(days=1))
    told = await told_by(refresh, refresh.sweeper())
    (measured,) = [each.data for each in told if isinstance(each, UnitAgeingMeasured)]
    assert (measured.deployed, measured.past_policy_life, measured.sequence) == (2, 1, 2)


async def test_days_swept_one_by_one_or_not_at_all_come_to_the_same(refresh: Refresh) -> None:
    await refresh.hear_in_batches(some_events(3), size=50)
    for _ in range(8):
        refresh.clock.advance(timedelta(days=45))
        await refresh.sweeper().sweep()
    by_sweeps = await refresh.state()
    assert by_sweeps["ageing"] == await refresh.recounted()

    await refresh.pool.execute("TRUNCATE standing, failures, requests, queue, ageing, inbox, outbox")
    await refresh.hear_in_batches(some_events(3), size=50)
    assert await refresh.state() == by_sweeps


async def test_a_new_policy_judges_all_anew(refresh: Refresh) -> None:
    await refresh.hear(*(changed(number, purchased_on=date(2022, 6, 1)) for number in range(5)), approved(1, of=None))
    await refresh.sweeper().sweep()
    assert len(await queries.queue(refresh.pool, DIRECTOR, TODAY)) == 1
    policy = refresh.policy.policy
    shorter = msgspec.structs.replace(
        policy,
        version="next",
        kinds={**policy.kinds, Kind.LAPTOP: msgspec.structs.replace(policy.kinds[Kind.LAPTOP], life_months=36)},
    )
    async with refresh.pool.acquire() as connection, connection.transaction():
        await policy_store.apply(
            connection, PolicyInForce(shorter, refresh.policy.tier_units), refresh.clock.now(), "a@b"
        )
    assert await refresh.sweeper().sweep() == 6
    lines = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert {line.policy_version for line in lines} == {"next"}
    assert len(lines) == 6


async def test_replicas_do_not_sweep_twice(refresh: Refresh) -> None:
    await refresh.hear(*(changed(number) for number in range(50)))
    judged = await asyncio.gather(*(refresh.sweeper().sweep() for _ in range(3)))
    assert sum(judged) == 50


async def test_it_sweeps_by_itself_when_the_date_changes(refresh: Refresh) -> None:
    await refresh.hear(changed(1, purchased_on=date(2021, 11, 6)))
    sweep = refresh.sweeper()
    await sweep.start()
    try:
        for days in (0, 2):
            refresh.clock.advance(timedelta(days=days))
            wanted = london_date(refresh.clock.now())
            await until(lambda day=wanted: sweep.swept_for == day, f"the sweep of {wanted}")
        assert sweep.ready()
    finally:
        await sweep.stop()
    assert await refresh.pool.fetchval("SELECT count(*) FROM queue") == 1
