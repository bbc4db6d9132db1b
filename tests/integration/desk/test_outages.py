"""A desk that is down, throttles or refuses: who waits, for how long, and that all are in step afterwards."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.database.pool import Pool
from tests.fixtures.requests import approved, progressed, raised, refused
from tests.fixtures.waiting import until
from tests.integration.desk.conftest import QUICK, Start, Tell
from tests.integration.desk.standins import PASSWORD, DeskStandIn, Mishap
from tests.integration.desk.waiting import in_step, told

pytestmark = pytest.mark.integration

ORDERED = "Money is set aside and the device is on order. [quartermaster-R-1/4]"


@pytest.mark.parametrize("down", [Mishap(503), None], ids=["503", "no listener"])
async def test_after_a_long_outage_all_are_in_step(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start, down: Mishap | None
) -> None:
    await start()
    await tell(*(raised(number) for number in range(1, 11)))
    await in_step(pool)
    if down is None:
        await stand_in.stop()
    stand_in.down = down
    await tell(*(approved(number) for number in range(1, 11)), *(raised(number) for number in range(11, 21)))
    await tell(*(progressed("ordered", number) for number in range(1, 6)), refused(10), refused(20))
    calls = len(stand_in.calls)

    async def tried() -> bool:
        return bool(await pool.fetchval("SELECT count(*) > 0 FROM tickets WHERE last_error IS NOT NULL"))

    await until(tried, "attempts in vain")
    stand_in.down = None
    assert len(stand_in.calls) - calls < 20, "one at a time is tried while the desk is down, not all"
    if down is None:
        await stand_in.start()
    await in_step(pool)
    held = {ticket.key: ticket for ticket in stand_in.tickets()}
    assert len(stand_in.tickets()) == len(held) == 19
    assert {held[f"quartermaster-R-{number}"].state for number in range(1, 10)} == {"in_progress"}
    assert held["quartermaster-R-1"].notes[-1] == ORDERED
    assert held["quartermaster-R-10"].state == "cancelled"
    assert {held[f"quartermaster-R-{number}"].state for number in range(11, 20)} == {"open"}


async def test_retry_after_is_kept_to_by_all(pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start) -> None:
    stand_in.mishaps["find"].append(Mishap(429, retry_after="1"))
    await tell(*(raised(number) for number in range(1, 6)))
    began = asyncio.get_running_loop().time()
    await start(pace=dataclasses.replace(QUICK, workers=1))
    await until(lambda: len(stand_in.calls) > 1, "another call")
    assert asyncio.get_running_loop().time() - began >= 1.0
    await in_step(pool)
    assert len(stand_in.tickets()) == 5


async def test_wrong_credentials_park_a_ticket_until_a_start_with_the_right_ones(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    stand_in.password = "changed"
    await tell(*(raised(number) for number in range(1, 6)))
    sender = await start(pace=dataclasses.replace(QUICK, workers=1, unauthorised=60.0))

    async def parked() -> bool:
        return await pool.fetchval("SELECT count(*) FROM tickets WHERE parked") == 1

    await until(parked, "a parked ticket")
    row = await pool.fetchrow("SELECT last_error, next_try_at - now() AS pause FROM tickets WHERE parked")
    assert row is not None
    assert "401" in row["last_error"]
    assert row["pause"] > timedelta(minutes=50)
    assert sender.ready(), "a desk that refuses us does not make us unwell"
    await until(lambda: REGISTRY.get_sample_value("quartermaster_desk_parked") == 1, "the gauge")
    assert REGISTRY.get_sample_value("quartermaster_desk_waiting") == 5
    assert stand_in.calls == ["unauthorised"], "many wrong tries would lock the account"
    await sender.stop()
    assert await told(pool) == []
    stand_in.password = PASSWORD
    await start()
    await in_step(pool)
    assert len(stand_in.tickets()) == 5
    assert not await pool.fetchval("SELECT count(*) FROM tickets WHERE parked OR last_error IS NOT NULL")


async def test_one_refused_ticket_holds_up_no_other(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    stand_in.mishaps["create"].append(Mishap(403))
    await tell(*(raised(number) for number in range(1, 6)))
    await start(pace=dataclasses.replace(QUICK, workers=1))
    await until(lambda: len(stand_in.tickets()) == 4, "the others")
    rows = await pool.fetch("SELECT reference, parked FROM tickets ORDER BY parked DESC, reference")
    assert [row["parked"] for row in rows] == [True, False, False, False, False]


async def test_a_fault_of_ours_parks_its_own_ticket_alone(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await tell(*(raised(number) for number in range(1, 4)))
    await pool.execute(
        """UPDATE tickets SET wanted = jsonb_set(wanted, '{status}', '"unheard of"') WHERE reference = 'R-1'"""
    )
    sender = await start()
    await until(lambda: len(stand_in.tickets()) == 2, "the others")

    async def parked() -> str | None:
        words: str | None = await pool.fetchval("SELECT last_error FROM tickets WHERE parked AND reference = 'R-1'")
        return words

    await until(parked, "the parked ticket")
    assert "a fault of ours" in (await parked() or "")
    assert sender.ready()
