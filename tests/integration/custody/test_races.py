"""Two at once: each device takes each step once, whoever is first."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from schemas.vocabulary import DeviceState
from services.custody.commands import Details
from services.custody.queries import BatchView, CustodyState
from services.custody.rules.machine import Cause
from services.custody.verification import faults
from services.database.pool import Pool
from services.errors import RuleBroken
from tests.fixtures.custody import changed, returned, wipe_told
from tests.integration.custody.conftest import HELEN, Acts, Hears

pytestmark = pytest.mark.integration
DEVICES = 40


async def test_two_planners_who_act_on_the_same_devices_move_each_once(acts: Acts, hear: Hears, pool: Pool) -> None:
    await hear(*(returned(number) for number in range(DEVICES)))
    names = [f"C-{number}" for number in range(1, DEVICES + 1)]

    async def destroy(key: str, references: list[str]) -> BatchView | None:
        try:
            return await acts.custodies.act(
                HELEN, Cause.SEND_TO_DESTRUCTION, references, Details(), idempotency_key=key
            )
        except RuleBroken:
            return None

    done = await asyncio.gather(
        destroy("a", names), destroy("b", names[::-1]), destroy("c", names[10:]), destroy("a", names)
    )
    moved = Counter(view.reference for each in {act.batch: act for act in done if act}.values() for view in each.moved)
    assert moved == Counter(names)
    assert await pool.fetchval("SELECT count(*) FROM custody.chain") == 2 * DEVICES
    assert await pool.fetchval("SELECT count(*) FROM custody.outbox") == 2 * DEVICES


async def test_a_planner_and_the_register_at_once_leave_whole_chains(acts: Acts, hear: Hears, pool: Pool) -> None:
    await hear(*(returned(number, 2, 1) for number in range(DEVICES)))
    back = [changed(number, 3, DeviceState.DEPLOYED, 9) for number in range(DEVICES)]

    async def destroy() -> None:
        await acts.custodies.act_on_all(
            HELEN, Cause.SEND_TO_DESTRUCTION, CustodyState.RETURNED, Details(), idempotency_key="all"
        )

    await asyncio.gather(destroy(), *(hear(*back[start : start + 10]) for start in range(0, DEVICES, 10)))
    states = await pool.fetch("SELECT state, count(*) AS devices FROM custody.records GROUP BY state")
    assert [tuple(row) for row in states] == [("back_in_use", DEVICES)]
    async with pool.acquire() as connection:
        assert [fault async for fault in faults(connection)] == []


async def test_two_topics_that_tell_of_the_same_devices_at_once_end_as_one_after_the_other(
    hear: Hears, acts: Acts, pool: Pool
) -> None:
    numbers = range(DEVICES)
    await asyncio.gather(
        *(hear(*(returned(number) for number in numbers[start::4])) for start in range(4)),
        *(hear(*(wipe_told(number, "done", 2) for number in reversed(numbers[start::3]))) for start in range(3)),
        hear(*(returned(number) for number in reversed(numbers))),
    )
    assert set(await acts.states(numbers)) == {"sanitised"}
    assert await pool.fetchval("SELECT count(*) FROM custody.records") == DEVICES


async def test_a_key_of_one_act_is_none_for_another(acts: Acts, hear: Hears) -> None:
    await hear(returned(1), returned(2))
    await acts.custodies.act(HELEN, Cause.SEND_TO_DESTRUCTION, ["C-1"], Details(), idempotency_key="k")
    with pytest.raises(RuleBroken, match="another act, B-1"):
        await acts.custodies.act(HELEN, Cause.REQUEST_WIPE, ["C-2"], Details(), idempotency_key="k")
    assert await acts.states([1, 2]) == ["to_destruction", "returned"]
