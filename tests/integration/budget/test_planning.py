"""What a plan may use: money and volume left, and what a device costs and how long it takes."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import FundingLine, Kind
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.database.pool import Pool
from services.errors import BadInput
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, approved, document, recorded

pytestmark = pytest.mark.integration

TODAY = date(2024, 11, 4)


async def test_money_left_is_less_what_waiting_requests_will_need(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 250_000, 0)), approved(1)])
    assert (await queries.planning(pool, YEAR, TODAY)).left_pence == {LINE: 250_000 - 102_000}
    await deliver(pool, consumer.apply, [recorded(document("P", Type.PURCHASE_ORDER, 100_000, 0, order_id="O"))])
    await deliver(pool, consumer.apply, [approved(2, Kind.TABLET)])
    plan = await queries.planning(pool, YEAR, TODAY)
    assert plan.left_pence == {LINE: 0}, "48,000 is left, and R-2 waits for a laptop"
    assert (await queries.planning(pool, "2025/26", TODAY)).left_pence == {}


async def test_volume_left_is_the_cap_less_what_was_ordered(pool: Pool, consumer: BudgetConsumer) -> None:
    run = [
        document("P", Type.PURCHASE_ORDER, 850_000, order_id="O", kind=Kind.LAPTOP, quantity=10),
        document("C", Type.CANCELLATION, 85_000, order_id="O", kind=Kind.LAPTOP, quantity=1),
        document(
            "T",
            Type.PURCHASE_ORDER,
            1,
            order_id="O2",
            kind=Kind.MONITOR,
            quantity=99_999,
            line=FundingLine.TABLET_REPLACEMENT,
        ),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    plan = await queries.planning(pool, YEAR, TODAY)
    room = {Kind.LAPTOP: 1_200_000_000 // 102_000, Kind.MONITOR: 260_000_000 // 18_600}
    assert plan.volume_left == {
        Kind.LAPTOP: room[Kind.LAPTOP],
        Kind.DESKTOP: 4_000,
        Kind.MONITOR: 0,
        Kind.SMARTPHONE: 15_000,
    }, "laptops' contract has room for fewer than the cap's 11,991"
    later = (await queries.planning(pool, "2030/31", TODAY)).volume_left
    assert {kind: later[kind] for kind in room} == room, "no cap is set for that year, but contracts hold"
    await pool.execute("UPDATE contracts SET ceiling_pence = 102_000 * 5 - 1 WHERE contract_id = 'EUD-LAPTOPS'")
    assert (await queries.planning(pool, YEAR, TODAY)).volume_left[Kind.LAPTOP] == 4


async def test_prices_are_by_the_kind_asked_for(pool: Pool) -> None:
    prices = (await queries.planning(pool, YEAR, TODAY)).prices
    assert set(prices) == set(Kind)
    assert prices[Kind.TABLET] == prices[Kind.LAPTOP]
    laptop = prices[Kind.LAPTOP]
    assert (laptop.net_pence, laptop.vat_pence, laptop.gross_pence) == (85_000, 17_000, 102_000)
    assert (laptop.contract_id, laptop.lead_days, laptop.supplier) == ("EUD-LAPTOPS", 42, "Assumed Laptops Ltd")


async def test_what_is_no_year_cannot_be_planned(pool: Pool) -> None:
    with pytest.raises(BadInput, match="2024/25"):
        await queries.planning(pool, "2024/26", TODAY)
