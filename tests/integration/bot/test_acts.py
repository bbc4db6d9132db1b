"""What directors and finance do to the books, over the Slack protocol: forms, errors at fields, done once, recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.finance import DocumentType
from schemas.vocabulary import Kind
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.people import email_of, small_directory

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot")]


@pytest.fixture
async def budget(database_url: str) -> AsyncIterator[Pool]:
    """The year's approval, one order, and prices, contracts and caps as configured."""
    opened = await open_pool(database_url, "budget")
    async with opened.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), load_procurement(), small_directory(), NOW
        )
    order = document("P1", DocumentType.PURCHASE_ORDER, 100_000_00, order_id="PO1", kind=Kind.LAPTOP, quantity=100)
    documents = [document("A1", DocumentType.APPROVAL, 2_500_000_000, 0), order]
    await deliver(opened, BudgetConsumer(FixedClock(NOW)).apply, [recorded(each) for each in documents])
    yield opened
    await opened.close()


@pytest.fixture
async def ruth(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Ruth Adeyemi"))


async def opened(person: ScriptedPerson, line: str, callback: str) -> Json:
    act = await person.slash(f"/kit {line}")
    assert act.outcome == "acknowledged"
    return await person.wait_for_view(lambda view: view["callback_id"] == callback)


async def ask(person: ScriptedPerson, line: str) -> str:
    seen = len(person.updates)
    await person.slash(f"/kit {line}")
    return str(await person.wait_for_message(lambda message: message.get("is_ephemeral"), after=seen))


async def test_a_limit_is_overridden_and_recorded(catherine: ScriptedPerson, budget: Pool) -> None:
    view = await opened(catherine, "override", "override_form")
    act = await catherine.submit_view(view, {"limit": "kind|laptop", "extra": "many", "why": "A flood"})
    assert act.errors == {"extra": "A number from 1 to 100,000, please."}
    act = await catherine.submit_view(view, {"limit": "kind|laptop", "extra": "250", "why": "A flood"})
    assert "250 laptops beyond the cap of 2024/25 may be ordered." in str(act.view)
    told = await ask(catherine, "acts")
    assert "Catherine Doyle: 250 laptops beyond the volume cap" in told
    assert "A flood" in told
    assert await budget.fetchval("SELECT sum(devices) FROM acts") == 250


async def test_money_moves_between_lines(catherine: ScriptedPerson, budget: Pool) -> None:
    view = await opened(catherine, "virement", "virement_form")
    moved = {"from": "refresh-and-bau", "to": "tablet-replacement", "extra": "£1.5m", "why": "Tablets cost more"}
    act = await catherine.submit_view(view, moved | {"extra": "£99m"})
    assert set(act.errors) == {"extra"}
    act = await catherine.submit_view(view, moved)
    assert "£1,500,000 moved from Refresh and business as usual to Tablet replacement" in str(act.view)
    assert "£1,500,000 moved" in await ask(catherine, "acts 2024/25")


async def test_a_running_year_does_not_roll_over(catherine: ScriptedPerson, budget: Pool) -> None:
    view = await opened(catherine, "rollover 2024/25", "roll_over_form")
    assert "£120,000 of 1 order to 2025/26" in str(view)
    act = await catherine.submit_view(view, {"why": "Year end"})
    assert set(act.errors) == {"why"}
    assert await budget.fetchval("SELECT count(*) FROM acts") == 0


async def test_contracts_are_for_those_who_see_prices(
    catherine: ScriptedPerson, idris: ScriptedPerson, helen: ScriptedPerson, priya: ScriptedPerson, budget: Pool
) -> None:
    for person in (catherine, idris):
        told = await ask(person, "contracts")
        assert "EUD-LAPTOPS" in told
        assert "£12,000,000" in told
        assert "from £213,477 an order needs a procurement route" in told
        assert "all lines: £0 of £25,000,000 released, £25,000,000 left · Catherine Doyle" in told
        assert "what their worth asks for*: none" in told
    for person in (helen, priya):
        for line in ("contracts", "acts"):
            told = await ask(person, line)
            assert "is for finance, directors and auditors" in told
            assert "EUD-LAPTOPS" not in told
            assert "£" not in told


async def test_an_order_that_lacks_its_route_is_shown(ruth: ScriptedPerson, budget: Pool) -> None:
    order = document("P2", DocumentType.PURCHASE_ORDER, 60_000_000, order_id="PO2", supplier="Somebody Else Ltd")
    await deliver(budget, BudgetConsumer(FixedClock(NOW)).apply, [recorded(order)])
    told = await ask(ruth, "contracts")
    assert "`PO2` £720,000, Somebody Else Ltd, 3 Jun 2024: no procurement route and no approval reference" in told


@pytest.mark.parametrize("named", ["P1", "2"])
async def test_finance_reverses_a_document(idris: ScriptedPerson, budget: Pool, named: str) -> None:
    assert await budget.fetchval("SELECT entry FROM ledger WHERE document_id = 'P1'") == 2
    view = await opened(idris, f"reverse {named}", "reverse_form")
    assert "#2 3 Jun 2024: committed *£120,000* incl. £20,000 VAT, available → committed · 100 laptops" in str(view)
    act = await idris.submit_view(view, {"why": " "})
    assert set(act.errors) == {"why"}
    act = await idris.submit_view(view, {"why": "Booked twice"})
    assert "`P1` is reversed." in str(act.view)
    await idris.submit_view(view, {"why": "Booked twice"})
    assert await budget.fetchval("SELECT count(*) FROM acts WHERE act = 'reverse' AND document_id = 'P1'") == 1
    assert await budget.fetchval("SELECT committed_pence FROM balances WHERE financial_year = '2024/25'") == 0
    told = await ask(idris, "acts")
    assert "Idris Bello: `P1` reversed" in told
    assert "Booked twice" in told
    again = await opened(idris, f"reverse {named}", "reverse_form")
    assert "It was reversed by Idris Bello" in str(again)
    assert not again.get("submit")


async def test_a_reversal_that_a_limit_forbids_stands_at_its_field(catherine: ScriptedPerson, budget: Pool) -> None:
    view = await opened(catherine, "reverse A1", "reverse_form")
    act = await catherine.submit_view(view, {"why": "The wrong year"})
    assert "less money" in act.errors["why"]
    assert await budget.fetchval("SELECT count(*) FROM acts") == 0


async def test_what_the_ledger_does_not_hold_is_told(catherine: ScriptedPerson, budget: Pool) -> None:
    await catherine.slash("/kit reverse PO-999")
    told = await catherine.wait_for_view(lambda view: "PO-999" in str(view))
    assert "The ledger holds no document or entry PO-999" in str(told)
    assert not told.get("submit")


@pytest.mark.parametrize("name", ["Ruth Adeyemi", "Helen Marsh", "Priya Nair", "Amara Osei"])
async def test_only_those_who_keep_the_books_reverse(
    people: WorkspaceClient, pool: Pool, budget: Pool, name: str
) -> None:
    person = await people.as_user(email_of(name))
    await person.slash("/kit reverse P1")
    told = await person.wait_for_view(lambda view: "finance and directors" in str(view))
    assert not told.get("submit")
    assert "£" not in str(told)
    logged = await pool.fetch("SELECT action, subject, granted FROM access.audit WHERE email = $1", email_of(name))
    assert [tuple(row) for row in logged] == [("reverse", "P1", False)]


@pytest.mark.parametrize("line", ["override", "virement", "rollover 2024/25", "reverse P1"])
async def test_nobody_else_gets_a_director_s_form(helen: ScriptedPerson, line: str, budget: Pool) -> None:
    await helen.slash(f"/kit {line}")
    told = await helen.wait_for_view(lambda view: "directors" in str(view))
    assert not told.get("submit")
    assert f"`/kit {line.split()[0]}` is for " in str(told), "a command stands out in a modal as in a message"
    assert await budget.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted") == 1


@pytest.mark.parametrize("line", ["override", "virement", "rollover 2024/25"])
async def test_nobody_else_is_offered_a_button_for_it(helen: ScriptedPerson, line: str, budget: Pool) -> None:
    seen = len(helen.updates)
    await helen.say(line, channel="@quartermaster")
    told = await helen.wait_for_message(lambda message: message.get("bot_id"), after=seen)
    assert "directors" in str(told)
    assert "actions" not in str(told)


async def test_without_a_trigger_a_button_opens_the_form(catherine: ScriptedPerson, budget: Pool) -> None:
    seen = len(catherine.updates)
    await catherine.say("override", channel="@quartermaster")
    told = await catherine.wait_for_message(lambda message: message.get("bot_id"), after=seen)
    await catherine.press(told, "override")
    await catherine.wait_for_view(lambda view: view["callback_id"] == "override_form")
