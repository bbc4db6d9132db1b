"""`/kit idle`: what has not checked in for weeks, and asking for it back, from the button to the holder's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.answers import idle as idle_answers
from bot.answers.switchboard import answer
from bot.desk import Desk
from bot.grammar import Idle, parse
from bot.render.idle import PAGE
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import ScriptedPerson
from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Pool, open_pool
from services.errors import NotAllowed
from services.register import idle_queries
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.endings import loss
from tests.fixtures.finance import NOW
from tests.fixtures.observations import asset, checked_in
from tests.fixtures.people import email_of, viewer
from tests.integration.bot.test_answers import ask

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]
WEST, NORTH = "central-west-response", "central-north-response"


@pytest.fixture
async def register(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


async def seen(register: Pool, serial: str, days: int, unit: str = WEST, holder: str = "Amara Osei") -> None:
    """A laptop that checked in so many days ago, and not since."""
    number = 100 + int(serial[1:])
    at = NOW - timedelta(days=days)
    record = asset(
        serial,
        number,
        at,
        kind=Kind.LAPTOP,
        model="Latitude 7440",
        state=DeviceState.DEPLOYED,
        unit=unit,
        holder_email=email_of(holder),
    )
    await deliver(register, RegisterConsumer().apply, [record, checked_in(serial, number, at)])


@pytest.fixture
async def idle(register: Pool) -> None:
    """Of Central West 20, 45, 75, 120 days; of Central North 100; and a monitor, which nothing sees."""
    for number, days in enumerate((20, 45, 75, 120), 11):
        await seen(register, f"S{number}", days)
    await seen(register, "S21", 100, NORTH, "Tom Whitfield")
    screen = asset("S31", 131, NOW, kind=Kind.MONITOR, state=DeviceState.DEPLOYED, unit=WEST)
    await deliver(register, RegisterConsumer().apply, [screen])


async def told(desk: Desk, who: str, line: str) -> str:
    return str((await answer(desk, viewer(who), parse(line))).blocks)


@pytest.mark.usefixtures("idle")
async def test_a_manager_sees_the_own_units_the_longest_first(desk: Desk) -> None:
    shown = await told(desk, "Priya Nair", "idle")
    assert "30 days: *3* · 60 days: *2* · 90 days: *1*" in shown
    assert shown.index("S14") < shown.index("S13") < shown.index("S12")
    assert "S11" not in shown, "twenty days are not thirty"
    assert "S21" not in shown
    assert "S31" not in shown
    assert "Monitors never check in" in shown
    assert "1 other device in use that was never seen" in shown, "S1 of the fixtures is known by its record alone"
    assert "Amara Osei" in shown
    assert "120 days ago" in shown
    later = await told(desk, "Priya Nair", "idle in Central West 60 days")
    assert "S13" in later
    assert "S12" not in later


@pytest.mark.usefixtures("idle")
async def test_who_may_not_ask_for_them_gets_no_button(desk: Desk) -> None:
    for who, button in {
        "Priya Nair": True,
        "Helen Marsh": True,
        "Catherine Doyle": False,
        "Ruth Adeyemi": False,
    }.items():
        assert ("'reclaim:1'" in await told(desk, who, "idle in Central West")) is button
    for line in ("idle", "idle in Central West"):
        with pytest.raises(NotAllowed):
            await told(desk, "Amara Osei", line)
    with pytest.raises(NotAllowed, match="Central North is not one"):
        await told(desk, "Priya Nair", "idle in Central North")
    with pytest.raises(NotAllowed):
        await idle_answers.csv_file(desk, viewer("Daniel Reyes"), Idle("Central West"))


async def test_pages_and_file_hold_each_device_once(desk: Desk, register: Pool) -> None:
    for number in range(PAGE + 3):
        await seen(register, f"S{40 + number}", 40 + number)
    first = await told(desk, "Priya Nair", "idle")
    second = await told(desk, "Priya Nair", f"idle 30 days after {PAGE}")
    for number in range(PAGE + 3):
        assert (f"`S{40 + number}`" in first) is not (f"`S{40 + number}`" in second)
    assert f"idle 30 days after {PAGE}" in first
    rows = (await idle_answers.csv_file(desk, viewer("Priya Nair"), Idle())).content.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + PAGE + 3
    assert rows[1].startswith(f"S{40 + PAGE + 2},")
    assert (await idle_answers.xlsx_file(desk, viewer("Priya Nair"), Idle())).content.startswith(b"PK")


@pytest.mark.usefixtures("idle")
async def test_one_that_is_known_as_lost_says_so(desk: Desk, register: Pool) -> None:
    await deliver(register, RegisterConsumer().apply, [loss("S14", "reported", 1, NOW)])
    assert "reported gone (L-1)" in await told(desk, "Priya Nair", "idle")
    await deliver(register, RegisterConsumer().apply, [loss("S14", "found", 2, NOW + timedelta(hours=1))])
    assert "reported gone" not in await told(desk, "Priya Nair", "idle")


@pytest.mark.usefixtures("bot", "idle")
async def test_asked_for_and_still_needed(priya: ScriptedPerson, amara: ScriptedPerson) -> None:
    message = await ask(priya, "idle")
    await priya.press(message, "reclaim:1")
    form = await priya.wait_for_view(lambda view: view["callback_id"] == "reclaim_form")
    assert "Amara Osei" in str(form)
    await priya.submit_view(form, {"why": "Not seen for months"})
    asked = await amara.wait_for_message(lambda message: "keep_device" in str(message))
    assert "Priya Nair asks whether you still need your laptop `S14`: Not seen for months" in str(asked)
    await priya.wait_for_message(lambda message: "You asked for it back by" in str(message))
    listed = str(await ask(priya, "idle"))
    assert "has the open request R-1" in listed
    await amara.press(asked, "keep_device")
    words = await amara.wait_for_view(lambda view: view["callback_id"] == "request_words_form")
    await amara.submit_view(words, {"words": "For night duty"})
    await priya.wait_for_message(lambda message: "Still needed: For night duty (Amara Osei)" in str(message))
    await amara.wait_for_message(lambda message: "stays with you" in str(message))
    assert "still needed, its holder said on" in str(await ask(priya, "idle"))


@pytest.mark.usefixtures("bot", "idle")
async def test_called_off_by_whoever_asked(priya: ScriptedPerson, amara: ScriptedPerson) -> None:
    await priya.press(await ask(priya, "idle"), "reclaim:2")
    form = await priya.wait_for_view(lambda view: view["callback_id"] == "reclaim_form")
    await priya.submit_view(form, {"why": "Is it used?"})
    mine = await priya.wait_for_message(lambda message: "call_off_reclaim" in str(message))
    await priya.press(mine, "call_off_reclaim")
    await priya.wait_for_message(lambda message: "Asked for no more (Priya Nair)" in str(message))
    await amara.wait_for_message(lambda message: "stays with you" in str(message))


@pytest.mark.usefixtures("bot", "idle")
async def test_a_device_that_moved_on_is_told_in_the_form(people: WorkspaceClient, register: Pool) -> None:
    helen = await people.as_user(email_of("Helen Marsh"))
    message = await ask(helen, "idle in Central West")
    await register.execute("UPDATE register.devices SET state = 'in_stock' WHERE serial = 'S14'")
    await helen.press(message, "reclaim:1")
    await helen.wait_for_view(lambda view: "nobody has S14 now" in str(view))


async def test_a_manager_reads_the_own_units_and_not_all(register: Pool) -> None:
    async with register.acquire() as connection:
        await connection.execute(
            "INSERT INTO register.devices"
            " (device_id, names, kind, unit, state, last_seen_at, revision, version, weights)"
            " SELECT gen_random_uuid(), 'n' || n, 'laptop', 'unit-' || n % 200, 'deployed', $1, 1, 1, ''"
            " FROM generate_series(1, 20000) AS n",
            NOW - timedelta(days=50),
        )
        await connection.execute("ANALYZE register.devices")
        for name, given in {
            "idle_counts": (["unit-7"], NOW, [30.0, 60.0], ["monitor"]),
            "idle_devices": (["unit-7"], NOW, 30.0, ["monitor"], 11, 0),
        }.items():
            rows = await connection.fetch(f"EXPLAIN {idle_queries.SQL[name]}", *given)
            plan = "\n".join(row[0] for row in rows)
            assert "devices_in_hands" in plan, plan
            assert "Seq Scan on devices" not in plan, plan
