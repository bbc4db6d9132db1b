"""A replacement from the form to the decision: one decision, and messages that change in place."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.request import Progress, RequestProgressed
from services.clock import london_date
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices")]

DIRECT = "@quartermaster"


async def open_form(person: ScriptedPerson) -> Json:
    await person.slash("/kit replace")
    return await person.wait_for_view(lambda view: view["callback_id"] == "replace_form")


async def ask_for_one(person: ScriptedPerson) -> None:
    """Fill in and send the form for the person's own device."""
    view = await open_form(person)
    act = await person.submit_view(
        view,
        {"device": _device(view), "reason": "broken", "explanation": "The screen is cracked", "delivery": "Desk 4"},
    )
    assert act.response_action == "update", act
    assert "R-" in str(act.view)


def _device(view: Json) -> str:
    block = next(block for block in view["blocks"] if block["block_id"] == "device")
    value: str = block["element"]["options"][0]["value"]
    return value


async def waiting_message(person: ScriptedPerson) -> Json:
    return await person.wait_for_message(lambda message: "approve_request" in str(message))


async def test_a_request_is_approved_and_both_messages_say_by_whom(
    amara: ScriptedPerson, priya: ScriptedPerson
) -> None:
    await ask_for_one(amara)
    confirmed = await amara.wait_for_message(lambda message: "Your request R-" in str(message))
    asked = await waiting_message(priya)
    assert "The screen is cracked" in str(asked)
    await priya.press(asked, "approve_request")
    for person, first in ((amara, confirmed), (priya, asked)):
        now = await person.wait_for_message(lambda message: "Approved by Priya Nair" in str(message))
        assert now["ts"] == first["ts"], "changed in place, not posted anew"
    assert "approve_request" not in str((await priya.history(DIRECT))[-1])
    assert len(await amara.history(DIRECT)) == 1


async def test_what_is_missing_is_said_at_its_field(amara: ScriptedPerson, desk: Desk) -> None:
    view = await open_form(amara)
    yesterday = london_date(NOW) - timedelta(days=1)
    act = await amara.submit_view(
        view,
        {
            "device": "not_listed",
            "reason": "lost",
            "explanation": "On the train",
            "delivery": "Desk 4",
            "needed_by": yesterday.isoformat(),
        },
    )
    assert act.response_action == "errors"
    assert set(act.errors) == {"kind", "needed_by"}
    again = await amara.submit_view(
        view,
        {"device": "not_listed", "kind": "smartphone", "needed_by": "2024-12-02"},
    )
    assert again.response_action == "update", "a form corrected and sent again is no repeat"


async def test_two_managers_at_once_make_one_decision(amara: ScriptedPerson, priya: ScriptedPerson, pool: Pool) -> None:
    await ask_for_one(amara)
    asked = await waiting_message(priya)
    await asyncio.gather(*(priya.press(asked, "approve_request") for _ in range(2)))
    told = await priya.wait_for_message(lambda message: "was decided before" in str(message))
    assert "Approved by Priya Nair" in str(told)
    assert (
        await pool.fetchval(
            "SELECT count(*) FROM requests.outbox WHERE position(convert_to('request.approved', 'UTF8') IN event) > 0"
        )
        == 1
    )


async def test_a_refusal_carries_its_reason_to_the_requester(amara: ScriptedPerson, priya: ScriptedPerson) -> None:
    await ask_for_one(amara)
    asked = await waiting_message(priya)
    await priya.press(asked, "refuse_request")
    view = await priya.wait_for_view(lambda view: view["callback_id"] == "refuse_form")
    act = await priya.submit_view(view, {"refusal": "Try the spare from the store first"})
    assert act.outcome == "acknowledged"
    told = await amara.wait_for_message(lambda message: "Refused by Priya Nair" in str(message))
    assert "Try the spare" in str(told)


async def test_progress_from_the_log_changes_the_same_message(
    amara: ScriptedPerson, priya: ScriptedPerson, desk: Desk, settings: BotSettings, bot: Parts, pool: Pool
) -> None:
    await ask_for_one(amara)
    await priya.press(await waiting_message(priya), "approve_request")
    approved = await amara.wait_for_message(lambda message: "Approved by" in str(message))
    row = await pool.fetchrow("UPDATE requests.requests SET status = 'ordered' RETURNING request_id, reference")
    assert row is not None
    progress = Progress(
        request_id=row["request_id"],
        reference=row["reference"],
        requester_email="amara.osei@metropolitan.example",
        status="ordered",
        explanation="ordered",
    )
    event = RequestProgressed(id="p1", source="quartermaster/requests", time=NOW, subject="r", data=progress)
    await deliver(pool, BotConsumer(desk, settings, bot.sender.wake).apply, [event])
    ordered = await amara.wait_for_message(lambda message: "*Ordered*" in str(message))
    assert ordered["ts"] == approved["ts"]
