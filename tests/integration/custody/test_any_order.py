"""What services tell ends the same in whatever order and batches it is heard, and however often.

A run is what one device really lived through; then it is heard shuffled. The end is what stands open, in which state
and since when. `CUSTODY_EXAMPLES` makes it longer.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.vocabulary import DeviceState
from services.custody.consumer import CustodyConsumer
from services.custody.verification import faults
from services.database.pool import Pool, open_pool
from tests.fixtures.custody import changed, device_id, wipe_told
from tests.fixtures.delivery import deliver

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
EXAMPLES = int(os.environ.get("CUSTODY_EXAMPLES", "60"))
LIVES = st.lists(
    st.sampled_from(["returned", "deployed", "in_stock", "written_off", "wipe done", "wipe failed", "unit"]),
    min_size=1,
    max_size=8,
) | st.lists(st.sampled_from(["returned", "wipe done", "wipe failed"]), min_size=2, max_size=4)
"""Half of them short, so that enough end in each state."""


def told(number: int, life: list[str]) -> list[Any]:
    """The words on a device that lived through `life`, one an hour, as the register would tell them."""
    events: list[Any] = []
    state, revision = DeviceState.DEPLOYED, 1
    events.append(changed(number, revision, state, 0))
    for hour, what in enumerate(life, 1):
        if what.startswith("wipe"):
            outcome = "done" if what == "wipe done" else "failed"
            events.append(wipe_told(number, outcome, hour))  # type: ignore[arg-type]
            if outcome == "done" and state is DeviceState.RETURNED:
                state, revision = DeviceState.SANITISED, revision + 1
                events.append(changed(number, revision, state, hour))
        elif what == "unit":
            revision += 1
            events.append(changed(number, revision, state, hour, fields=("unit",)))
        elif what != state and not (what == "returned" and state is DeviceState.SANITISED):
            state, revision = DeviceState(what), revision + 1
            events.append(changed(number, revision, state, hour))
    return events


async def end_of(pool: Pool, number: int) -> Any:
    """What stands open of a device: its state and proof, and the word that began it."""
    row = await pool.fetchrow(
        "SELECT state, proof, opened_revision FROM custody.records WHERE device_id = $1 AND ended_at IS NULL",
        device_id(number),
    )
    return row and tuple(row)


def test_every_order_leads_to_the_same_end(embedded_postgres: EmbeddedPostgres, database_url: str) -> None:
    numbers = itertools.count(1)
    ends: set[Any] = set()
    with asyncio.Runner() as runner:
        pool = runner.run(open_pool(database_url, "custody"))

        async def compare(life: list[str], data: st.DataObject) -> None:
            first, second = next(numbers), next(numbers)
            await deliver(pool, CustodyConsumer().apply, told(first, life), size=1)
            shuffled = data.draw(st.permutations(told(second, life)))
            again = data.draw(st.lists(st.sampled_from(shuffled), max_size=3))
            size = data.draw(st.integers(1, 4))
            await deliver(pool, CustodyConsumer().apply, [*shuffled, *again], size=size)
            straight, mixed = await end_of(pool, first), await end_of(pool, second)
            ends.add(straight and straight[0])
            assert (straight and straight[:2]) == (mixed and mixed[:2]), (straight, mixed)

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(life=LIVES, data=st.data())
        def run(life: list[str], data: st.DataObject) -> None:
            runner.run(compare(life, data))

        async def sound() -> list[Any]:
            async with pool.acquire() as connection:
                return [fault async for fault in faults(connection)]

        try:
            run()
            assert runner.run(sound()) == []
        finally:
            runner.run(pool.close())
    assert {None, "returned", "sanitised"} <= ends, "the lives no longer reach custody"
