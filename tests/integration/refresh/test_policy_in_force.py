"""Which policy is in force: a file's at first start, then what was applied; and who takes it up, and when."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import msgspec
import pytest
from structlog.testing import capture_logs

from schemas.events.refresh import QueueEntered, QueueLeft
from schemas.vocabulary import Kind
from services.access.directory import Directory, Unit
from services.errors import ConfigurationError, RuleBroken
from services.refresh import policy_store, queries
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.policy_store import Policies, adopt_at_start
from services.refresh.policy_store import apply as apply_policy
from tests.fixtures.waiting import until
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import DIRECTOR, DIRECTORY, TODAY, approved, changed
from tests.unit.refresh.policies import POLICY

pytestmark = pytest.mark.integration
BY = "catherine.doyle@metropolitan.example"


def lasting(months: int, version: str) -> Policy:
    """The shipped policy with another life for laptops."""
    policy = POLICY.policy
    laptop = msgspec.structs.replace(policy.kinds[Kind.LAPTOP], life_months=months)
    return msgspec.structs.replace(policy, version=version, kinds={**policy.kinds, Kind.LAPTOP: laptop})


async def apply(refresh: Refresh, policy: Policy) -> bool:
    async with refresh.pool.acquire() as connection, connection.transaction():
        return await apply_policy(connection, PolicyInForce.of(policy, DIRECTORY), refresh.clock.now(), BY)


async def start_with(refresh: Refresh, policy: Policy, directory: Directory = DIRECTORY) -> bool:
    async with refresh.pool.acquire() as connection, connection.transaction():
        return await adopt_at_start(connection, policy, directory, refresh.clock.now())


async def version_in_force(refresh: Refresh) -> str:
    async with refresh.pool.acquire() as connection:
        return (await Policies().in_force(connection)).policy.policy.version


async def test_a_file_comes_into_force_once_and_never_again(refresh: Refresh) -> None:
    """Two releases with a file each, started in turn as in a rolling deploy or a rollback."""
    old, new = POLICY.policy, lasting(40, "new")
    assert not await start_with(refresh, old)
    assert await start_with(refresh, new)
    for again in (old, new, old):
        assert not await start_with(refresh, again)
        assert await version_in_force(refresh) == "new"
    assert await apply(refresh, old), "going back is said, not guessed"
    assert not await start_with(refresh, new)
    assert await version_in_force(refresh) == old.version


async def test_what_was_applied_stays_when_a_process_starts_with_its_file(refresh: Refresh) -> None:
    assert await apply(refresh, lasting(40, "applied"))
    assert not await start_with(refresh, POLICY.policy)
    assert await version_in_force(refresh) == "applied"
    assert await refresh.pool.fetchval("SELECT adopted_by FROM policies WHERE version = 'applied'") == BY


async def test_a_version_names_one_document(refresh: Refresh) -> None:
    assert await apply(refresh, lasting(40, "one"))
    assert not await apply(refresh, lasting(40, "one"))
    with pytest.raises(RuleBroken, match="version one was another document"):
        await apply(refresh, lasting(41, "one"))
    assert await version_in_force(refresh) == "one"


async def test_by_a_clock_that_is_behind_the_last_applied_is_still_in_force(refresh: Refresh) -> None:
    assert await apply(refresh, lasting(40, "one"))
    refresh.clock.advance(timedelta(hours=-5))
    assert await apply(refresh, lasting(41, "two"))
    assert await version_in_force(refresh) == "two"


async def test_a_changed_directory_spells_the_tiers_anew(refresh: Refresh) -> None:
    units = [*DIRECTORY.units.values(), Unit(code="new-response", name="N", parent="central-west")]
    assert await start_with(refresh, POLICY.policy, Directory(units, []))
    async with refresh.pool.acquire() as connection:
        assert "new-response" in (await Policies().in_force(connection)).policy.tiers
    lacking = [unit for unit in units if unit.code in ("metropolitan", "commercial-finance")]
    assert await apply(refresh, POLICY.policy)
    with pytest.raises(ConfigurationError, match="frontline-policing"):
        await start_with(refresh, POLICY.policy, Directory(lacking, []))


async def test_a_unit_that_is_gone_from_the_directory_stops_no_start(refresh: Refresh) -> None:
    """It is the policy in force that names it, not the file."""
    tiers = (msgspec.structs.replace(POLICY.policy.tiers[0], under=("commercial-finance",)),)
    assert await apply(refresh, msgspec.structs.replace(POLICY.policy, version="offices", tiers=tiers))
    lacking = [unit for unit in DIRECTORY.units.values() if unit.code != "commercial-finance"]
    with capture_logs() as logs:
        assert not await start_with(refresh, POLICY.policy, Directory(lacking, []))
    assert ["lacks" in each["event"] for each in logs] == [True]
    assert await version_in_force(refresh) == "offices"


async def test_a_file_changed_under_its_old_version_is_told_and_not_adopted(refresh: Refresh) -> None:
    with capture_logs() as logs:
        assert not await start_with(refresh, lasting(12, POLICY.policy.version))
    assert ["changed under an old version" in each["event"] for each in logs] == [True]
    async with refresh.pool.acquire() as connection:
        assert (await Policies().in_force(connection)).policy.policy == POLICY.policy


async def test_the_next_batch_is_judged_by_what_was_applied(refresh: Refresh) -> None:
    consumer = refresh.consumer
    assert await refresh.hear(changed(1, purchased_on=date(2022, 6, 1))) != []
    assert await queries.queue(refresh.pool, DIRECTOR, TODAY) == []
    assert await apply(refresh, lasting(36, "shorter"))
    assert refresh.consumer is consumer, "the same process"
    told = await refresh.hear(changed(2, purchased_on=date(2022, 6, 1)))
    assert [event.data.policy_version for event in told if isinstance(event, QueueEntered)] == ["shorter"]


async def test_a_running_sweep_takes_up_what_is_applied_and_what_is_applied_back(refresh: Refresh) -> None:
    """Back on the same day as well: its events must not look like repeats of those before."""
    await refresh.hear(*(changed(number, purchased_on=date(2022, 6, 1)) for number in range(5)), approved(1, of=None))
    sweep = refresh.sweeper()
    await sweep.start()

    async def queued() -> list[int]:
        return [await refresh.pool.fetchval("SELECT count(*) FROM queue")]

    try:
        await until(lambda: sweep.swept_for == TODAY, "the first sweep")
        for policy, expected in ((lasting(36, "a"), 6), (POLICY.policy, 1), (lasting(36, "a"), 6), (POLICY.policy, 1)):
            assert await apply(refresh, policy)

            async def taken_up(expected: int = expected) -> bool:
                return await queued() == [expected]

            await until(taken_up, f"{policy.version} to be taken up")
    finally:
        await sweep.stop()
    rows = await refresh.pool.fetch("SELECT event FROM outbox ORDER BY position")
    told = [msgspec.json.decode(row["event"]) for row in rows]
    moves = [event["id"] for event in told if event["type"].startswith("quartermaster.refresh.queue")]
    assert len(moves) == len(set(moves))
    assert len([id_ for id_ in moves if id_.endswith("/left")]) == 10


async def test_replicas_end_with_what_was_applied(refresh: Refresh) -> None:
    await refresh.hear(*(changed(number, purchased_on=date(2022, 6, 1)) for number in range(30)))
    sweeps = [refresh.sweeper() for _ in range(2)]
    for sweep in sweeps:
        await sweep.start()
    try:
        await asyncio.gather(*(apply(refresh, lasting(months, str(months))) for months in (36, 37, 38)))
        last = await version_in_force(refresh)

        async def settled() -> bool:
            versions = await refresh.pool.fetch("SELECT policy_version, count(*) FROM queue GROUP BY 1")
            return [tuple(row) for row in versions] == [(last, 30)]

        await until(settled, f"all to be judged by {last}")
        assert all(sweep.ready() for sweep in sweeps)
    finally:
        for sweep in sweeps:
            await sweep.stop()


async def test_a_policy_of_a_newer_release_leaves_the_last_readable_one_in_force_here(refresh: Refresh) -> None:
    policies, sweep = Policies(), refresh.sweeper()
    await refresh.hear(changed(1))
    await sweep.sweep()
    async with refresh.pool.acquire() as connection:
        before = await policies.in_force(connection)
        row = await connection.fetchrow("SELECT content FROM policies")
        assert row is not None
        newer = row["content"].replace('"horizon":', '"astrology":{},"horizon":')
        await connection.execute(
            "INSERT INTO policies (fingerprint, version, content, adopted_at) SELECT 'n', 'n', $1, max(adopted_at) + "
            "interval '1 day' FROM policies",
            newer,
        )
        with capture_logs() as logs:
            assert await policies.in_force(connection) is before
            assert await policies.in_force(connection) is before
        assert [each["log_level"] for each in logs] == ["error"]
        with pytest.raises(ConfigurationError, match="astrology"):
            await policy_store.Policies().in_force(connection)
    assert await sweep.sweep() == 0
    left = await refresh.hear(changed(1, 2, purchased_on=TODAY))
    assert isinstance(left[0], QueueLeft)
