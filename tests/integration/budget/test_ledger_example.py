"""The year's ledger in docs/refresh-and-budget.md is true to the penny."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby
from random import Random

import pytest

from schemas.envelope import Event
from schemas.events.finance import DocumentType
from schemas.events.wave import OrderShare
from schemas.vocabulary import Demand, FundingLine, Kind
from services.budget import queries
from services.budget.commands import Act, Budgets
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, NOW, YEAR, document, recorded
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.released import released, wave_order
from tests.fixtures.worked_examples import tables_of

SECTION = ("refresh-and-budget.md", "A year's ledger, to the penny")
pytestmark = pytest.mark.integration

FINANCE, DIRECTOR = viewer("Idris Bello"), viewer("Catherine Doyle")
LEDGER = """
SELECT document_id, entry_type, line, month::text, kind, quantity, net_pence, vat_pence FROM budget.ledger
ORDER BY entry
"""

Row = list[str]
Do = Callable[[Budgets], Awaitable[Act]]


def pence(words: str) -> int:
    return int(words.replace("£", "").replace(",", "").replace(".", ""))


def documents(rows: Sequence[Row]) -> list[tuple[date, Event]]:
    return [
        (
            date.fromisoformat(day),
            recorded(
                document(
                    name,
                    DocumentType(of_type),
                    pence(net),
                    pence(vat),
                    financial_year=year,
                    document_date=date.fromisoformat(day),
                    order_id=order or None,
                    kind=Kind(kind) if kind else None,
                    quantity=int(quantity) if quantity else None,
                )
            ),
        )
        for day, name, of_type, year, order, kind, quantity, net, vat in rows
    ]


def waves(rows: Sequence[Row]) -> list[tuple[date, Event]]:
    found = []
    for (day, wave, order, kind, net, vat), shares in groupby(rows, lambda row: (*row[:4], *row[7:])):
        content = wave_order(
            order,
            0,
            Kind(kind),
            net_pence=pence(net),
            vat_pence=pence(vat),
            shares=tuple(
                OrderShare(unit=unit or None, demand=Demand(demand), quantity=int(number))
                for _, _, _, _, unit, demand, number, *_ in shares
            ),
        )
        found.append((date.fromisoformat(day), released(int(wave[2:]), content)))
    return found


def act(name: str, on: str, words: str) -> Do:
    why = {"reason": "the page says so", "idempotency_key": f"{name} {on}"}
    if name == "reverse":
        return lambda budgets: budgets.reverse(FINANCE, document_id=on, **why)
    if name == "roll_over":
        return lambda budgets: budgets.roll_over(FINANCE, financial_year=on, **why)
    if name == "override_line":
        line = FundingLine(on)
        return lambda budgets: budgets.override_line(
            DIRECTOR, financial_year=YEAR, line=line, pence=pence(words), **why
        )
    giving, taking = map(FundingLine, on.split(" to "))
    return lambda budgets: budgets.move(
        DIRECTOR, financial_year=YEAR, from_line=giving, to_line=taking, pence=pence(words), **why
    )


def acts(rows: Sequence[Row]) -> list[tuple[date, Do]]:
    return [(date.fromisoformat(day), act(name, on, words)) for day, name, on, words in rows]


async def ends_as_written(pool: Pool) -> None:
    *_, lines, kinds, accounts = tables_of(*SECTION)
    shown = [
        (
            year,
            line.line,
            line.approved_pence,
            line.committed_pence,
            line.invoiced_pence,
            line.left_pence,
            line.override_pence,
        )
        for year in (YEAR, "2025/26")
        for line in (await queries.budget(pool, FINANCE, year)).lines
    ]
    assert shown == [(row[0], FundingLine(row[1]), *map(pence, row[2:])) for row in lines]
    assert [
        (each.name, each.committed_pence, each.invoiced_pence, each.quantity)
        for each in (await queries.outturn(pool, FINANCE, YEAR, date(2025, 3, 31))).kinds
        if each.name
    ] == [(kind, pence(committed), pence(invoiced), int(number)) for kind, committed, invoiced, number in kinds]
    balances = await queries.accounts(pool, FINANCE, YEAR)
    assert [(each.line, each.account, each.net_pence, each.vat_pence) for each in balances] == [
        (FundingLine(line), account, pence(net), pence(vat)) for line, account, net, vat in accounts
    ]
    assert sum(each.net_pence for each in balances) == sum(each.vat_pence for each in balances) == 0
    assert await queries.verify_counters(pool) == []


async def test_the_page_is_true(pool: Pool, consumer: BudgetConsumer, clock: FixedClock) -> None:
    arrived, wave, done, entries, *_ = tables_of(*SECTION)
    budgets = Budgets(pool, clock, small_directory())
    run: list[tuple[date, Event | Do]] = [*documents(arrived), *waves(wave), *acts(done)]
    for day, each in sorted(run, key=lambda pair: pair[0]):
        clock.moment = datetime.combine(day, time(9), UTC)
        if isinstance(each, Event):
            await deliver(pool, consumer.apply, [each])
        else:
            await each(budgets)
    held = [
        ("the move" if name.startswith("move/") else name, entry, line, *rest)
        for name, entry, line, *rest in await pool.fetch(LEDGER)
    ]
    assert held == [
        (name, entry, line or LINE, month, kind, int(quantity), pence(net), pence(vat))
        for name, entry, line, month, kind, quantity, net, vat in entries
    ]
    await ends_as_written(pool)


@pytest.mark.parametrize("seed", range(3))
async def test_and_in_any_other_order(pool: Pool, consumer: BudgetConsumer, clock: FixedClock, seed: int) -> None:
    arrived, wave, done, *_ = tables_of(*SECTION)
    # The invoices of the rolled order come after the act in one run, and before it in the others.
    late = {"INV-5", "INV-6"} if seed == 0 else set()
    shuffled = [event for _, event in documents(arrived) if event.id not in late] * 2
    Random(seed).shuffle(shuffled)
    await deliver(pool, consumer.apply, shuffled, size=3)
    clock.moment = NOW
    await deliver(pool, consumer.apply, [event for _, event in waves(wave)])
    budgets = Budgets(pool, clock, small_directory())
    for day, each in acts(done):
        clock.moment = datetime.combine(day, time(9), UTC)
        await each(budgets)
    await deliver(pool, consumer.apply, [event for _, event in documents(arrived) if event.id in late])
    await ends_as_written(pool)
