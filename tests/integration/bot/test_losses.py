"""A lost device from the form or the word to locked, wiped by two people, found: and what each person sees of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.loss import LossMoved
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.losses.consumer import LossesConsumer
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.losses import progressed, wipe_told
from tests.fixtures.observations import START, checked_in
from tests.fixtures.people import email_of

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "managed")]
DIRECT, SECURITY = "@quartermaster", "device-security"


@pytest.fixture
async def managed(database_url: str, devices: None) -> None:
    """Intune knows S1."""
    pool = await open_pool(database_url, "register")
    await deliver(pool, RegisterConsumer().apply, [checked_in("S1", 0, START + timedelta(minutes=1))])
    await pool.close()


@pytest.fixture
async def tom(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Tom Whitfield"))


@pytest.fixture
async def losses(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "losses")
    yield opened
    await opened.close()


async def ask_for_one(person: ScriptedPerson, reason: str = "lost") -> Json:
    """Fill in and send the replacement form for the person's own device; what the form gives way to."""
    await person.slash("/kit replace")
    view = await person.wait_for_view(lambda view: view["callback_id"] == "replace_form")
    block = next(block for block in view["blocks"] if block["block_id"] == "device")
    device = block["element"]["options"][0]["value"]
    said = {"device": device, "reason": reason, "explanation": "On the train", "delivery": "Desk 4"}
    act = await person.submit_view(view, said)
    assert act.response_action == "update", act
    assert act.view is not None
    return act.view


async def seen(person: ScriptedPerson, words: str) -> Json:
    return await person.wait_for_message(lambda message: words in str(message.get("blocks")))


async def told(losses: Pool) -> list[LossMoved]:
    rows = await losses.fetch("SELECT event FROM losses.outbox ORDER BY transaction, position")
    return [msgspec.json.decode(row["event"], type=LossMoved) for row in rows]


async def test_the_form_reports_at_once_and_goes_on_to_the_questions(
    amara: ScriptedPerson, helen: ScriptedPerson, losses: Pool
) -> None:
    view = await ask_for_one(amara, "stolen")
    assert view["callback_id"] == "loss_form"
    assert "R-1" in str(view)
    assert "A lock is on its way" in str(view)
    (event,) = await told(losses)
    assert event.data.command is not None, "the lock does not wait for answers"
    shown = await seen(helen, "L-1: stolen")
    assert "Amara Osei" in str(shown), "security must call the holder"
    assert "Crime reference" in str(shown)
    act = await amara.submit_view(
        view, {"last_seen_where": "Victoria line", "unlocked": "yes", "crime_reference": "01/77/24", "wipe": ["yes"]}
    )
    assert act.response_action == "update"
    assert "somebody else must confirm" in str(act.view)
    now_so = await seen(helen, "Victoria line")
    assert now_so["ts"] == shown["ts"], "changed in place, not posted anew"
    assert "01/77/24" in str(now_so)
    assert "loss_confirm_wipe" in str(now_so)
    assert len([each for each in await helen.history(SECURITY) if "L-1" in str(each)]) == 1


async def test_closing_the_questions_loses_nothing(amara: ScriptedPerson, losses: Pool) -> None:
    view = await ask_for_one(amara)
    await amara.close_view(view)
    assert [event.data.state for event in await told(losses)] == ["reported"]
    mine = await seen(amara, "reported lost")
    assert "loss_tell" in str(mine), "they may be answered later"


async def test_a_broken_device_is_no_loss(amara: ScriptedPerson, losses: Pool) -> None:
    view = await ask_for_one(amara, "broken")
    assert view["callback_id"] == "done"
    assert await told(losses) == []


async def test_a_day_to_come_is_said_at_its_field(amara: ScriptedPerson) -> None:
    view = await ask_for_one(amara)
    act = await amara.submit_view(view, {"last_seen_on": (NOW + timedelta(days=2)).date().isoformat()})
    assert set(act.errors) == {"last_seen_on"}


async def test_the_second_person_confirms_and_the_first_is_told_they_cannot(
    amara: ScriptedPerson, helen: ScriptedPerson, priya: ScriptedPerson, losses: Pool
) -> None:
    await ask_for_one(amara)
    await helen.press(await seen(helen, "loss_ask_wipe"), "loss_ask_wipe", channel=SECURITY)
    await helen.wait_for_message(lambda message: "somebody else must confirm the wipe" in str(message))
    asked = await seen(priya, "loss_confirm_wipe")
    assert "Helen Marsh asked for a wipe" in str(asked)
    await helen.press(await seen(helen, "loss_confirm_wipe"), "loss_confirm_wipe", channel=SECURITY)
    await helen.wait_for_message(lambda message: "You asked for the wipe" in str(message))
    await priya.press(asked, "loss_confirm_wipe")
    confirmed = await priya.wait_for_message(lambda message: "A wipe is on its way" in str(message))
    assert confirmed["ts"] == asked["ts"]
    assert "loss_confirm_wipe" not in str((await helen.history(SECURITY))[-1])
    commands = [event.data.command.action for event in await told(losses) if event.data.command]
    assert commands == ["lock", "wipe"]


async def test_two_confirmations_at_once_send_one_wipe(
    amara: ScriptedPerson, helen: ScriptedPerson, catherine: ScriptedPerson, losses: Pool
) -> None:
    await ask_for_one(amara)
    await amara.press(await seen(amara, "loss_ask_wipe"), "loss_ask_wipe")
    both = [(person, await seen(person, "loss_confirm_wipe")) for person in (helen, catherine)]
    await asyncio.gather(*(person.press(shown, "loss_confirm_wipe", channel=SECURITY) for person, shown in both))

    async def late(person: ScriptedPerson) -> Json:
        return await person.wait_for_message(lambda message: "That cannot be done now" in str(message))

    waiting = [asyncio.create_task(late(person)) for person, _ in both]
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    assert "A wipe is on its way" in str(done.pop().result())
    commands = [event.data.command.action for event in await told(losses) if event.data.command]
    assert commands == ["lock", "wipe"]


async def test_what_device_management_says_is_told_as_no_more_than_it_is(
    amara: ScriptedPerson,
    helen: ScriptedPerson,
    losses: Pool,
    pool: Pool,
    desk: Desk,
    settings: BotSettings,
    bot: Parts,
) -> None:
    await ask_for_one(amara)
    (event,) = await told(losses)
    assert event.data.command is not None
    device_id = event.data.device_id
    sent = progressed(event.data.command.command_id, "lock", "sent", device_id=device_id)
    followed = await deliver(losses, LossesConsumer().apply, [sent])
    await deliver(pool, BotConsumer(desk, settings, bot.sender.wake).apply, followed)
    shown = await seen(helen, "Lock sent and taken by Intune")
    assert "the device locks once it is reached" in str(shown)
    await seen(amara, "Lock sent and taken by Intune")
    followed = await deliver(
        losses, LossesConsumer().apply, [wipe_told("done", NOW + timedelta(hours=1), device_id=device_id)]
    )
    await deliver(pool, BotConsumer(desk, settings, bot.sender.wake).apply, followed)
    wiped = await seen(helen, "*Wiped*")
    assert "loss_write_off" in str(wiped)
    await amara.press(await seen(amara, "*Wiped*"), "loss_found")
    assert "so it must be set up anew" in str(await seen(amara, "Found, as Amara Osei said"))


async def test_a_word_reports_and_asks_for_a_new_one(amara: ScriptedPerson, losses: Pool, pool: Pool) -> None:
    await amara.slash("/kit lost s1")
    answer = await seen(amara, "is reported: laptop Latitude 7440")
    assert "A lock is on its way" in str(answer)
    assert "*R-1* asks for a new one" in str(answer)
    await amara.press(answer, "loss_tell")
    view = await amara.wait_for_view(lambda view: view["callback_id"] == "loss_form")
    assert "Ask for a replacement" not in str(view)
    row = await pool.fetchrow("SELECT reason, device_id, delivery_place FROM requests.requests")
    assert row is not None
    assert (row["reason"], row["delivery_place"]) == ("lost", "Central West Response")
    assert await losses.fetchval("SELECT request_reference FROM losses.losses") == "R-1"
    assert await losses.fetchval("SELECT count(*) FROM losses.losses") == 1


async def test_who_may_not_ask_for_it_reports_all_the_same(helen: ScriptedPerson, losses: Pool, pool: Pool) -> None:
    await helen.slash("/kit lost S1")
    answer = await seen(helen, "is reported: laptop Latitude 7440")
    assert "No new one is asked for: That device is not yours." in str(answer)
    assert await losses.fetchval("SELECT request_reference FROM losses.losses") is None
    await helen.slash("/kit lost S1")
    await seen(helen, "It was reported before")
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 0


async def test_a_device_of_somebody_else_is_not_reported(amara: ScriptedPerson, losses: Pool) -> None:
    await amara.slash("/kit lost S2")
    await amara.wait_for_message(lambda message: "I know no device" in str(message))
    assert await told(losses) == []


async def test_losses_are_seen_by_who_answers_for_them_and_written_off_when_policy_lets(
    amara: ScriptedPerson,
    priya: ScriptedPerson,
    idris: ScriptedPerson,
    helen: ScriptedPerson,
    people: WorkspaceClient,
    desk: Desk,
    losses: Pool,
) -> None:
    await amara.slash("/kit lost S1")
    await seen(amara, "is reported")
    await priya.slash("/kit losses")
    await priya.wait_for_message(lambda message: "1 device lost or stolen" in str(message))
    daniel = await people.as_user(email_of("Daniel Reyes"))
    await daniel.slash("/kit losses")
    await daniel.wait_for_message(lambda message: "No device that you answer for" in str(message))
    await idris.slash("/kit loss L-1")
    await idris.wait_for_message(lambda message: "There is no loss L-1 of yours" in str(message))
    assert isinstance(desk.clock, FixedClock)
    desk.clock.moment = NOW + timedelta(days=40)
    await helen.slash("/kit loss L-1")
    shown = await seen(helen, "loss_write_off")
    assert "Reported lost; lock sent out" in str(shown)
    await helen.press(shown, "loss_write_off")
    view = await helen.wait_for_view(lambda view: view["callback_id"] == "write_off_form")
    act = await helen.submit_view(view, {"why": "Not found in forty days"})
    assert "is written off" in str(act.view)
    mine = await seen(amara, "Written off by Helen Marsh")
    assert "loss_found" in str(mine), "it may still turn up"
    refused = "SELECT count(*) FROM access.audit WHERE action = 'loss' AND NOT granted"
    assert await losses.fetchval(refused) == 1
    assert UUID(str(await losses.fetchval("SELECT loss_id FROM losses.losses")))


@pytest.mark.parametrize("said", ["found S1", "found `s1`."])
async def test_found_with_a_serial_leads_to_that_device_and_its_button(
    amara: ScriptedPerson, priya: ScriptedPerson, losses: Pool, said: str
) -> None:
    await ask_for_one(amara)
    for person in (amara, priya):
        await person.slash(f"/kit {said}")
        shown = await person.wait_for_message(lambda message: "Is it back? Press *Found* below." in str(message))
        assert "loss_found" in str(shown)
        assert [event.data.state for event in await told(losses)] == ["reported"], "asking is not finding"
    await amara.press(shown_to_amara := await seen(amara, "Is it back?"), "loss_found")
    assert shown_to_amara
    await amara.wait_for_message(lambda message: "Found, as Amara Osei said" in str(message))
    assert [event.data.state for event in await told(losses)][-1] == "found"


async def test_found_with_a_serial_that_is_not_lost_or_not_theirs_says_so_and_is_audited(
    amara: ScriptedPerson, tom: ScriptedPerson, priya: ScriptedPerson, pool: Pool
) -> None:
    await amara.slash("/kit found S1")
    await amara.wait_for_message(lambda message: "“S1” is not reported lost or stolen" in str(message))
    await ask_for_one(amara)
    await tom.slash("/kit found S1")
    answer = await tom.wait_for_message(lambda message: "I know no lost device “S1”" in str(message))
    assert "Amara" not in str(answer), "nobody is told whose it is"
    looks = await pool.fetch("SELECT email, granted FROM access.audit WHERE action = 'loss' AND subject = 'S1'")
    assert [(row["email"], row["granted"]) for row in looks] == [
        (email_of("Amara Osei"), False),
        (email_of("Tom Whitfield"), False),
    ]
