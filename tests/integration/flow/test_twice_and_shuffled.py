"""Every event of a run twice and shuffled: all counters as if once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import msgspec
import pytest

from deploy.local.stack.postgres import EmbeddedPostgres
from services.clock import FixedClock
from services.watch.thresholds import Thresholds, load_thresholds
from tests.fixtures.loop import run_now
from tests.integration.flow.joined import Disorder, Order, joined
from tests.integration.flow.run import Run, a_run
from tests.integration.flow.standing import Standing, faults, standing

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def run() -> Run:
    return a_run(6, one_in=6)


def _without_memory() -> Thresholds:
    """The thresholds in force, less their hysteresis: that remembers by which way a measure came, which is its use,
    and here the ways differ.
    """
    thresholds = load_thresholds()

    def changed(part: Any, **changes: Any) -> Any:
        return msgspec.structs.replace(part, **changes)

    life, failing = thresholds.past_policy_life, thresholds.failing_model
    windows = tuple(changed(window, minimum_to_hold=window.minimum) for window in failing.windows)
    return msgspec.structs.replace(
        thresholds,
        budget_crossing=changed(thresholds.budget_crossing, hysteresis=0.0),
        past_policy_life=changed(life, hysteresis=0.0, minimum_to_hold=life.minimum_devices),
        failing_model=changed(failing, clear_above=failing.raise_below, windows=windows),
    )


async def played(database_url: str, run: Run, order: Order) -> tuple[Standing, list[str], int]:
    """How everything stands after the run, what is wrong with it, and how many records it took."""
    clock = FixedClock(run.ended)
    async with joined(database_url, clock, run.directory, _without_memory(), run.requests) as services:
        taken = await services.play(run.events, order)
    connection = await asyncpg.connect(database_url)
    try:
        return await standing(connection), await faults(connection), taken
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def once(embedded_postgres: EmbeddedPostgres, migrated_template: str, run: Run) -> Iterator[tuple[Standing, int]]:
    """How everything stands after each event came once, in order."""
    database_url = run_now(embedded_postgres.create_database("flow_once", template=migrated_template))
    stands, wrong, taken = run_now(played(database_url, run, Order()))
    assert wrong == []
    yield stands, taken
    run_now(embedded_postgres.drop_database("flow_once"))


def test_the_run_moves_every_counter(run: Run, once: tuple[Standing, int]) -> None:
    stands, _ = once
    assert len(run.events) > 2_500
    assert {name for name, rows in stands.items() if not rows} == set()
    assert any("ordered" in row for row in stands["requests.requests"])


@pytest.mark.parametrize("seed", [1, 20241104, 7_777_777])
async def test_twice_and_shuffled_counts_as_once(
    database_url: str, run: Run, once: tuple[Standing, int], seed: int
) -> None:
    expected, taken_once = once
    stands, wrong, taken = await played(database_url, run, Disorder(seed))
    assert wrong == []
    assert taken >= 2 * taken_once * 0.9, "it did come twice"
    for name, rows in expected.items():
        assert stands[name] == rows, name
