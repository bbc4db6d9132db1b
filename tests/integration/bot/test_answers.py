"""People ask over the Slack protocol and get true answers, each within their role."""

from __future__ import annotations

import time

import pytest

from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.finance import DocumentType
from schemas.vocabulary import Kind
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.people import email_of

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices")]


def everything(message: Json) -> str:
    """All words of a message, blocks included."""
    return str(message)


async def ask(person: ScriptedPerson, line: str, channel: str = "general") -> Json:
    """What the bot answers to a slash command."""
    seen = len(person.updates)
    act = await person.slash(f"/kit {line}".strip(), channel=channel)
    assert act.outcome == "acknowledged", act
    return await person.wait_for_message(lambda message: message.get("is_ephemeral"), after=seen)


async def test_kit_shows_my_devices_and_nobody_elses(amara: ScriptedPerson) -> None:
    told = everything(await ask(amara, ""))
    assert "S1" in told
    assert "S2" not in told


async def test_an_answer_takes_less_than_a_second(amara: ScriptedPerson) -> None:
    await ask(amara, "")
    began = time.monotonic()
    await ask(amara, "")
    assert time.monotonic() - began < 1.0


async def test_a_manager_sees_only_the_own_unit(priya: ScriptedPerson) -> None:
    told = everything(await ask(priya, "counts laptops by unit"))
    assert "Central West Response" in told
    assert "Central North" not in told


async def test_another_unit_is_refused_and_audited(priya: ScriptedPerson, pool: Pool) -> None:
    told = everything(await ask(priya, "counts in Central North"))
    assert "Central North is not one" in told
    lines = await pool.fetch(
        "SELECT action, subject, granted FROM access.audit WHERE email = $1", email_of("Priya Nair")
    )
    assert [tuple(line) for line in lines] == [("counts", "Central North", False)]


async def test_staff_are_told_who_may_see_the_budget(amara: ScriptedPerson, pool: Pool) -> None:
    told = everything(await ask(amara, "budget"))
    assert "managers" in told
    assert "Priya Nair" in told
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'budget' AND NOT granted") == 1


async def test_nobody_is_sent_to_somebody_who_may_not_look_either(amara: ScriptedPerson) -> None:
    told = everything(await ask(amara, "contracts"))
    assert "is for finance, directors and auditors" in told
    assert "Priya Nair" not in told, "a manager may not see contracts"


@pytest.mark.parametrize(
    "line", ["budget", "budget 2024/25", "due", "due next 3 months", "queue", "alerts", "help", "counts by age, os"]
)
async def test_every_question_of_finance_is_answered(idris: ScriptedPerson, line: str) -> None:
    assert "reference" not in everything(await ask(idris, line))


async def test_find_shows_only_what_one_may_see(amara: ScriptedPerson, idris: ScriptedPerson) -> None:
    assert "Latitude" in everything(await ask(amara, "find s1"))
    assert "no device" in everything(await ask(amara, "find S2"))
    assert "Tom" in everything(await ask(idris, "find S2")).title()


async def test_unknown_words_get_the_nearest_command(amara: ScriptedPerson) -> None:
    assert "/kit counts" in everything(await ask(amara, "cuonts"))


async def test_a_direct_message_about_a_broken_screen_leads_to_the_form(amara: ScriptedPerson) -> None:
    seen = len(amara.updates)
    await amara.say("my laptop screen is cracked", channel="@quartermaster")
    told = await amara.wait_for_message(lambda message: message.get("bot_id"), after=seen)
    act = await amara.press(told, "replace")
    assert act.outcome == "acknowledged"
    view = await amara.wait_for_view(lambda view: view["callback_id"] == "replace_form")
    assert "S1" in str(view)


async def test_a_mention_is_answered_for_the_asker_alone(amara: ScriptedPerson) -> None:
    seen = len(amara.updates)
    await amara.say("@quartermaster help", channel="it-help")
    told = await amara.wait_for_message(lambda message: message.get("bot_id"), after=seen)
    assert told["is_ephemeral"]


async def test_chart_and_csv_come_as_files_in_the_direct_conversation(priya: ScriptedPerson) -> None:
    asked = await ask(priya, "counts by unit")
    for action, beginning in (("counts_chart", b"\x89PNG"), ("counts_csv", b"\xef\xbb\xbfUnit,Devices")):
        seen = len(priya.updates)
        await priya.press(asked, action)
        sent = await priya.wait_for_message(lambda message: bool(message.get("files")), after=seen)
        assert sent["channel"] == priya.channel("@quartermaster")
        assert (await priya.download(sent["files"][0])).startswith(beginning)


async def test_app_home_shows_each_role_its_page(amara: ScriptedPerson, priya: ScriptedPerson) -> None:
    staff, manager = str(await amara.open_home("quartermaster")), str(await priya.open_home("quartermaster"))
    assert "S1" in staff
    assert "Waiting for your decision" not in staff
    assert "Waiting for your decision" in manager


async def test_a_button_of_app_home_answers_in_the_direct_conversation(priya: ScriptedPerson, bot: Parts) -> None:
    home = await priya.open_home("quartermaster")
    seen = len(priya.updates)
    await priya.press(home, "ask:counts")
    told = await priya.wait_for_message(lambda message: "Devices by kind" in str(message), after=seen)
    assert told["channel"] == priya.channel("@quartermaster")


async def test_prices_by_kind_are_for_those_with_the_role(
    idris: ScriptedPerson, priya: ScriptedPerson, database_url: str
) -> None:
    ledger = await open_pool(database_url, "budget")
    approval = document("A1", DocumentType.APPROVAL, 2_500_000_000, 0)
    order = document("P1", DocumentType.PURCHASE_ORDER, 100_000_00, order_id="PO1", kind=Kind.LAPTOP, quantity=100)
    await deliver(ledger, BudgetConsumer(FixedClock(NOW)).apply, [recorded(approval), recorded(order)])
    await ledger.close()
    finance, manager = await ask(idris, "budget 2024/25"), await ask(priya, "budget 2024/25")
    for told in (finance, manager):
        assert "committed £120,000 (0.5 %)" in everything(told)
        assert "left £24,880,000" in everything(told)
    assert any(block["type"] == "table" for block in finance["blocks"])
    assert not any(block["type"] == "table" for block in manager["blocks"])
