"""`/kit surplus`: who holds more than the request policy gives their role, and asking for one back."""

from __future__ import annotations

import pytest

from bot.answers import surplus as surplus_answers
from bot.answers.switchboard import answer
from bot.desk import Desk
from bot.grammar import Surplus, parse
from bot.render.surplus import PAGE
from deploy.local.workspace.scripted import ScriptedPerson
from schemas.vocabulary import DeviceState, Kind, Role
from services.database.pool import Pool
from services.errors import NotAllowed, RuleBroken
from services.register import holder_queries
from services.register.consumer import RegisterConsumer
from services.requests.policy import own_policy
from tests.fixtures.delivery import deliver
from tests.fixtures.endings import device_of, loss
from tests.fixtures.finance import NOW
from tests.fixtures.observations import asset
from tests.fixtures.people import email_of, viewer
from tests.integration.bot.test_answers import ask
from tests.integration.bot.test_idle import NORTH, WEST, register

__all__ = ["register"]
pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]
MAY = own_policy().entitlement_of((), "").may_hold


async def held(register: Pool, serial: str, holder: str, unit: str = WEST, kind: Kind = Kind.LAPTOP) -> None:
    """A device in somebody's hands, by its record."""
    email = holder if "@" in holder else email_of(holder)
    record = asset(
        serial, 100 + int(serial[1:]), NOW, kind=kind, state=DeviceState.DEPLOYED, unit=unit, holder_email=email
    )
    await deliver(register, RegisterConsumer().apply, [record])


async def told(desk: Desk, who: str, line: str) -> str:
    return str((await answer(desk, viewer(who), parse(line))).blocks)


async def test_nobody_has_too_many_to_begin_with(desk: Desk) -> None:
    assert "Nobody in what you may see holds more" in await told(desk, "Helen Marsh", "surplus")


async def test_each_is_measured_by_their_own_role(desk: Desk, register: Pool) -> None:
    """Amara's second laptop is one too many; a planner's second is not, her third is."""
    planners = own_policy().entitlement_of({Role.PLANNER}, "").may_hold[Kind.LAPTOP]
    assert planners > MAY[Kind.LAPTOP] == 1
    await held(register, "S51", "Amara Osei")
    for number in range(planners):
        await held(register, f"S{60 + number}", "Helen Marsh", "end-user-services")
    shown = await told(desk, "Catherine Doyle", "surplus")
    assert "1 person holds 1 device too many" in shown
    assert "*Amara Osei* · 2 laptops, may hold 1 (staff)" in shown
    assert "S51" in shown
    assert "Helen Marsh" not in shown
    await held(register, "S69", "Helen Marsh", "end-user-services")
    assert f"*Helen Marsh* · {planners + 1} laptops, may hold {planners}" in await told(desk, "Ruth Adeyemi", "surplus")


async def test_a_kind_that_nobody_may_hold(desk: Desk, register: Pool) -> None:
    await held(register, "S51", "Amara Osei", kind=Kind.TABLET)
    assert "1 tablet, may hold none (staff)" in await told(desk, "Priya Nair", "surplus")


async def test_a_manager_sees_and_counts_the_own_units_only(desk: Desk, register: Pool) -> None:
    await held(register, "S51", "Amara Osei")
    await held(register, "S52", "Tom Whitfield", NORTH)
    await held(register, "S53", "Una Known", WEST)
    await held(register, "S54", "Una Known", NORTH)
    shown = await told(desk, "Priya Nair", "surplus")
    assert "S51" in shown
    for serial in ("S52", "S53", "S54"):
        assert serial not in shown, "one of hers each is no surplus, and another unit's is not told"
    assert "una.known@metropolitan.example" in await told(desk, "Helen Marsh", "surplus")
    with pytest.raises(NotAllowed, match="Central North is not one"):
        await told(desk, "Priya Nair", "surplus in Central North")
    for refused in (
        told(desk, "Amara Osei", "surplus"),
        surplus_answers.csv_file(desk, viewer("Amara Osei"), Surplus()),
    ):
        with pytest.raises(NotAllowed, match="managers"):
            await refused


async def test_pages_and_file_hold_everybody_once_the_most_first(desk: Desk, register: Pool) -> None:
    number = 200
    for person in range(PAGE + 2):
        for _device in range(3 if person == PAGE + 1 else 2):
            number += 1
            await held(register, f"S{number}", f"p{person}@x.example")
    first, second = await told(desk, "Helen Marsh", "surplus"), await told(desk, "Helen Marsh", f"surplus after {PAGE}")
    assert first.index(f"*p{PAGE + 1}@x.example*") < first.index("*p0@x.example*")
    for person in range(PAGE + 2):
        assert (f"*p{person}@x.example*" in first) is not (f"*p{person}@x.example*" in second)
    rows = (await surplus_answers.csv_file(desk, viewer("Helen Marsh"), Surplus())).content.decode("utf-8-sig")
    assert len(rows.splitlines()) == 1 + 2 * (PAGE + 1) + 3
    assert (await surplus_answers.xlsx_file(desk, viewer("Helen Marsh"), Surplus())).content.startswith(b"PK")


@pytest.mark.usefixtures("bot")
async def test_one_is_asked_for(priya: ScriptedPerson, amara: ScriptedPerson, register: Pool) -> None:
    await held(register, "S51", "Amara Osei")
    message = await ask(priya, "surplus")
    await priya.press(message, "reclaim:1")
    form = await priya.wait_for_view(lambda view: view["callback_id"] == "reclaim_form")
    await priya.submit_view(form, {"why": "You have two"})
    await amara.wait_for_message(lambda message: "Priya Nair asks whether you still need your laptop" in str(message))
    assert "has the open request R-1" in str(await ask(priya, "surplus"))


async def test_one_that_is_lost_is_not_asked_for(desk: Desk, register: Pool) -> None:
    await held(register, "S51", "Amara Osei")
    await deliver(register, RegisterConsumer().apply, [loss("S51", "reported", 1, NOW)])
    shown = await told(desk, "Priya Nair", "surplus")
    assert "reported gone (L-1)" in shown
    assert "'loss L-1'" in shown
    reported = await desk.losses.report(
        viewer("Amara Osei"), device_id=device_of("S1"), how="lost", idempotency_key="k"
    )
    with pytest.raises(RuleBroken, match="reported lost"):
        await desk.deliveries.reclaim(viewer("Priya Nair"), device_of("S1"), why="Two", idempotency_key="k")
    assert reported is not None


async def test_a_manager_reads_the_own_units_and_not_all(register: Pool) -> None:
    async with register.acquire() as connection:
        await connection.execute(
            "INSERT INTO register.devices"
            " (device_id, names, kind, unit, state, holder_email, revision, version, weights)"
            " SELECT gen_random_uuid(), 'n' || n, 'laptop', 'unit-' || n % 200, 'deployed', 'p' || n % 9000, 1, 1, ''"
            " FROM generate_series(1, 20000) AS n"
        )
        await connection.execute("ANALYZE register.devices")
        rows = await connection.fetch(f"EXPLAIN {holder_queries.SQL['beyond']}", ["unit-7"], ["laptop"], [1])
        plan = "\n".join(row[0] for row in rows)
        assert "devices_in_hands" in plan, plan
        assert "Seq Scan on devices" not in plan, plan
