"""Finance extracts: one CSV line a document, money in whole pence without VAT, VAT beside it.

A purchase order commits, a receipt says that goods came, an invoice makes the commitment an expense;
all three name the order. An approval sets the sum of a line for a year and names no kind.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from deploy.local.scenarios.scenario import Scenario
from deploy.local.simulator.orders import REFRESH_AND_BAU, YEAR, Order

COLUMNS = (
    "document_id",
    "document_type",
    "order_id",
    "line",
    "financial_year",
    "kind",
    "model",
    "quantity",
    "net_pence",
    "vat_pence",
    "supplier",
    "document_date",
    "unit",
    "demand",
)
BUYING_UNIT = "end-user-services"
Row = tuple[str | int, ...]


def write_extract(rows: Iterable[Row]) -> bytes:
    """The CSV file, with its header, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue().encode()


def opening_rows(scenario: Scenario, orders: list[Order]) -> Iterator[Row]:
    """The approved sums, then this year's documents up to the start, by date. Earlier years' spend is no approval."""
    for year, pence in scenario.published.approved_pence.items():
        yield approval_row(year, pence)
    rows = [row for order in orders for row in (order_row(order, scenario), *delivery_rows(order, scenario))]
    yield from sorted(rows, key=lambda row: str(row[COLUMNS.index("document_date")]))


def approval_row(year: str, pence: int) -> Row:
    """The sum of the refresh-and-BAU line for a year, dated on the year's first day."""
    begins = date(int(year[:4]), 4, 1).isoformat()
    document = f"APPROVAL-{year.replace('/', '-')}"
    return (document, "approval", "", REFRESH_AND_BAU, year, "", "", 0, pence, 0, "", begins, "", "")


def order_row(order: Order, scenario: Scenario) -> Row:
    return _row(order, scenario, order.order_id, "purchase_order", order.ordered)


def delivery_rows(order: Order, scenario: Scenario) -> Iterator[Row]:
    """Receipt and invoice of an order whose goods have come; nothing for one still open."""
    if order.invoiced is not None:
        yield _row(order, scenario, f"GRN-{5000000000 + order.number}", "receipt", order.invoiced)
        yield _row(order, scenario, f"INV-{9000000000 + order.number}", "invoice", order.invoiced)


def _row(order: Order, scenario: Scenario, document: str, kind: str, day: date) -> Row:
    vat = order.net_pence * scenario.orders.vat_percent // 100
    return (
        document,
        kind,
        order.order_id,
        REFRESH_AND_BAU,
        YEAR,
        order.model.kind,
        order.model.plan.name,
        order.quantity,
        order.net_pence,
        vat,
        order.supplier,
        day.isoformat(),
        BUYING_UNIT,
        order.demand,
    )
