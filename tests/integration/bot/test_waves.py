"""A wave in chat, with the services' own commands, solver and ledger: proposed, released or sent back, and told."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

import msgspec
import pytest

from bot.answers.switchboard import answer
from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.grammar import parse
from bot.listeners import forms
from bot.render import wave
from bot.render.spreadsheet import COMMERCIAL
from bot.settings import BotSettings
from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.finance import DocumentType
from schemas.events.wave import OrderEvent, WaveReleased
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import NotAllowed
from services.refresh import policy_store
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.people import small_directory, viewer
from tests.integration.refresh.fleet import DIRECTORY, changed
from tests.unit.refresh.policies import FILE

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("queue")]

DIRECT = "@quartermaster"
DEVICES = 250
PRICE = 102_000
"""Gross pence of a laptop in the price book: 250 are more than £213,477."""


@dataclasses.dataclass
class Houses:
    """The databases of refresh and budget, and what carries events between them and to the bot."""

    refresh: Pool
    budget: Pool
    bot: Pool
    telling: BotConsumer

    async def settle(self) -> None:
        """Carry what was released to the budget, and its answer to refresh and bot, as the log would."""
        clock = FixedClock(NOW)
        released = await _releases(self.refresh)
        await deliver(self.bot, self.telling.apply, released)
        answered = await deliver(self.budget, BudgetConsumer(clock).apply, released)
        orders = [event for event in answered if isinstance(event, OrderEvent)]
        await deliver(self.bot, self.telling.apply, orders)
        await deliver(self.refresh, RefreshConsumer(clock).apply, orders)


async def _releases(pool: Pool) -> list[WaveReleased]:
    rows = await pool.fetch("SELECT event FROM outbox WHERE topic = 'wave' ORDER BY position")
    return [msgspec.json.decode(row["event"], type=WaveReleased) for row in rows]


@pytest.fixture
async def houses(database_url: str, pool: Pool, desk: Desk, settings: BotSettings) -> AsyncIterator[Houses]:
    refresh, budget = await open_pool(database_url, "refresh"), await open_pool(database_url, "budget")
    yield Houses(refresh, budget, pool, BotConsumer(desk, settings, lambda: None))
    await budget.close()
    await refresh.close()


@pytest.fixture
async def queue(houses: Houses) -> None:
    """A year's money and prices, and laptops of two units past their life."""
    directory = small_directory()
    async with houses.budget.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), load_procurement(), directory, NOW
        )
    approval = recorded(document("A1", DocumentType.APPROVAL, 2_500_000_000, 0))
    await deliver(houses.budget, BudgetConsumer(FixedClock(NOW)).apply, [approval])
    async with houses.refresh.acquire() as connection:
        await policy_store.adopt(connection, PolicyInForce.of(Policy.load(FILE), DIRECTORY), NOW)
    units = ("central-west-response", "central-north-response")
    devices = [changed(number, unit=units[number % 2]) for number in range(DEVICES)]
    await deliver(houses.refresh, RefreshConsumer(FixedClock(NOW)).apply, devices)


async def ask(person: ScriptedPerson, line: str, words: str) -> Json:
    seen = len(person.updates)
    act = await person.slash(f"/kit {line}")
    assert act.outcome == "acknowledged", act
    return await person.wait_for_message(lambda message: words in str(message), after=seen)


async def direct(person: ScriptedPerson, words: str) -> Json:
    """A message of the own conversation with the bot."""
    channel = person.channel(DIRECT)
    found = await person.wait_for_message(lambda message: words in str(message) and not message.get("is_ephemeral"))
    assert found["channel"] == channel
    return found


async def form(person: ScriptedPerson, message: Json, action: str, callback: str) -> Json:
    act = await person.press(message, action)
    assert act.outcome == "acknowledged"
    return await person.wait_for_view(lambda view: view["callback_id"] == callback)


async def test_from_proposal_to_order(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, houses: Houses
) -> None:
    seen = len(helen.updates)
    await helen.slash("/kit wave propose")
    said = await helen.wait_for_message(lambda message: "Planning the next wave" in str(message), after=seen)
    assert said["is_ephemeral"]
    proposal = await helen.wait_for_message(lambda message: "Wave W-1 " in str(message), after=seen)
    total = f"£{DEVICES * PRICE // 100:,}"
    assert f"*{DEVICES} devices*: 0 from stock, {DEVICES} to order" in str(proposal)
    assert "£" not in str(proposal), "the sum of one kind would tell a planner its price"
    assert "Proved the best" in str(proposal)
    assert "Prices are assumed." in str(proposal), "the price book's are"
    asked = await direct(catherine, "Wave W-1 ")
    assert "Assumed Laptops Ltd" in str(asked)
    assert f"to order for *{total}*" in str(asked)
    assert "Assumed Laptops Ltd" not in str(proposal)

    view = await form(catherine, asked, "wave_release", "release_form")
    assert total in str(view)
    act = await catherine.submit_view(view, {})
    assert act.response_action == "update"
    assert "is released" in str(act.view)
    released = await direct(catherine, "Released by Catherine Doyle")
    assert released["ts"] == asked["ts"], "changed in place"
    assert "wave_release" not in str(released)

    await houses.settle()
    for person in (catherine, helen):
        told = await direct(person, "*Ordered*, money committed")
        assert "Released by Catherine Doyle" in str(told)
    assert len(await catherine.history(DIRECT)) == 1
    assert "Assumed Laptops Ltd" not in str(await helen.history(DIRECT))
    committed = await houses.budget.fetchval("SELECT sum(committed_pence) FROM counters")
    assert committed == DEVICES * PRICE
    queued = await ask(helen, "queue", "Refresh queue")
    assert f"Ordered {DEVICES}" in str(queued)
    assert "ordered (W-1)" in str(queued)
    listed = await ask(helen, "waves", "W-1")
    assert "Ordered, money committed" in str(listed)


@contextlib.asynccontextmanager
async def no_placing(houses: Houses) -> AsyncIterator[None]:
    """Nothing can be released meanwhile: as if many places were being given, or a batch were before it."""
    async with houses.refresh.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('quartermaster'), hashtext('placing'))")
        yield


async def test_a_release_that_takes_longer_goes_on(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "COMMAND_SECONDS", 0.05)
    await ask(helen, "wave propose", "Wave W-1 ")
    asked = await direct(catherine, "Wave W-1 ")
    view = await form(catherine, asked, "wave_release", "release_form")
    async with no_placing(houses):
        act = await catherine.submit_view(view, {})
        assert "still being released" in str(act.view)
        assert await houses.refresh.fetchval("SELECT status FROM waves") == "proposed"
    released = await direct(catherine, "Released by Catherine Doyle")
    assert released["ts"] == asked["ts"], "changed in place"


async def test_a_release_that_fails_late_is_told(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "COMMAND_SECONDS", 0.05)
    await ask(helen, "wave propose", "Wave W-1 ")
    view = await form(catherine, await direct(catherine, "Wave W-1 "), "wave_release", "release_form")
    async with no_placing(houses):
        assert "still being released" in str((await catherine.submit_view(view, {})).view)
        await houses.refresh.execute("UPDATE waves SET status = 'superseded'")
    assert "W-1* was not released: " in str(await direct(catherine, "was not released"))


async def test_a_missing_route_is_asked_for_and_kept(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, houses: Houses
) -> None:
    await houses.budget.execute("UPDATE contracts SET procurement_route = NULL")
    proposal = await ask(helen, "wave propose", "Wave W-1 ")
    assert "Stands against release" in str(proposal)
    view = await form(catherine, await direct(catherine, "Wave W-1 "), "wave_release", "release_form")
    act = await catherine.submit_view(view, {"release_0": " "})
    assert act.response_action == "errors"
    assert "without it the order cannot be placed" in act.errors["release_0"]
    act = await catherine.submit_view(view, {"release_0": "RM6098 lot 2"})
    assert act.response_action == "update", act
    await houses.settle()
    await direct(catherine, "*Ordered*, money committed")
    assert await houses.budget.fetchval("SELECT procurement_route FROM orders WHERE released_by IS NOT NULL") == (
        "RM6098 lot 2"
    )


async def test_sent_back_with_a_reason_and_decided_once(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, houses: Houses
) -> None:
    await ask(helen, "wave propose", "Wave W-1 ")
    asked, older = await direct(catherine, "Wave W-1 "), await ask(catherine, "wave", "Wave W-1 ")
    view = await form(catherine, asked, "wave_send_back", "send_back_form")
    act = await catherine.submit_view(view, {"why": " "})
    assert act.errors == {"why": "The planner needs a reason."}
    act = await catherine.submit_view(view, {"why": "Frontline units first, please"})
    assert "is sent back" in str(act.view)
    for person in (catherine, helen):
        assert "Frontline units first, please" in str(await direct(person, "Sent back by Catherine Doyle"))
    await catherine.press(older, "wave_release")
    told = await catherine.wait_for_view(lambda view: "waits for no decision now: Sent back" in str(view))
    assert not told.get("submit")
    assert await houses.refresh.fetchval("SELECT status FROM waves") == "sent_back"


async def test_two_at_once_are_one_release(desk: Desk, houses: Houses) -> None:
    await answer(desk, viewer("Helen Marsh"), parse("wave propose"), "key")
    wave_id = await houses.refresh.fetchval("SELECT wave_id FROM waves")
    decisions = await asyncio.gather(
        *(
            desk.waves.release(viewer("Catherine Doyle"), wave_id, routes={}, approvals={}, idempotency_key=key)
            for key in ("one", "other")
        )
    )
    assert sorted(each.decided_now for each in decisions) == [False, True]
    told = [wave.already_decided(each.wave, {}) for each in decisions]
    assert all("was decided before" in each and "catherine.doyle" in each for each in told)
    assert await houses.refresh.fetchval("SELECT max(attempt) FROM waves") == 1


async def test_a_new_proposal_takes_the_buttons_off_the_old_one(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, pool: Pool
) -> None:
    await ask(helen, "wave propose", "Wave W-1 ")
    assert "wave_release" in str(await direct(catherine, "Wave W-1 "))
    limited = await ask(helen, "wave propose laptops up to £100k", "Wave W-2 ")
    assert "for laptops up to £100,000" in str(limited)
    old = await direct(catherine, "Out of use")
    assert "Wave W-1 " in str(old)
    assert "wave_release" not in str(old)
    to_helen = "SELECT count(*) FROM bot.outgoing WHERE destination LIKE 'person:helen%'"
    assert await pool.fetchval(to_helen) == 0, "who proposes anew needs no word of the own older proposal"


async def test_whose_proposal_somebody_else_replaces_is_told(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson
) -> None:
    await ask(helen, "wave propose", "Wave W-1 ")
    said = str(await ask(catherine, "wave propose", "Wave W-2 is proposed"))
    assert "wave_release" not in said, "it stands in the own conversation, once"
    assert "wave_release" in str(await direct(catherine, "Wave W-2 · "))
    assert "Wave W-1 " in str(await direct(helen, "Out of use"))
    await ask(helen, "wave propose", "Wave W-3 ")
    assert len(await helen.history(DIRECT)) == 1


FORESEEN = "demand 4 laptops for growth in Central West by 1 Feb 2025 because of it"


@pytest.mark.parametrize("line", ["wave", "waves", "wave propose", FORESEEN])
async def test_waves_are_not_for_managers(desk: Desk, line: str) -> None:
    with pytest.raises(NotAllowed):
        await answer(desk, viewer("Priya Nair"), parse(line), "key")


async def test_files_hold_what_their_reader_may_see(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson
) -> None:
    await ask(helen, "wave propose", "Wave W-1 ")
    for person in (helen, catherine):
        shown = await ask(person, "wave", "Wave W-1 ")
        for action, beginning in (("wave_chart", b"\x89PNG"), ("wave_csv", b"\xef\xbb\xbfPlace"), ("wave_xlsx", b"PK")):
            seen = len(person.updates)
            await person.press(shown, action)
            sent = await person.wait_for_message(lambda message: bool(message.get("files")), after=seen)
            assert sent["channel"] == person.channel(DIRECT)
            title = sent["files"][0]["title"]
            assert ("cost" in title) is (action == "wave_chart" and person is catherine)
            assert (COMMERCIAL in title) is (action != "wave_csv" and person is catherine)
            assert (await person.download(sent["files"][0])).startswith(beginning)


async def test_the_queue_turns_pages_and_comes_whole_in_files(bot: Parts, helen: ScriptedPerson) -> None:
    page = await ask(helen, "queue laptops", "Refresh queue, laptops")
    seen = len(helen.updates)
    await helen.press(page, "ask:queue next")
    following = await helen.wait_for_message(lambda message: "*21.*" in str(message), after=seen)
    assert "*20.*" not in str(following)
    seen = len(helen.updates)
    await helen.press(following, "queue_csv")
    sent = await helen.wait_for_message(lambda message: bool(message.get("files")), after=seen)
    assert (await helen.download(sent["files"][0])).count(b"\r\n") == DEVICES + 1
    due = await ask(helen, "due laptops", "Falling due, laptops")
    assert f"{DEVICES} laptops overdue" in str(due)
    for message, action in ((page, "queue_chart"), (page, "queue_xlsx"), (due, "due_chart"), (due, "due_xlsx")):
        seen = len(helen.updates)
        await helen.press(message, action)
        sent = await helen.wait_for_message(lambda message: bool(message.get("files")), after=seen)
        assert (await helen.download(sent["files"][0]))[:4] in (b"\x89PNG", b"PK\x03\x04")


async def test_planned_demand_stands_in_the_queue(bot: Parts, helen: ScriptedPerson) -> None:
    line = "demand 4 laptops for joiners in Central West by 1 Feb 2025 because the intake grows"
    noted = await ask(helen, line, "D-1")
    assert "4 laptops for joiners in Central West, needed by 1 Feb 2025" in str(noted)
    assert "4 business as usual: joiners 4" in str(await ask(helen, "queue", "Refresh queue"))


async def test_planned_demand_is_listed_and_taken_back(
    bot: Parts, helen: ScriptedPerson, priya: ScriptedPerson, idris: ScriptedPerson, amara: ScriptedPerson
) -> None:
    await ask(helen, FORESEEN, "D-1")
    for person in (helen, priya, idris):
        told = str(await ask(person, "demand", "planned demand"))
        assert "D-1 *4 laptops for growth in Central West, needed by 1 Feb 2025*: 4 waiting, 0 in a wave" in told
    assert "D-1" not in str(await ask(amara, "demand", "`/kit demand` is for"))
    back = "demand withdraw D-1 because it is not funded"
    assert "Only planners and directors" in str(await ask(priya, back, "planners"))
    assert "There is no planned demand D-1" in str(await ask(amara, back, "no planned demand"))
    await ask(helen, "demand withdraw D-2 because it is not funded", "There is no planned demand D-2")
    await ask(helen, back, "D-1 is withdrawn: 4 laptops")
    await ask(helen, "demand", "or nothing was planned")


async def test_every_look_at_a_wave_is_audited(desk: Desk, houses: Houses) -> None:
    with pytest.raises(NotAllowed):
        await answer(desk, viewer("Amara Osei"), parse("wave"))
    await answer(desk, viewer("Helen Marsh"), parse("wave propose"), "key")
    await answer(desk, viewer("Ruth Adeyemi"), parse("wave W-1"))
    rows = await houses.bot.fetch("SELECT email, action, subject, granted FROM access.audit ORDER BY at, email")
    looked = {(row["email"].partition(".")[0], row["subject"], row["granted"]) for row in rows}
    assert {("amara", "the present one", False), ("ruth", "W-1", True), ("catherine", "W-1, sent", True)} <= looked


async def test_what_the_budget_refuses_may_be_released_again(
    bot: Parts, helen: ScriptedPerson, catherine: ScriptedPerson, houses: Houses
) -> None:
    await ask(helen, "wave propose", "Wave W-1 ")
    asked = await direct(catherine, "Wave W-1 ")
    view = await form(catherine, asked, "wave_release", "release_form")
    await catherine.submit_view(view, {})
    # Finance spends the line before the budget hears of the release.
    spent = document("P1", DocumentType.PURCHASE_ORDER, 2_080_000_000, order_id="PO1")
    await deliver(houses.budget, BudgetConsumer(FixedClock(NOW)).apply, [recorded(spent)])
    await houses.settle()
    await direct(helen, "*Refused by the budget*, nothing committed")
    refused = await direct(catherine, "*Refused by the budget*, nothing committed")
    assert refused["ts"] == asked["ts"]
    assert "wave_release" in str(refused)
    home = str(await catherine.open_home("quartermaster"))
    assert "A wave waits for a director" in home
    assert "W-1" in home


@pytest.mark.parametrize("order", ["released, answered", "answered, released", "answered, released, answered"])
async def test_in_whatever_order_it_is_heard_the_answer_stays(desk: Desk, houses: Houses, order: str) -> None:
    await answer(desk, viewer("Helen Marsh"), parse("wave propose"), "key")
    wave_id = await houses.refresh.fetchval("SELECT wave_id FROM waves")
    await desk.waves.release(viewer("Catherine Doyle"), wave_id, routes={}, approvals={}, idempotency_key="release")
    released = await _releases(houses.refresh)
    answered = await deliver(houses.budget, BudgetConsumer(FixedClock(NOW)).apply, released)
    heard = {"released": released, "answered": [each for each in answered if isinstance(each, OrderEvent)]}
    for name in order.split(", "):
        async with houses.bot.acquire() as connection, connection.transaction():
            await houses.telling.apply(connection, heard[name])
    rows = await houses.bot.fetch("SELECT destination, revision, blocks FROM bot.outgoing WHERE key LIKE 'wave/%'")
    assert {row["destination"].partition(".")[0]: row["revision"] for row in rows} == {
        "person:catherine": 14,
        "person:helen": 14,
    }
    assert all("*Ordered*, money committed" in str(row["blocks"]) for row in rows)
