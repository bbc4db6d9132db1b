"""The worked example in docs/ledger-example.md is true to the penny."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from schemas.events.finance import DocumentType, FinanceDocument
from schemas.vocabulary import Kind, Role
from services.access.viewer import Viewer
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, document, recorded

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[3] / "docs" / "ledger-example.md"
FINANCE = Viewer("f@x", "F", frozenset({Role.FINANCE}), None, None)
LEDGER = """
SELECT document_id, entry_type, month::text, kind, quantity, net_pence, vat_pence FROM budget.ledger ORDER BY entry
"""


def tables() -> list[list[list[str]]]:
    """The page's tables, each a list of rows without its headings."""
    found: list[list[list[str]]] = []
    inside = False
    for line in PAGE.read_text().splitlines():
        if line.startswith("|"):
            if not inside:
                found.append([])
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        inside = line.startswith("|")
    return [rows[2:] for rows in found]


def pence(words: str) -> int:
    return int(words.replace("£", "").replace(",", "").replace(".", ""))


def documents() -> list[FinanceDocument]:
    return [
        document(
            name,
            DocumentType(of_type),
            pence(net),
            pence(vat),
            document_date=date.fromisoformat(day),
            order_id=order or None,
            kind=Kind(kind) if kind else None,
            quantity=int(quantity) if quantity else None,
        )
        for day, name, of_type, order, kind, quantity, net, vat in tables()[0]
    ]


async def ends_as_written(pool: Pool) -> None:
    _, _, lines, kinds = tables()
    view = await queries.budget(pool, FINANCE, YEAR)
    assert [
        (line.line, line.approved_pence, line.committed_pence, line.invoiced_pence, line.left_pence)
        for line in view.lines
    ] == [(LINE, *map(pence, row[1:])) for row in lines]
    assert [
        (each.kind, each.committed_pence, each.invoiced_pence, each.quantity) for each in view.kinds if each.kind
    ] == [(Kind(kind), pence(committed), pence(invoiced), int(number)) for kind, committed, invoiced, number in kinds]
    assert await queries.verify_counters(pool) == []


async def test_the_page_is_true(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [recorded(each) for each in documents()])
    assert [tuple(row) for row in await pool.fetch(LEDGER)] == [
        (name, entry, month, kind, int(quantity), pence(net), pence(vat))
        for name, entry, month, kind, quantity, net, vat in tables()[1]
    ]
    await ends_as_written(pool)


@pytest.mark.parametrize("seed", range(3))
async def test_and_in_any_other_order(pool: Pool, consumer: BudgetConsumer, seed: int) -> None:
    shuffled = [recorded(each) for each in documents()] * 2
    Random(seed).shuffle(shuffled)
    await deliver(pool, consumer.apply, shuffled, size=3)
    await ends_as_written(pool)
