"""The ways to the form, the form as it is filled in, and what somebody is told at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Pool, open_pool
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices")]


def blocks_of(view: Json) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def element_of(view: Json, block_id: str) -> Json:
    found: Json = next(block["element"] for block in view["blocks"] if block["block_id"] == block_id)
    return found


def is_form(view: Json) -> bool:
    return bool(view["callback_id"] == "replace_form")


async def open_form(person: ScriptedPerson) -> Json:
    await person.slash("/kit replace")
    return await person.wait_for_view(is_form)


async def choose(person: ScriptedPerson, view: Json, reason: str, appears: str) -> Json:
    await person.press(view, "reason", reason)
    return await person.wait_for_view(lambda view: is_form(view) and appears in blocks_of(view))


async def last_request(pool: Pool) -> dict[str, Any]:
    row = await pool.fetchrow("SELECT * FROM requests.requests ORDER BY raised_at DESC LIMIT 1")
    assert row is not None
    return dict(row)


async def test_what_a_reason_needs_appears_when_it_is_chosen(amara: ScriptedPerson, pool: Pool) -> None:
    view = await open_form(amara)
    assert blocks_of(view) == ["reason", "device", "kind", "explanation", "needed_by", "delivery", "accessibility"]
    assert "joiner" not in str(view), "only managers ask for others"
    view = await choose(amara, view, "broken", "photos")
    assert {"since", "photos"} < set(blocks_of(view))
    photo = await amara.upload("screen.png", b"\x89PNG")
    act = await amara.submit_view(
        view, {"explanation": "The screen is cracked", "since": "2024-11-01", "photos": [photo]}
    )
    assert act.response_action == "update", act
    raised = await last_request(pool)
    assert (raised["reason"], raised["since"], len(raised["photos"])) == ("broken", date(2024, 11, 1), 1)


async def test_a_device_that_is_not_theirs_is_said_so_and_its_kind_asked_for(amara: ScriptedPerson) -> None:
    view = await open_form(amara)
    await amara.press(view, "device", "not_listed")
    view = await amara.wait_for_view(lambda view: is_form(view) and "not on record as yours" in str(view))
    kind = next(block for block in view["blocks"] if block["block_id"] == "kind")
    assert not kind["optional"]


async def test_assistive_technology_is_asked_for_and_kept(amara: ScriptedPerson, pool: Pool) -> None:
    view = await choose(amara, await open_form(amara), "accessibility", "assistive_technology")
    await amara.submit_view(view, {"explanation": "I cannot read it", "assistive_technology": "A screen reader"})
    raised = await last_request(pool)
    assert (raised["assistive_technology"], raised["accessibility_needs"]) == ("A screen reader", True)


async def test_the_answer_tells_the_verdict_and_what_comes_next(amara: ScriptedPerson) -> None:
    view = await choose(amara, await open_form(amara), "slow", "since")
    act = await amara.submit_view(view, {"explanation": "It takes ten minutes to start"})
    told = str(act.view)
    assert "R-1" in told
    assert "When it falls due is not known yet" in told
    assert "Next: Priya Nair decides" in told


async def test_one_from_stock_is_promised_at_once(amara: ScriptedPerson, database_url: str, pool: Pool) -> None:
    register = await open_pool(database_url, "register")
    new = asset("NEW1", 77, START, kind=Kind.LAPTOP, state=DeviceState.IN_STOCK, purchased_on=date(2024, 6, 1))
    await deliver(register, RegisterConsumer().apply, [new])
    await register.close()
    view = await choose(amara, await open_form(amara), "broken", "photos")
    act = await amara.submit_view(view, {"explanation": "It does not start"})
    assert "in stock" in str(act.view)
    told = await amara.wait_for_message(lambda message: "Your request R-1" in str(message))
    assert "one from stock set aside" in str(told)
    await amara.press(told, "withdraw_request")
    gone = await amara.wait_for_message(lambda message: "*Withdrawn*" in str(message))
    assert "withdraw_request" not in str(gone)


async def test_over_entitlement_is_said_in_the_form(amara: ScriptedPerson) -> None:
    view = await choose(amara, await open_form(amara), "broken", "photos")
    act = await amara.submit_view(view, {"device": "not_listed", "kind": "laptop", "explanation": "Another one"})
    assert act.response_action == "errors"
    assert "You already have 1 laptop (S1)" in str(act.errors)


async def test_a_manager_picks_who_joins(priya: ScriptedPerson, amara: ScriptedPerson, pool: Pool) -> None:
    view = await choose(priya, await open_form(priya), "joiner", "recipient")
    assert "device" not in blocks_of(view)
    act = await priya.submit_view(view, {"kind": "smartphone", "explanation": "Starts on Monday"})
    assert set(act.errors) == {"recipient"}
    act = await priya.submit_view(view, {"kind": "smartphone", "recipient": amara.user_id})
    assert act.response_action == "update", act
    raised = await last_request(pool)
    assert (raised["recipient_email"], raised["recipient_name"]) == (email_of("Amara Osei"), "Amara Osei")
    told = await amara.wait_for_message(lambda message: "for Amara Osei" in str(message))
    assert "withdraw_request" in str(told)


async def test_words_in_a_direct_message_fill_the_form_in(amara: ScriptedPerson) -> None:
    seen = len(amara.updates)
    await amara.say("I lost my phone on the Tube", channel="@quartermaster")
    told = await amara.wait_for_message(lambda message: message.get("bot_id"), after=seen)
    await amara.press(told, "replace")
    view = await amara.wait_for_view(is_form)
    assert element_of(view, "reason")["initial_option"]["value"] == "lost"
    assert element_of(view, "kind")["initial_option"]["value"] == "smartphone"
    assert element_of(view, "device")["initial_option"]["value"] == "not_listed", "she has no phone on record"
    assert "not on record as yours" in str(view)
    assert element_of(view, "explanation")["initial_value"] == "I lost my phone on the Tube"


async def test_a_message_shortcut_takes_the_messages_words(amara: ScriptedPerson) -> None:
    await amara.say("My laptop screen is cracked", channel="it-help")
    said = await amara.wait_for_message(lambda message: "cracked" in str(message))
    await amara.shortcut("replace_device_from_message", said)
    view = await amara.wait_for_view(is_form)
    assert element_of(view, "reason")["initial_option"]["value"] == "broken"
    assert element_of(view, "device")["initial_option"]["text"]["text"].endswith("S1")
    assert element_of(view, "explanation")["initial_value"] == "My laptop screen is cracked"


async def test_who_is_not_in_slack_yet_joins_by_name_and_address(priya: ScriptedPerson, pool: Pool) -> None:
    view = await choose(priya, await open_form(priya), "joiner", "recipient")
    filled = {"kind": "laptop", "explanation": "Starts on Monday", "recipient_name": "New Starter"}
    act = await priya.submit_view(view, filled)
    assert set(act.errors) == {"recipient_email"}
    act = await priya.submit_view(view, {"recipient_email": "new.starter@metropolitan.example"})
    assert act.response_action == "update", act
    assert (await last_request(pool))["recipient_name"] == "New Starter"
    keys = await pool.fetch("SELECT key FROM bot.outgoing WHERE key LIKE 'request/%/recipient'")
    assert list(keys) == [], "nobody is written to who is not there"
