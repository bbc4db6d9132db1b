"""A released wave: all of its orders or none, once, and never beyond a limit or a gate."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from schemas.events.budget import CommitmentRefused, LineBalanceChanged, OrderCommitted
from schemas.events.finance import DocumentType as Type
from schemas.events.wave import OrderRaised, WaveCommitted, WaveOrder, WaveRefused
from schemas.vocabulary import FundingLine, Kind
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, approved, document, recorded
from tests.fixtures.people import email_of
from tests.fixtures.released import DIRECTOR, released, wave_id, wave_order

pytestmark = pytest.mark.integration

TODAY = date(2024, 11, 4)


@pytest.fixture(autouse=True)
async def _money(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 2_500_000_000, 0))])


async def committed(pool: Pool) -> int:
    return await pool.fetchval("SELECT sum(committed_pence) FROM budget.balances")


async def refused(pool: Pool, consumer: BudgetConsumer, *orders: WaveOrder, by: str = DIRECTOR) -> str:
    before = await committed(pool)
    (answer,) = await deliver(pool, consumer.apply, [released(1, *orders, by=by)])
    assert isinstance(answer, WaveRefused)
    assert await committed(pool) == before
    assert answer.data.order_ids == ()
    return answer.data.explanation


async def failing(pool: Pool, *orders: WaveOrder, by: str | None = DIRECTOR) -> set[str]:
    told = await queries.gates(pool, orders, YEAR, TODAY, by)
    return {gate.name for order in told for gate in order.gates if not gate.passed}


async def test_all_orders_are_committed_by_unit_and_demand(pool: Pool, consumer: BudgetConsumer) -> None:
    orders = wave_order("QM-W-1-1", 300), wave_order("QM-W-1-2", 10, Kind.MONITOR)
    assert await failing(pool, *orders) == set()
    told = await deliver(pool, consumer.apply, [released(1, *orders)])
    balance, answer, *raised = told
    assert isinstance(balance, LineBalanceChanged)
    assert balance.data.committed_pence == 300 * 102_000 + 10 * 18_600
    assert isinstance(answer, WaveCommitted)
    assert (answer.data.order_ids, answer.data.attempt) == (("QM-W-1-1", "QM-W-1-2"), 1)
    assert all(isinstance(each, OrderRaised) for each in raised)
    laptops = raised[0].data
    assert (laptops.quantity, laptops.net_pence, laptops.vat_pence) == (300, 25_500_000, 5_100_000)
    assert (laptops.contract_id, laptops.supplier) == ("EUD-LAPTOPS", "Assumed Laptops Ltd")
    assert laptops.procurement_route
    assert laptops.approval_reference
    assert [
        tuple(row)
        for row in await pool.fetch(
            "SELECT document_id, share, unit, demand, net_pence, quantity FROM budget.ledger"
            " WHERE order_id = 'QM-W-1-1' ORDER BY entry"
        )
    ] == [
        ("order/QM-W-1-1", "|bau", "", "bau", 8_500_000, 100),
        ("order/QM-W-1-1", "central-west|refresh", "central-west", "refresh", 17_000_000, 200),
    ]
    assert await queries.verify_counters(pool) == []


async def test_a_repeat_posts_nothing_and_answers_nothing(pool: Pool, consumer: BudgetConsumer) -> None:
    event = released(1, wave_order("QM-W-1-1", 30))
    await deliver(pool, consumer.apply, [event])
    before = await committed(pool)
    assert await consumer.apply(pool, [event]) == [], "no inbox here: the wave itself is recognised"
    (again,) = await deliver(pool, consumer.apply, [released(1, *event.data.orders, attempt=2)])
    assert isinstance(again, WaveCommitted), "another release of what stands already"
    assert await committed(pool) == before
    assert await consumer.apply(pool, [event]) == []


async def test_one_order_beyond_the_money_refuses_all(pool: Pool, consumer: BudgetConsumer) -> None:
    poor = wave_order("QM-W-1-2", 1, line=FundingLine.TABLET_REPLACEMENT)
    words = await refused(pool, consumer, wave_order("QM-W-1-1", 3), poor)
    assert "tablet replacement" in words
    assert "£" not in words
    assert await failing(pool, poor) == {"line"}
    await deliver(
        pool, consumer.apply, [recorded(document("T", Type.APPROVAL, 102_000, 0, line=FundingLine.TABLET_REPLACEMENT))]
    )
    told = await deliver(pool, consumer.apply, [released(1, wave_order("QM-W-1-1", 3), poor, attempt=2)])
    assert any(isinstance(each, WaveCommitted) for each in told)
    assert await consumer.apply(pool, [released(1, poor)]) == [], "an earlier release comes too late"


async def test_a_volume_cap_holds_over_all_lines(pool: Pool, consumer: BudgetConsumer) -> None:
    ordered = document("P", Type.PURCHASE_ORDER, 1, order_id="O", kind=Kind.DESKTOP, quantity=3_990)
    await deliver(pool, consumer.apply, [recorded(ordered)])
    assert "desktops" in await refused(pool, consumer, wave_order("QM-W-1-1", 11, Kind.DESKTOP))
    assert await failing(pool, wave_order("X", 11, Kind.DESKTOP)) == {"volume_cap"}
    told = await deliver(pool, consumer.apply, [released(2, wave_order("QM-W-2-1", 10, Kind.DESKTOP))])
    assert any(isinstance(each, WaveCommitted) for each in told)
    (refusal,) = await deliver(pool, consumer.apply, [approved(1, Kind.DESKTOP)])
    assert isinstance(refusal, CommitmentRefused)
    assert "All desktops that may be ordered" in refusal.data.explanation


async def test_a_large_order_needs_a_route_and_an_approval(pool: Pool, consumer: BudgetConsumer) -> None:
    await pool.execute("UPDATE budget.contracts SET procurement_route = NULL, approval_reference = NULL")
    assert await failing(pool, wave_order("X", 209)) == set()
    assert await failing(pool, wave_order("X", 210)) == {"procurement_route"}
    assert await failing(pool, wave_order("X", 210, procurement_route="framework RM6098")) == set()
    large = wave_order("QM-W-1-1", 500, procurement_route="framework RM6098")
    assert "£500,000" in await refused(pool, consumer, large)
    told = await deliver(
        pool,
        consumer.apply,
        [released(2, wave_order("QM-W-2-1", 500, procurement_route="framework", approval_reference="DMPC 1"))],
    )
    (raised,) = [each for each in told if isinstance(each, OrderRaised)]
    assert (raised.data.procurement_route, raised.data.approval_reference) == ("framework", "DMPC 1")


async def test_splitting_is_found_over_orders_of_finance_requests_and_the_wave_itself(
    pool: Pool, consumer: BudgetConsumer
) -> None:
    await pool.execute("UPDATE budget.contracts SET procurement_route = NULL")
    halves = wave_order("X", 105), wave_order("Y", 105)
    assert await failing(pool, *halves) == {"splitting"}
    assert await failing(pool, halves[0]) == set()
    facts = {"supplier": "Assumed Laptops Ltd", "kind": Kind.LAPTOP, "quantity": 200}
    within = document("P", Type.PURCHASE_ORDER, 17_000_000, order_id="O", document_date=date(2024, 8, 6), **facts)
    before = document("Q", Type.PURCHASE_ORDER, 17_000_000, order_id="O2", document_date=date(2024, 8, 5), **facts)
    await deliver(pool, consumer.apply, [recorded(before)])
    assert await failing(pool, wave_order("X", 10)) == set(), "91 days before is no splitting"
    await deliver(pool, consumer.apply, [recorded(within)])
    assert "split" in await refused(pool, consumer, wave_order("QM-W-1-1", 10))
    told = await deliver(pool, consumer.apply, [approved(number) for number in range(12)])
    waiting = [each for each in told if isinstance(each, CommitmentRefused)]
    assert len(waiting) == 3, "nine more laptops stay below £213,477 with the 200 before"
    assert "£" not in waiting[0].data.explanation
    cancelled = document("C", Type.CANCELLATION, 0, 0, order_id="O")
    told = await deliver(pool, consumer.apply, [recorded(cancelled)])
    assert sum(isinstance(each, OrderCommitted) for each in told) == 3


async def test_a_contract_keeps_its_ceiling_and_its_term(
    pool: Pool, consumer: BudgetConsumer, clock: FixedClock
) -> None:
    await pool.execute("UPDATE budget.contracts SET ceiling_pence = 10 * 102000 WHERE contract_id = 'EUD-LAPTOPS'")
    assert "ceiling" in await refused(pool, consumer, wave_order("QM-W-1-1", 6), wave_order("QM-W-1-2", 5))
    fact = document("P", Type.PURCHASE_ORDER, 850_000, order_id="O", supplier="Assumed Laptops Ltd", quantity=10)
    await deliver(pool, consumer.apply, [recorded(fact)])
    assert await failing(pool, wave_order("X", 1)) == {"contract_ceiling"}
    await pool.execute("UPDATE budget.contracts SET ends_on = '2024-11-03' WHERE contract_id = 'EUD-MONITORS'")
    monitors = wave_order("QM-W-3-1", 1, Kind.MONITOR)
    assert await failing(pool, monitors) == {"contract_term"}
    clock.moment = datetime(2024, 11, 3, 23, tzinfo=UTC)
    told = await deliver(pool, consumer.apply, [released(3, monitors)])
    assert any(isinstance(each, WaveCommitted) for each in told)


async def test_only_who_has_the_delegation_releases_and_within_its_total(pool: Pool, consumer: BudgetConsumer) -> None:
    assert "delegated authority" in await refused(pool, consumer, wave_order("QM-W-1-1", 1), by=email_of("Helen Marsh"))
    await pool.execute("UPDATE budget.delegations SET total_pence = 10 * 102000")
    assert await failing(pool, wave_order("X", 11)) == {"delegation"}
    assert await failing(pool, wave_order("X", 11), by=None) == {"delegation"}
    await deliver(pool, consumer.apply, [released(2, wave_order("QM-W-2-1", 10)), approved(1)])
    assert await failing(pool, wave_order("X", 1)) == {"delegation"}
    order = document("P", Type.PURCHASE_ORDER, 765_000, order_id="QM-W-2-1", kind=Kind.LAPTOP, quantity=9)
    await deliver(pool, consumer.apply, [recorded(order)])
    assert await failing(pool, wave_order("X", 1)) == set(), "finance ordered one less"


async def test_another_price_than_the_directors_refuses(pool: Pool, consumer: BudgetConsumer) -> None:
    words = await refused(pool, consumer, wave_order("QM-W-1-1", 1, net_pence=84_999))
    assert "price of a laptop has changed" in words
    assert "£" not in words


async def test_a_year_gone_by_is_not_ordered_in(pool: Pool, consumer: BudgetConsumer) -> None:
    (answer,) = await deliver(pool, consumer.apply, [released(1, wave_order("QM-W-1-1", 1), year="2023/24")])
    assert isinstance(answer, WaveRefused)
    assert "has ended" in answer.data.explanation


async def test_a_wave_from_stock_alone_is_committed_without_money(pool: Pool, consumer: BudgetConsumer) -> None:
    (answer,) = await deliver(pool, consumer.apply, [released(1)])
    assert isinstance(answer, WaveCommitted)


async def test_finances_purchase_order_takes_the_place_of_a_waves(pool: Pool, consumer: BudgetConsumer) -> None:
    order = document("P", Type.PURCHASE_ORDER, 2_500_000, order_id="QM-W-1-1", kind=Kind.LAPTOP, quantity=30)
    events = [recorded(order), released(1, wave_order("QM-W-1-1", 30))]
    for number, run in enumerate((events, events[::-1])):
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            for event in run:
                await consumer.apply(connection, [event])
            assert await committed(connection) == 3_000_000, number
            assert await queries.verify_counters(connection) == []
            await transaction.rollback()


async def test_a_purchase_order_that_tells_no_number_leaves_the_waves_devices_counted(
    pool: Pool, consumer: BudgetConsumer
) -> None:
    """Else finance's paper would make room under the cap that nobody gave."""
    desktops = wave_order("QM-W-1-1", 4_000, Kind.DESKTOP)
    untold = document("P", Type.PURCHASE_ORDER, 4_000 * 62_000, order_id="QM-W-1-1")
    events = [recorded(untold), released(1, desktops)]
    for number, run in enumerate((events, events[::-1])):
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            for event in run:
                await consumer.apply(connection, [event])
            told = await queries.gates(connection, [wave_order("X", 1, Kind.DESKTOP)], YEAR, TODAY, DIRECTOR)
            assert "volume_cap" in {gate.name for gate in told[0].gates if not gate.passed}, number
            assert await queries.verify_counters(connection) == []
            await transaction.rollback()


async def place(pool: Pool, number: int, device_id: UUID, order_id: str | None) -> None:
    await pool.execute(
        """
        INSERT INTO refresh.waves (wave_id, number, wave, status, financial_year, quarter, policy_version, entries,
            from_stock, ordered, gross_pence, gap, method, floors_met, summary, basis, orders, proposed_by, proposed_at)
        VALUES ($1, $2, $3, 'released', '2024/25', '2024-10-01', 'v', 0, 0, 0, 0, 0, 'm', true, '{}', '{}', '[]', 'x',
                now())""",
        wave_id(number),
        number,
        f"W-{number}",
    )
    await pool.execute(
        """
        INSERT INTO refresh.placements (entry_id, device_id, wave_id, wave, attempt, quarter, kind, state, order_id)
        VALUES ($1, $1, $2, $3, 1, '2024-10-01', 'laptop', 'planned', $4)""",
        device_id,
        wave_id(number),
        f"W-{number}",
        order_id,
    )


async def test_a_device_that_a_wave_replaces_gets_no_second_order(pool: Pool, consumer: BudgetConsumer) -> None:
    device = UUID(int=7)
    await place(pool, 1, device, "QM-W-1-1")
    request = approved(7)
    request = msgspec.structs.replace(request, data=msgspec.structs.replace(request.data, device_id=device))
    (waits,) = await deliver(pool, consumer.apply, [request])
    assert isinstance(waits, CommitmentRefused)
    assert "W-1" in waits.data.explanation
    told = await deliver(pool, consumer.apply, [released(1, wave_order("QM-W-1-1", 1))])
    (covered,) = [each for each in told if isinstance(each, OrderCommitted)]
    assert covered.data.order_id == "QM-W-1-1"
    assert await committed(pool) == 102_000, "no money but the wave's"
    assert await pool.fetchval("SELECT state FROM budget.reservations") == "covered"


async def test_when_the_wave_is_refused_the_request_gets_its_own_order(pool: Pool, consumer: BudgetConsumer) -> None:
    device = UUID(int=7)
    await place(pool, 1, device, "QM-W-1-1")
    request = approved(7)
    request = msgspec.structs.replace(request, data=msgspec.structs.replace(request.data, device_id=device))
    await deliver(pool, consumer.apply, [request])
    told = await deliver(pool, consumer.apply, [released(1, wave_order("QM-W-1-1", 1, net_pence=1))])
    (own,) = [each for each in told if isinstance(each, OrderCommitted)]
    assert own.data.order_id == "QM-R-7"


async def test_two_committers_never_promise_a_ceiling_twice(pool: Pool, consumer: BudgetConsumer) -> None:
    """Different lines, so that no line's lock holds them apart."""
    await pool.execute("UPDATE budget.contracts SET ceiling_pence = 10 * 102000 WHERE contract_id = 'EUD-LAPTOPS'")
    tablets = FundingLine.TABLET_REPLACEMENT
    await deliver(pool, consumer.apply, [recorded(document("T", Type.APPROVAL, 99_999_999, 0, line=tablets))])
    told = await asyncio.gather(
        *(
            deliver(pool, consumer.apply, [released(n, wave_order(f"QM-W-{n}-1", 4, line=(LINE, tablets)[n % 2]))])
            for n in range(6)
        )
    )
    assert sum(isinstance(each, WaveCommitted) for events in told for each in events) == 2
    called = await pool.fetchval("SELECT called_pence FROM budget.contract_calls WHERE contract_id = 'EUD-LAPTOPS'")
    assert called == 8 * 102_000
    assert await queries.verify_counters(pool) == []
