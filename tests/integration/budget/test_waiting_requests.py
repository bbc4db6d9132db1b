"""Requests that wait for money: whoever can be served is, however many wait before them."""

from __future__ import annotations

import pytest

from schemas.events.finance import DocumentType as Type
from schemas.events.finance import FinanceDocumentRecorded
from schemas.vocabulary import Kind
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import approved, document, recorded

pytestmark = pytest.mark.integration

MANY = 520
"""More than a lookup of some hundreds would see."""


def money(name: str, pence: int) -> FinanceDocumentRecorded:
    return recorded(document(name, Type.APPROVAL, pence, 0))


async def price(pool: Pool, kind: Kind) -> int:
    """What one costs in pence, VAT included."""
    pence: int = await pool.fetchval(
        "SELECT net_pence + net_pence * vat_basis_points / 10000 FROM price_book WHERE kind = $1", kind
    )
    return pence


async def states(pool: Pool, kind: Kind) -> dict[str, int]:
    rows = await pool.fetch("SELECT state, count(*) FROM reservations WHERE kind = $1 GROUP BY state", kind)
    return {row["state"]: row["count"] for row in rows}


async def test_what_is_cheap_is_served_behind_many_that_are_dear(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [approved(number) for number in range(MANY)], size=MANY)
    await deliver(pool, consumer.apply, [approved(MANY + number, Kind.MONITOR) for number in range(4)])
    dear, cheap = await price(pool, Kind.LAPTOP), await price(pool, Kind.MONITOR)
    assert 3 * cheap < dear
    await deliver(pool, consumer.apply, [money("A", 3 * cheap)])
    assert await states(pool, Kind.MONITOR) == {"committed": 3, "waiting": 1}
    assert await states(pool, Kind.LAPTOP) == {"waiting": MANY}
    first, last = await pool.fetchrow(
        "SELECT max(asked_at) FILTER (WHERE state = 'committed'), max(asked_at) FROM reservations"
    )
    assert first < last, "of a kind the oldest come first"
    assert await queries.verify_counters(pool) == []


async def test_all_that_the_money_is_enough_for_are_served_at_once(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [approved(number, Kind.MONITOR) for number in range(MANY)], size=MANY)
    assert await states(pool, Kind.MONITOR) == {"waiting": MANY}
    await deliver(pool, consumer.apply, [money("A", (MANY - 1) * await price(pool, Kind.MONITOR))])
    assert await states(pool, Kind.MONITOR) == {"committed": MANY - 1, "waiting": 1}
    assert await queries.verify_counters(pool) == []


async def test_each_of_many_that_are_refused_is_told_of_its_own(pool: Pool, consumer: BudgetConsumer) -> None:
    told = await deliver(pool, consumer.apply, [approved(number) for number in range(3)])
    assert sorted(event.data.request_reference for event in told) == ["R-0", "R-1", "R-2"]
    assert len({event.data.explanation for event in told}) == 1
