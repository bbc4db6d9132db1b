"""`/kit budget` over the Slack protocol: lines, sides, chart and files, each as far as the role reaches."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from bot.render.spreadsheet import COMMERCIAL
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.finance import DocumentType
from schemas.vocabulary import Demand, Kind
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.people import email_of, small_directory
from tests.integration.bot.test_answers import ask
from tests.integration.budget.waiting import wait_in_queue

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices", "ledger")]


@pytest.fixture
async def ledger(database_url: str) -> None:
    """£25m approved, a hundred laptops ordered for £102,000, and ten more due in the year."""
    pool = await open_pool(database_url, "budget")
    async with pool.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), load_procurement(), small_directory(), NOW
        )
    approval = document("A1", DocumentType.APPROVAL, 2_500_000_000, 0)
    order = document(
        "=P1",
        DocumentType.PURCHASE_ORDER,
        8_500_000,
        order_id="PO1",
        kind=Kind.LAPTOP,
        quantity=100,
        unit="central-west",
        demand=Demand.REFRESH,
        supplier="Assumed Laptops Ltd",
    )
    await deliver(pool, BudgetConsumer(FixedClock(NOW)).apply, [recorded(approval), recorded(order)])
    await wait_in_queue(pool, 10, date(2025, 1, 6))
    await pool.close()


async def press(person: ScriptedPerson, told: Json, action: str) -> tuple[Json, bytes]:
    """The file that a button brings, with its content."""
    seen = len(person.updates)
    await person.press(told, action)
    sent = await person.wait_for_message(lambda message: bool(message.get("files")), after=seen)
    assert sent["channel"] == person.channel("@quartermaster")
    (file,) = sent["files"]
    return file, await person.download(file)


def book(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def cells(content: bytes, page: str) -> list[tuple[object, ...]]:
    return list(book(content)[page].iter_rows(values_only=True))


async def test_finance_sees_how_the_year_will_end(idris: ScriptedPerson) -> None:
    told = str(await ask(idris, "budget 2024/25"))
    assert "*Outturn £112,200* (0.4 %)" in told
    assert "the queue alone says £10,200" in told
    assert "Laptop 100 of 12,000 (assumed cap)" in told
    assert "*Refresh* 100 devices" in told
    assert "2023/24  £27,000,000  (forecast)" in told


@pytest.mark.parametrize(
    ("side", "expected"), [("kind", "Laptop"), ("unit", "Central West"), ("demand", "Refresh"), ("month", "Jun 2024")]
)
async def test_finance_looks_at_every_side(idris: ScriptedPerson, side: str, expected: str) -> None:
    whole = await ask(idris, "budget 2024/25")
    seen = len(idris.updates)
    await idris.press(whole, f"ask:budget_{side}")
    told = await idris.wait_for_message(lambda message: f"by {side}" in message.get("text", ""), after=seen)
    assert any(block["type"] == "table" for block in told["blocks"])
    assert expected in str(told)
    _, content = await press(idris, told, "budget_csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert expected.encode() in content or b"2024-06-01" in content


async def test_finances_workbook_holds_everything_and_is_marked(idris: ScriptedPerson, pool: Pool) -> None:
    whole = await ask(idris, "budget 2024/25")
    file, content = await press(idris, whole, "budget_xlsx")
    assert COMMERCIAL in file["title"]
    assert book(content).sheetnames == [
        "Lines", "Kinds", "Units", "Demand", "Months", "Volumes", "Earlier years", "Orders",
        "Trial balance", "Ledger entries",
    ]  # fmt: skip
    assert book(content)["Kinds"].oddHeader.center.text == COMMERCIAL
    assert cells(content, "Kinds")[1][:3] == ("Laptop", 100, 102_000)
    documents = {row[3] for row in cells(content, "Ledger entries")[1:]}
    assert documents == {"A1", "=P1"}
    (order,) = cells(content, "Orders")[1:]
    assert order[:6] == ("PO1", "Assumed Laptops Ltd", "EUD-LAPTOPS", datetime(2024, 6, 3), 100, 0)  # noqa: DTZ001 - a sheet's day
    balance = {row[1]: row[2:] for row in cells(content, "Trial balance")[1:]}
    assert balance["committed"] == (85_000, 17_000, 102_000)
    assert balance["all accounts"] == (0, 0, 0)
    logged = await pool.fetch(
        "SELECT subject, granted FROM access.audit WHERE email = $1 AND action = 'budget' ORDER BY at",
        email_of("Idris Bello"),
    )
    assert {tuple(row) for row in logged} == {("2024/25", True), ("2024/25 XLSX", True)}


async def test_a_manager_gets_totals_in_every_form(priya: ScriptedPerson) -> None:
    whole = await ask(priya, "budget 2024/25")
    assert "*Outturn £112,200*" in str(whole)
    assert not any(block["type"] == "table" for block in whole["blocks"])
    assert "ask:budget_unit" not in str(whole)
    _, drawn = await press(priya, whole, "budget_chart")
    assert drawn.startswith(b"\x89PNG")
    file, content = await press(priya, whole, "budget_xlsx")
    assert COMMERCIAL not in file["title"]
    assert book(content).sheetnames == ["Lines", "Volumes", "Earlier years"]
    _, rows = await press(priya, whole, "budget_csv")
    assert b"Refresh and business as usual" in rows
    assert b"Laptop" not in rows


async def test_the_chart_comes_to_finance(idris: ScriptedPerson) -> None:
    file, drawn = await press(idris, await ask(idris, "budget"), "budget_chart")
    assert file["title"] == "Budget 2024/25: forecast outturn"
    assert drawn.startswith(b"\x89PNG")


@pytest.mark.parametrize("side", ["kind", "unit", "demand", "month"])
async def test_no_side_is_for_a_manager(priya: ScriptedPerson, pool: Pool, side: str) -> None:
    told = str(await ask(priya, f"budget by {side}"))
    assert "finance, directors and auditors" in told
    assert "£" not in told
    logged = await pool.fetch(
        "SELECT action, subject, granted FROM access.audit WHERE email = $1", email_of("Priya Nair")
    )
    assert [tuple(row) for row in logged] == [(f"budget by {side}", "2024/25", False)]


async def test_staff_are_refused_every_side(amara: ScriptedPerson) -> None:
    for line in ("budget", "budget by unit"):
        assert "£" not in str(await ask(amara, line))


async def test_a_year_before_the_ledger_is_told_by_what_it_cost(idris: ScriptedPerson) -> None:
    told = str(await ask(idris, "budget 2022/23"))
    assert "2022/23  £20,000,000" in told
    assert "budget_chart" not in told
