"""The budget's answers, charts and sheets: whatever the figures, Slack takes them, and no role sees too much."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from openpyxl import load_workbook

from bot.grammar import Budget, BudgetSide
from bot.render import budget, budget_sheets
from bot.render.budget_sheets import Books
from bot.render.budget_sides import render_side
from bot.render.message import Message
from bot.render.outturn_chart import outturn_chart, short
from bot.render.outturn_curve import curve
from bot.render.spreadsheet import COMMERCIAL, as_csv, workbook
from schemas.vocabulary import Demand, FundingLine, Kind
from services.budget.queries import (
    AccountView,
    EntryView,
    LineOutturn,
    MonthOutturn,
    OrderView,
    OutturnView,
    PartOutturn,
    PriorYear,
    VolumeOutturn,
)
from tests.fixtures.finance import NOW
from tests.unit.bot import budget_views as made
from tests.unit.bot.test_render import check, quick
from tests.unit.bot.views import NAMES, many

LINE = LineOutturn(
    line=FundingLine.REFRESH_AND_BAU,
    approved_pence=2_500_000_000,
    override_pence=0,
    committed_pence=200_000_000,
    invoiced_pence=300_000_000,
    receipted_pence=310_000_000,
    from_queue_pence=1_500_000_000,
    from_run_rate_pence=700_000_000,
    expected_pence=1_600_000_000,
    beyond_money_pence=0,
    low_pence=1_100_000_000,
    outturn_pence=2_100_000_000,
    high_pence=2_300_000_000,
)
PRIOR = [
    PriorYear(financial_year="2022/23", spent_pence=2_000_000_000, forecast=False),
    PriorYear(financial_year="2023/24", spent_pence=2_700_000_000, forecast=True),
]
LAPTOPS = PartOutturn(
    name="laptop",
    quantity=100,
    committed_pence=1,
    invoiced_pence=2,
    receipted_pence=0,
    expected_pence=3,
    low_pence=4,
    outturn_pence=6,
    high_pence=9,
)
MONTHS = [
    MonthOutturn(
        line=LINE.line,
        month=month,
        quantity=10,
        approved_pence=0,
        committed_pence=25_000_000 if place < 8 else 0,
        invoiced_pence=37_500_000 if place < 8 else 0,
        receipted_pence=0,
        expected_pence=400_000_000 if place >= 8 else 0,
    )
    for place, month in enumerate(made.YEAR_MONTHS)
]
VIEW = OutturnView(
    financial_year="2024/25",
    as_of=date(2024, 11, 30),
    lines=[LINE],
    volumes=[VolumeOutturn(kind=Kind.LAPTOP, cap=12_000, override=500, ordered=100, beyond=40, assumed=True)],
    kinds=[LAPTOPS],
    demands=[structs.replace(LAPTOPS, name="bau")],
    units=[structs.replace(LAPTOPS, name="central-west")],
    months=MONTHS,
)
TOTALS = OutturnView(financial_year=VIEW.financial_year, as_of=VIEW.as_of, lines=VIEW.lines, volumes=VIEW.volumes)


def words(told: Message) -> str:
    return str(told.blocks)


@quick
@given(made.OUTTURNS, many(made.PRIOR), st.booleans())
def test_any_budget_is_taken(view: Any, prior: list[Any], sees_prices: bool) -> None:
    check(budget.render(Budget("2024/25"), view, prior, sees_prices=sees_prices))
    for side in BudgetSide:
        check(render_side(Budget("2024/25", side), view, NAMES))


@quick
@given(made.OUTTURNS, st.lists(made.PRIOR, max_size=3), made.BOOKS)
def test_any_workbook_can_be_read(view: OutturnView, prior: list[Any], books: Books) -> None:
    pages = budget_sheets.sheets(view, prior, books, NAMES, sees_prices=True)
    book = load_workbook(io.BytesIO(workbook(pages, marking=COMMERCIAL)))
    assert len(book.sheetnames) == 10
    for page in pages:
        assert as_csv(page).startswith(b"\xef\xbb\xbf")


@quick
@given(made.OUTTURNS.filter(lambda view: len(view.lines) < 3), st.lists(made.PRIOR, max_size=3))
def test_any_chart_is_a_picture(view: OutturnView, prior: list[Any]) -> None:
    assert outturn_chart("Budget", curve(view, prior), "note").startswith(b"\x89PNG")


def test_the_outturn_stands_with_its_range_and_both_ways() -> None:
    told = words(budget.render(Budget(), VIEW, PRIOR, sees_prices=True))
    for expected in (
        "20.0 % of £25,000,000 used",
        "*Outturn £21,000,000* (84.0 %) · range £11,000,000 to £23,000,000",
        "still expected £16,000,000: the queue alone says £15,000,000, this year's pace alone £7,000,000",
        "Likely underspend £4,000,000, at least £2,000,000",
        "Laptop 100 of 12,000 (assumed cap)",
        "500 more by override",
        "40 wanted beyond it",
        "2023/24  £27,000,000  (forecast)",
    ):
        assert expected in told


@pytest.mark.parametrize(
    ("assumed_prices", "taught_by", "said"),
    [
        (True, 0, "The forecast rests on assumed prices and an assumed season."),
        (True, 2, "The forecast rests on assumed prices."),
        (False, 0, "The forecast rests on an assumed season."),
        (False, 1, ""),
    ],
)
def test_what_nobody_published_is_no_fact(assumed_prices: bool, taught_by: int, said: str) -> None:
    view = structs.replace(VIEW, assumed_prices=assumed_prices, taught_by=taught_by)
    told = words(budget.render(Budget(), view, PRIOR, sees_prices=True))
    assert said in told
    assert ("The forecast rests" in told) is bool(said)


def test_a_forecast_is_told_in_whole_pounds_and_a_closed_year_without_a_range() -> None:
    line = structs.replace(LINE, low_pence=1_234_567_849, outturn_pence=1_234_567_850, high_pence=1_234_567_951)
    assert "*Outturn £12,345,679* (49.4 %) · range £12,345,678 to £12,345,680" in budget.outturn_text(line)
    closed = structs.replace(line, low_pence=line.outturn_pence, high_pence=line.outturn_pence)
    assert "range" not in budget.outturn_text(closed)


def test_what_needs_somebody_is_said() -> None:
    line = structs.replace(
        LINE, outturn_pence=2_600_000_000, high_pence=2_700_000_000, override_pence=100, beyond_money_pence=500
    )
    told = budget.outturn_text(line)
    assert "over the approved sum by £1,000,000" in told
    assert "Overrides in force allow £1 " in told
    assert "beyond the money: £5" in told
    assert "underspend" not in told


def test_without_the_role_there_are_totals_alone() -> None:
    told = budget.render(Budget(), TOTALS, PRIOR, sees_prices=False)
    assert "table" not in [block["type"] for block in told.blocks]
    assert "by unit" not in words(told)
    assert "Chart" in words(told)
    assert [sheet.name for sheet in budget_sheets.sheets(TOTALS, PRIOR, Books(), NAMES, sees_prices=False)] == [
        "Lines",
        "Volumes",
        "Earlier years",
    ]


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (BudgetSide.KIND, "Laptop"),
        (BudgetSide.UNIT, "Central West"),
        (BudgetSide.DEMAND, "Business as usual"),
        (BudgetSide.MONTH, "Mar 2025"),
    ],
)
def test_each_side_leads_to_the_others(side: BudgetSide, expected: str) -> None:
    told = words(render_side(Budget("2024/25", side), VIEW, NAMES))
    assert expected in told
    for other in BudgetSide:
        assert f"by {other}', 'action_id'" in told or f"'value': 'budget 2024/25 by {other}'" in told
    assert "'value': 'budget 2024/25'" in told


def test_a_month_tells_what_the_year_comes_to_by_its_end() -> None:
    told = render_side(Budget(None, BudgetSide.MONTH), VIEW, NAMES)
    (table,) = [block for block in told.blocks if block["type"] == "table"]
    assert [cell["text"] for cell in table["rows"][-1]] == ["Mar 2025", "10", "£0", "£0", "£4,000,000", "£21,000,000"]


def test_the_chart_ends_where_the_outturn_does() -> None:
    drawn = curve(VIEW, PRIOR)
    assert drawn.so_far[-1].used == 500_000_000
    assert [(point.place, point.used) for point in drawn.so_far[:3]] == [(0, 0), (1, 62_500_000), (2, 125_000_000)]
    end = drawn.ahead[-1]
    assert (end.low, end.middle, end.high) == (1_100_000_000, 2_100_000_000, 2_300_000_000)
    assert [level.name for level in drawn.prior] == ["2022/23", "2023/24 forecast"]


def test_without_months_the_chart_has_today_and_the_end() -> None:
    drawn = curve(TOTALS, PRIOR)
    assert len(drawn.so_far) == 1
    assert drawn.ahead[0].middle == 500_000_000
    assert drawn.ahead[-1].middle == 2_100_000_000


def test_after_the_year_there_is_no_fan() -> None:
    assert curve(structs.replace(VIEW, as_of=date(2025, 3, 31)), []).ahead == []


@pytest.mark.parametrize(
    ("pence", "words"), [(2_410_000_000, "£24.1m"), (2_500_000_000, "£25m"), (31_000_000, "£310k"), (0, "£0")]
)
def test_a_sum_for_the_eye(pence: int, words: str) -> None:
    assert short(pence) == words


def test_entries_left_off_are_told() -> None:
    entry = EntryView(
        entry=1,
        document_id="=PO",
        entry_type="committed",
        financial_year="2024/25",
        line=LINE.line,
        kind=Kind.LAPTOP,
        unit="central-west",
        demand=Demand.BAU,
        month=date(2024, 5, 1),
        document_date=date(2024, 5, 1),
        net_pence=85_000,
        vat_pence=17_000,
        quantity=1,
        from_account="available",
        to_account="committed",
        order_id=None,
        reverses=None,
        posted_at=NOW,
    )
    sheet = budget_sheets.of_entries([entry], NAMES)
    assert b"'=PO" in as_csv(sheet)
    assert sheet.rows[0][-2:] == [None, date(2024, 11, 4)]
    assert len(sheet.rows) == 1
    most = budget_sheets.MOST_ENTRIES
    more = budget_sheets.of_entries([entry] * (most + 1), NAMES)
    assert len(more.rows) == most + 1
    assert "older entries are left off" in more.rows[-1]


ORDER = OrderView(
    order_id="=PO-1",
    supplier="Assumed Laptops Ltd",
    contract_id="EUD-LAPTOPS",
    placed_on=date(2024, 6, 3),
    ordered=10,
    ordered_pence=1_020_000,
    cancelled=1,
    received=11,
    received_pence=612_000,
    invoiced=6,
    invoiced_pence=636_000,
    credited_pence=6_000,
    gross_pence=912_000,
    over_received=2,
    price_difference_pence=24_000,
)


def test_an_order_stands_beside_what_arrived_and_was_billed() -> None:
    book = load_workbook(io.BytesIO(workbook([budget_sheets.of_orders([ORDER])], marking=COMMERCIAL)))
    heads, cells = book["Orders"].iter_rows()
    told = {head.value: cell for head, cell in zip(heads, cells, strict=True)}
    assert told["Order"].value == "=PO-1"
    assert told["Order"].data_type == "s", "no formula"
    assert told["Placed"].is_date
    counts = ["Ordered", "Cancelled", "Received", "Received beyond the order", "Invoiced"]
    assert [told[title].value for title in counts] == [10, 1, 11, 2, 6]
    sums = ["Sum ordered", "Sum received", "Sum invoiced", "Credited", "Price difference", "Worth now"]
    assert [told[f"{title} incl. VAT"].value for title in sums] == [10_200, 6_120, 6_360, 60, 240, 9_120]
    assert all("£" in told[f"{title} incl. VAT"].number_format for title in sums)
    unknown = structs.replace(ORDER, price_difference_pence=None, placed_on=None)
    (row,) = budget_sheets.of_orders([unknown]).rows
    assert row.count(None) == 2


def test_orders_left_off_are_told() -> None:
    most = budget_sheets.MOST_ENTRIES
    sheet = budget_sheets.of_orders([ORDER] * (most + 1))
    assert len(sheet.rows) == most + 1
    assert "later orders are left off" in sheet.rows[-1]


def test_a_trial_balance_ends_with_what_all_accounts_come_to() -> None:
    def account(name: str, net: int, vat: int) -> AccountView:
        return AccountView(line=LINE.line, account=name, net_pence=net, vat_pence=vat)

    sheet = budget_sheets.of_accounts([account("authority", -120_000, 0), account("available", 20_000, 80_000)])
    assert [list(row[1:]) for row in sheet.rows] == [
        ["authority", -120_000, 0, -120_000],
        ["available", 20_000, 80_000, 100_000],
        ["all accounts", -100_000, 80_000, -20_000],
    ], "what does not come to nought is shown as it is"
