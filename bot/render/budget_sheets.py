"""A year's money as sheets. Without the role for prices there are totals alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from bot.grammar import BudgetSide
from bot.render.budget import DEMANDS
from bot.render.budget_sides import part_name, parts_of
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import LINES, kind_name, unit_name
from services.budget.queries import AccountView, EntryView, OrderView, OutturnView, PriorYear
from services.clock import london_date

MOST_ENTRIES = 20_000
"""What a workbook takes of the ledger, and of orders: more would keep everybody waiting for seconds."""
_MONEY = ("Committed", "Invoiced", "Receipted", "Expected", "Low", "Outturn", "High")


@dataclasses.dataclass(frozen=True, slots=True)
class Books:
    """What only those with the role for prices may see of a year; empty for all others."""

    orders: Sequence[OrderView] = ()
    accounts: Sequence[AccountView] = ()
    entries: Sequence[EntryView] = ()


def sheets(
    view: OutturnView,
    prior: Sequence[PriorYear],
    books: Books,
    names: Mapping[str, str],
    *,
    sees_prices: bool,
) -> list[Sheet]:
    """Every sheet of a workbook, in the order of interest."""
    totals = [of_lines(view), of_volumes(view), of_prior(prior)]
    if not sees_prices:
        return totals
    sides = [of_side(view, side, names) for side in BudgetSide]
    ledger = [of_orders(books.orders), of_accounts(books.accounts), of_entries(books.entries, names)]
    return [totals[0], *sides, *totals[1:], *ledger]


def of_lines(view: OutturnView) -> Sheet:
    """One row a funding line."""
    sums = ("Approved", "Overrides", "Committed", "Invoiced", "Receipted", "Left", "Expected", "Queue alone")
    ends = ("Pace alone", "Beyond the money", "Low", "Outturn", "High", "Likely over", "Likely underspend")
    rows: list[list[Cell]] = [
        [
            LINES.get(line.line, line.line),
            *(line.approved_pence, line.override_pence, line.committed_pence, line.invoiced_pence),
            *(line.receipted_pence, line.left_pence, line.expected_pence, line.from_queue_pence),
            *(line.from_run_rate_pence, line.beyond_money_pence, line.low_pence, line.outturn_pence),
            *(line.high_pence, line.over_pence, line.underspend_pence),
        ]
        for line in view.lines
    ]
    return Sheet("Lines", [Head("Funding line"), *(Head(title, "money") for title in (*sums, *ends))], rows)


def of_volumes(view: OutturnView) -> Sheet:
    """One row a kind with a cap."""
    counts = ("Cap", "By override", "Ordered", "Left", "Wanted beyond")
    rows: list[list[Cell]] = [
        [
            kind_name(each.kind).capitalize(),
            *(each.cap, each.override, each.ordered, each.left, each.beyond),
            "yes" if each.assumed else "no",
        ]
        for each in view.volumes
    ]
    return Sheet("Volumes", [Head("Kind"), *(Head(title, "number") for title in counts), Head("Cap assumed")], rows)


def of_prior(prior: Sequence[PriorYear]) -> Sheet:
    """One row a year before the ledger."""
    rows: list[list[Cell]] = [
        [each.financial_year, each.spent_pence, "forecast" if each.forecast else "spent"] for each in prior
    ]
    return Sheet("Earlier years", [Head("Year"), Head("Sum", "money"), Head("What it is")], rows)


def of_side(view: OutturnView, side: BudgetSide, names: Mapping[str, str]) -> Sheet:
    """One row a kind, unit or demand, or one a line and month."""
    if side is BudgetSide.MONTH:
        return _of_months(view)
    rows: list[list[Cell]] = [
        [
            part_name(side, each.name, names),
            each.quantity,
            *(each.committed_pence, each.invoiced_pence, each.receipted_pence, each.expected_pence),
            *(each.low_pence, each.outturn_pence, each.high_pence),
        ]
        for each in parts_of(view, side)
    ]
    title = side.value.capitalize()
    heads = [Head(title), Head("Ordered", "number"), *(Head(name, "money") for name in _MONEY)]
    return Sheet("Demand" if side is BudgetSide.DEMAND else f"{title}s", heads, rows)


def _of_months(view: OutturnView) -> Sheet:
    sums = ("Approved", "Committed", "Invoiced", "Receipted", "Expected")
    rows: list[list[Cell]] = [
        [
            LINES.get(each.line, each.line),
            each.month,
            each.quantity,
            *(each.approved_pence, each.committed_pence, each.invoiced_pence),
            *(each.receipted_pence, each.expected_pence),
        ]
        for each in view.months
    ]
    heads = [Head("Funding line"), Head("Month", "date"), Head("Ordered", "number")]
    return Sheet("Months", [*heads, *(Head(title, "money") for title in sums)], rows)


def of_orders(orders: Sequence[OrderView]) -> Sheet:
    """One row an order with a document of the year, the oldest first; if not all were taken, the last row says so."""
    rows: list[list[Cell]] = [
        [
            *(each.order_id, each.supplier, each.contract_id, each.placed_on, each.ordered, each.cancelled),
            *(each.received, each.over_received, each.invoiced, each.ordered_pence, each.received_pence),
            *(each.invoiced_pence, each.credited_pence, each.price_difference_pence, each.gross_pence),
        ]
        for each in orders[:MOST_ENTRIES]
    ]
    if len(orders) > MOST_ENTRIES:
        rows.append(["later orders are left off", *([None] * 14)])
    counts = ("Ordered", "Cancelled", "Received", "Received beyond the order", "Invoiced")
    sums = ("Sum ordered", "Sum received", "Sum invoiced", "Credited", "Price difference", "Worth now")
    heads = [Head("Order"), Head("Supplier"), Head("Contract"), Head("Placed", "date")]
    heads += [Head(title, "number") for title in counts]
    return Sheet("Orders", [*heads, *(Head(f"{title} incl. VAT", "money") for title in sums)], rows)


def of_accounts(accounts: Sequence[AccountView]) -> Sheet:
    """The trial balance: one row an account of a line, and all together, which is nought while the books are sound."""
    net, vat = sum(each.net_pence for each in accounts), sum(each.vat_pence for each in accounts)
    rows: list[list[Cell]] = [
        [LINES.get(each.line, each.line), each.account, each.net_pence, each.vat_pence, each.net_pence + each.vat_pence]
        for each in accounts
    ]
    rows.append(["All lines", "all accounts", net, vat, net + vat])
    heads = [Head("Funding line"), Head("Account"), *(Head(title, "money") for title in ("Net", "VAT", "Together"))]
    return Sheet("Trial balance", heads, rows)


def of_entries(entries: Sequence[EntryView], names: Mapping[str, str]) -> Sheet:
    """One row an entry of the ledger, the newest first; if not all were taken, the last row says so."""
    texts = ("Document", "Entry", "From account", "To account", "Funding line", "Kind", "Unit", "Demand", "Order")
    rows: list[list[Cell]] = [
        [
            *(each.entry, each.document_date, each.month, each.document_id, each.entry_type),
            *(each.from_account, each.to_account, LINES.get(each.line, each.line), each.kind),
            *(unit_name(names, each.unit) if each.unit else None, DEMANDS[each.demand] if each.demand else None),
            *(each.order_id, each.quantity, each.net_pence, each.vat_pence, each.reverses),
            london_date(each.posted_at),
        ]
        for each in entries[:MOST_ENTRIES]
    ]
    if len(entries) > MOST_ENTRIES:
        rows.append([None, None, None, "older entries are left off", *([None] * 13)])
    heads = [Head("Number", "number"), Head("Dated", "date"), Head("Counts in", "date"), *map(Head, texts)]
    sums = [Head("Devices", "number"), Head("Net", "money"), Head("VAT", "money")]
    return Sheet("Ledger entries", [*heads, *sums, Head("Reverses entry", "number"), Head("Posted", "date")], rows)
