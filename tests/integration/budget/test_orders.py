"""An order beside what arrived and what was billed."""

from __future__ import annotations

import pytest

from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import Kind
from services.budget import queries
from services.budget.commands import Budgets
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import NotAllowed
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import YEAR, document, recorded
from tests.fixtures.people import small_directory, viewer

pytestmark = pytest.mark.integration

FINANCE = viewer("Idris Bello")


async def test_over_receipts_and_price_differences_are_shown(
    pool: Pool, consumer: BudgetConsumer, clock: FixedClock
) -> None:
    facts = {"order_id": "O", "kind": Kind.LAPTOP}
    run = [
        document("P", Type.PURCHASE_ORDER, 850_000, quantity=10, supplier="Assumed Laptops Ltd", **facts),
        document("C", Type.CANCELLATION, -85_000, -17_000, quantity=-1, **facts),
        document("G1", Type.RECEIPT, 510_000, quantity=6, **facts),
        document("G2", Type.RECEIPT, 0, quantity=5, **facts),
        document("I", Type.INVOICE, 530_000, quantity=6, **facts),
        document("V", Type.CREDIT_NOTE, 5_000, **facts),
        document("X", Type.PURCHASE_ORDER, 100, order_id="Q"),
        document("Y", Type.INVOICE, 90, order_id="Q"),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    first, second = await queries.orders(pool, FINANCE, YEAR)
    assert (first.ordered, first.cancelled, first.received, first.over_received) == (10, 1, 11, 2)
    assert first.price_difference_pence == 636_000 - 612_000
    assert (first.contract_id, first.credited_pence) == ("EUD-LAPTOPS", 6_000)
    assert first.gross_pence == 1_020_000 - 102_000 - 636_000 + 636_000 - 6_000
    assert (second.order_id, second.price_difference_pence, second.over_received) == ("Q", None, 0)
    budgets = Budgets(pool, clock, small_directory())
    await budgets.reverse(FINANCE, document_id="G2", reason="counted twice", idempotency_key="k")
    assert (await queries.orders(pool, FINANCE, YEAR))[0].over_received == 0
    assert await queries.orders(pool, FINANCE, "2025/26") == []
    with pytest.raises(NotAllowed):
        await queries.orders(pool, viewer("Helen Marsh"), YEAR)
