"""Deliveries, returns and leavers in chat: each sees what they may do, and is reminded in a message of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.vocabulary import Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.requests.policy import own_policy
from services.requests.queries import Reason, RequestView
from services.requests.sweep import WaitingSweep
from tests.fixtures.delivery import deliver
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.journey import changed, committed, device, hear, shelve, told
from tests.integration.requests.test_needless import found

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices")]
PATIENCE = own_policy().patience


@pytest.fixture
async def requests_pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "requests")
    yield opened
    await opened.close()


@pytest.fixture
async def ordered(desk: Desk, pool: Pool, requests_pool: Pool) -> RequestView:
    """Amara's request is on order."""
    raised = await ask_for_amara(desk, pool, Reason.BROKEN)
    await desk.commands.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="2")
    await hear(requests_pool, committed(raised, desk.clock.now()))
    return raised


async def ask_for_amara(desk: Desk, pool: Pool, reason: Reason) -> RequestView:
    """A request in place of her laptop."""
    return await desk.commands.raise_request(
        viewer("Amara Osei"),
        device_id=await pool.fetchval("SELECT device_id FROM register.devices WHERE serial = 'S1'"),
        kind=Kind.LAPTOP,
        reason=reason,
        needed_by=None,
        accessibility_needs=False,
        explanation="Cracked",
        delivery_place="Desk 4",
        idempotency_key="1",
    )


async def answered(person: ScriptedPerson, line: str) -> Json:
    """What a line is answered."""
    seen = len(person.updates)
    act = await person.slash(line)
    assert act.outcome == "acknowledged", act
    return await person.wait_for_message(lambda message: message.get("is_ephemeral"), after=seen)


async def say_all(desk: Desk, settings: BotSettings, bot: Parts, pool: Pool, requests_pool: Pool) -> None:
    """The bot hears all that requests told so far."""
    await deliver(pool, BotConsumer(desk, settings, bot.sender.wake).apply, await told(requests_pool))


async def test_from_allocating_to_taking_back_each_has_their_button(
    helen: ScriptedPerson, amara: ScriptedPerson, ordered: RequestView, database_url: str, pool: Pool
) -> None:
    register = await open_pool(database_url, "register")
    await shelve(register, "NEW1", 7)
    await register.close()
    listed = await answered(helen, "/kit deliveries")
    assert "To be allocated" in str(listed)
    await helen.press(listed, "delivery_allocate")
    form = await helen.wait_for_view(lambda view: view["callback_id"] == "delivery_allocate_form")
    act = await helen.submit_view(form, {"serial": "S2"})
    assert "deployed" in act.errors["serial"]
    act = await helen.submit_view(form, {"serial": "NEW1"})
    assert "NEW1 is set aside" in str(act.view)
    listed = await answered(helen, "/kit deliveries")
    await helen.press(listed, "delivery_ship")
    form = await helen.wait_for_view(lambda view: view["callback_id"] == "delivery_ship_form")
    act = await helen.submit_view(form, {"carrier": "Van 3"})
    assert "Sent with Van 3" in str(act.view)
    sent = await amara.wait_for_message(lambda message: "on its way to Desk 4 with Van 3" in str(message))
    await amara.press(sent, "delivery_receive")
    now = await amara.wait_for_message(
        lambda message: "Please hand back your old laptop `S1` by 18 Nov 2024" in str(message)
    )
    assert now["ts"] == sent["ts"], "changed in place"
    assert "delivery_take_back" not in str(now), "only who gets it says that it is back"
    listed = await answered(helen, "/kit deliveries")
    await helen.press(listed, "delivery_take_back")
    await amara.wait_for_message(lambda message: "All is done" in str(message))
    assert await pool.fetchval("SELECT status FROM requests.requests") == "closed"


async def test_deliveries_are_not_for_everybody(amara: ScriptedPerson) -> None:
    assert "is for planners" in str(await answered(amara, "/kit deliveries"))


async def test_a_reminder_rings_anew_and_a_late_return_reaches_the_manager_once(
    amara: ScriptedPerson,
    priya: ScriptedPerson,
    desk: Desk,
    settings: BotSettings,
    bot: Parts,
    pool: Pool,
    requests_pool: Pool,
    devices: None,
) -> None:
    await desk.leaving.leave(viewer("Helen Marsh"), email_of("Amara Osei"), idempotency_key="1")
    await say_all(desk, settings, bot, pool, requests_pool)
    first = await amara.wait_for_message(lambda message: "Please hand back your laptop `S1`" in str(message))
    await priya.wait_for_message(lambda message: "Amara Osei leaves: 1 device" in str(message))
    assert isinstance(desk.clock, FixedClock)
    desk.clock.advance(timedelta(days=PATIENCE.return_within + 1))
    sweep = WaitingSweep(requests_pool, desk.clock, small_directory(), PATIENCE)
    assert await sweep.sweep() == 1
    for _ in range(2):
        await say_all(desk, settings, bot, pool, requests_pool)
    again = await amara.wait_for_message(lambda message: "Reminder:" in str(message))
    assert again["ts"] != first["ts"]
    late = await priya.wait_for_message(lambda message: "should have been handed back" in str(message))
    assert "`S1` laptop · Amara Osei" in str(late)
    keys = [row["key"] for row in await pool.fetch("SELECT key FROM outgoing ORDER BY key")]
    assert len([key for key in keys if "/reminder/" in key]) == 1
    assert len([key for key in keys if key.startswith("overdue/")]) == 1


async def test_a_manager_picks_who_leaves(
    priya: ScriptedPerson, amara: ScriptedPerson, helen: ScriptedPerson, pool: Pool
) -> None:
    listed = await answered(priya, "/kit leavers")
    await priya.press(listed, "somebody_leaves")
    form = await priya.wait_for_view(lambda view: view["callback_id"] == "leaves_form")
    act = await priya.submit_view(form, {})
    assert act.errors == {"who_email": "Choose who leaves, or give their e-mail address below."}
    act = await priya.submit_view(form, {"who": amara.user_id, "who_email": email_of("Helen Marsh")})
    assert "not the address of whom you chose" in act.errors["who"]
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 0
    act = await priya.submit_view(form, {"who": amara.user_id, "who_email": ""})
    assert "Amara Osei is to hand back 1 device: S1." in str(act.view)
    act = await priya.submit_view(form, {"who": helen.user_id})
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 1


async def test_who_is_not_in_slack_leaves_by_their_address(priya: ScriptedPerson, pool: Pool) -> None:
    await priya.press(await answered(priya, "/kit leavers"), "somebody_leaves")
    form = await priya.wait_for_view(lambda view: view["callback_id"] == "leaves_form")
    act = await priya.submit_view(form, {"who_email": "Amara"})
    assert "e-mail address" in act.errors["who_email"]
    act = await priya.submit_view(form, {"who_email": email_of("Amara Osei").upper()})
    assert "Amara Osei is to hand back 1 device: S1." in str(act.view)
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 1


async def test_a_bot_does_not_leave(priya: ScriptedPerson, pool: Pool) -> None:
    await priya.press(await answered(priya, "/kit leavers"), "somebody_leaves")
    form = await priya.wait_for_view(lambda view: view["callback_id"] == "leaves_form")
    act = await priya.submit_view(form, {"who": "U0NOBODY"})
    assert "has no address here" in act.errors["who"]
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 0


async def test_who_owes_an_answer_is_reminded_with_the_question_and_its_button(
    amara: ScriptedPerson, desk: Desk, settings: BotSettings, bot: Parts, pool: Pool, requests_pool: Pool
) -> None:
    raised = await desk.commands.raise_request(
        viewer("Amara Osei"),
        device_id=None,
        kind=Kind.SMARTPHONE,
        reason=Reason.SLOW,
        needed_by=None,
        accessibility_needs=False,
        explanation="Slow",
        delivery_place="Desk 4",
        idempotency_key="1",
    )
    await desk.commands.ask(viewer("Priya Nair"), raised.request_id, question="How slow?", idempotency_key="2")
    await say_all(desk, settings, bot, pool, requests_pool)
    first = await amara.wait_for_message(lambda message: "How slow?" in str(message))
    assert isinstance(desk.clock, FixedClock)
    desk.clock.advance(timedelta(days=PATIENCE.remind_after))
    assert await WaitingSweep(requests_pool, desk.clock, small_directory(), PATIENCE).sweep() == 1
    for _ in range(2):
        await say_all(desk, settings, bot, pool, requests_pool)
    again = await amara.wait_for_message(lambda message: "How slow?" in str(message) and message["ts"] != first["ts"])
    assert "Answer" in str(again)
    keys = [row["key"] for row in await pool.fetch("SELECT key FROM outgoing")]
    assert len([key for key in keys if "/reminder/" in key]) == 1


async def test_what_was_asked_for_a_leaver_is_over_and_everybody_who_was_asked_reads_why(
    amara: ScriptedPerson,
    priya: ScriptedPerson,
    helen: ScriptedPerson,
    desk: Desk,
    settings: BotSettings,
    bot: Parts,
    pool: Pool,
    requests_pool: Pool,
) -> None:
    device_id = await pool.fetchval("SELECT device_id FROM register.devices WHERE serial = 'S1'")
    raised = await desk.commands.raise_request(
        viewer("Amara Osei"),
        device_id=device_id,
        kind=Kind.LAPTOP,
        reason=Reason.BROKEN,
        needed_by=None,
        accessibility_needs=False,
        explanation="Cracked",
        delivery_place="Desk 4",
        idempotency_key="1",
    )
    await say_all(desk, settings, bot, pool, requests_pool)
    asked = await priya.wait_for_message(lambda message: "approve_request" in str(message))
    hers = await amara.wait_for_message(lambda message: "withdraw_request" in str(message))
    await helen.press(await answered(helen, "/kit leavers"), "somebody_leaves")
    form = await helen.wait_for_view(lambda view: view["callback_id"] == "leaves_form")
    act = await helen.submit_view(form, {"who_email": email_of("Amara Osei")})
    assert f"hand back 1 device: S1. They are told. What was asked for them is over: {raised.reference}." in str(
        act.view
    )
    await say_all(desk, settings, bot, pool, requests_pool)
    for person, before in ((priya, asked), (amara, hers)):
        now = await person.wait_for_message(
            lambda message: "Withdrawn: Amara Osei leaves (Helen Marsh)" in str(message)
        )
        assert now["ts"] == before["ts"], "changed in place"
        assert "approve_request" not in str(now)
        assert "withdraw_request" not in str(now)
    told_at_end = len(priya.updates)
    await say_all(desk, settings, bot, pool, requests_pool)
    assert await bot.sender.send_next() is False, "said once"
    assert len(priya.updates) == told_at_end


async def test_planners_are_told_once_that_a_request_may_be_needless_and_cancel_it_there(
    helen: ScriptedPerson,
    amara: ScriptedPerson,
    desk: Desk,
    settings: BotSettings,
    bot: Parts,
    pool: Pool,
    requests_pool: Pool,
    ordered: RequestView,
) -> None:
    at = desk.clock.now() + timedelta(minutes=5)
    used = changed(device("USED1"), at, "holder_email", serial="USED1", purchased_on=None, revision=3)
    await hear(requests_pool, used)
    for _ in range(2):
        await say_all(desk, settings, bot, pool, requests_pool)
    first = await helen.wait_for_message(lambda message: "may be needless" in str(message))
    assert "Amara Osei has `USED1` by another way" in str(first)
    await helen.press(first, "delivery_cancel")
    form = await helen.wait_for_view(lambda view: view["callback_id"] == "delivery_cancel_form")
    await helen.submit_view(form, {"why": "Has USED1 instead"})
    now = await helen.wait_for_message(lambda message: "Cancelled: Has USED1 instead" in str(message))
    assert now["ts"] == first["ts"], "changed in place"
    assert "delivery_cancel" not in str(now)
    await say_all(desk, settings, bot, pool, requests_pool)
    await amara.wait_for_message(lambda message: "Cancelled: Has USED1 instead (Helen Marsh)" in str(message))
    keys = [row["key"] for row in await pool.fetch("SELECT key FROM outgoing")]
    assert len([key for key in keys if "/needless/" in key]) == 1


async def test_what_is_found_is_told_to_who_decides_and_to_planners_if_it_goes_on_all_the_same(
    helen: ScriptedPerson,
    priya: ScriptedPerson,
    desk: Desk,
    settings: BotSettings,
    bot: Parts,
    pool: Pool,
    requests_pool: Pool,
) -> None:
    raised = await ask_for_amara(desk, pool, Reason.LOST)
    assert raised.device_id is not None
    await say_all(desk, settings, bot, pool, requests_pool)
    asked = await priya.wait_for_message(lambda message: "approve_request" in str(message))
    await hear(requests_pool, found(raised.device_id, desk.clock.now() + timedelta(minutes=5)))
    await say_all(desk, settings, bot, pool, requests_pool)
    now = await priya.wait_for_message(lambda message: "The lost device was found: L-1" in str(message))
    assert now["ts"] == asked["ts"]
    assert "approve_request" in str(now)
    assert not any("may be needless" in str(update) for update in helen.updates), "it is not ordered yet"
    await priya.press(now, "approve_request")
    await priya.wait_for_message(lambda message: "Approved by Priya Nair" in str(message))
    await say_all(desk, settings, bot, pool, requests_pool)
    await helen.wait_for_message(lambda message: "had lost was found" in str(message))
