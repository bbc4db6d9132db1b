"""The worked example in docs/outturn-example.md is true to the penny."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.events.finance import DocumentType
from schemas.vocabulary import Demand, Kind, Role
from services.access.viewer import Viewer
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import YEAR, document, recorded
from tests.fixtures.worked_examples import tables_of
from tests.integration.budget.test_ledger_example import pence
from tests.integration.budget.waiting import wait_in_queue

pytestmark = pytest.mark.integration

FINANCE = Viewer("f@x", "F", frozenset({Role.FINANCE}), None, None)
TODAY = date(2024, 9, 30)


async def test_the_page_is_true(pool: Pool, consumer: BudgetConsumer) -> None:
    known, waiting, *answers = tables_of("outturn-example.md")
    run = [
        document(
            name,
            DocumentType(of_type),
            pence(net),
            pence(vat),
            document_date=date.fromisoformat(day),
            order_id=order or None,
            kind=Kind(kind) if kind else None,
            demand=Demand(demand) if demand else None,
            quantity=int(quantity) if quantity else None,
        )
        for day, name, of_type, order, kind, demand, quantity, net, vat in known
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    for kind, demand, due, devices in waiting:
        await wait_in_queue(pool, int(devices), date.fromisoformat(f"{due}-15"), kind=Kind(kind), demand=Demand(demand))
    async with pool.acquire() as connection:
        view = await queries.outturn(connection, FINANCE, YEAR, TODAY)
    line_of, parts, months = answers
    (line,) = view.lines
    assert {name: getattr(line, name) for name, _ in line_of} == {name: pence(told) for name, told in line_of}
    assert {part.name: part.expected_pence for part in (*view.kinds, *view.demands)} == {
        name: pence(told) for name, told in parts
    }
    assert [(each.month, each.expected_pence) for each in view.months if each.expected_pence] == [
        (date.fromisoformat(month), pence(told)) for month, told in months
    ]
