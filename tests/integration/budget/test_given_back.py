"""Requests that need no money after all: what was set aside for them comes back, once, in whatever order it is told."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.envelope import Event
from schemas.events.budget import CommitmentRefused, OrderCommitted
from schemas.events.finance import DocumentType as Type
from schemas.events.request import Progress, RequestProgressed
from schemas.vocabulary import Kind
from services.budget import configuration_store, queries
from services.budget.commands import Budgets
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, approved, document, recorded
from tests.fixtures.people import small_directory, viewer

pytestmark = pytest.mark.integration
ONE_LAPTOP = 102_000


def unneeded(number: int = 1, status: str = "withdrawn", *, from_stock: bool | None = None) -> RequestProgressed:
    """Requests tell that R-`number` needs no money."""
    request = approved(number).data
    return RequestProgressed(
        id=f"{request.request_id}/{status}",
        source="quartermaster/requests",
        time=NOW + timedelta(hours=number),
        subject=str(request.request_id),
        data=Progress(
            request_id=request.request_id,
            reference=request.reference,
            requester_email=request.requester_email,
            status=status,
            explanation=status,
            revision=5,
            from_stock=from_stock,
        ),
    )


def sums(pence: int) -> Event:
    """So much is approved on the line."""
    return recorded(document("APP", Type.APPROVAL, pence, 0))


async def standing(pool: Pool) -> tuple[Any, ...]:
    """The line's counters. What the ledger's entries sum up to is the same, or it fails."""
    row = await pool.fetchrow("SELECT approved_pence, committed_pence, invoiced_pence FROM budget.balances")
    assert row is not None
    ledger = await pool.fetchrow(
        "SELECT coalesce(sum(net_pence + vat_pence) FILTER (WHERE entry_type = 'approved'), 0)::bigint, "
        "coalesce(sum(CASE entry_type WHEN 'committed' THEN net_pence + vat_pence "
        "WHEN 'released' THEN -net_pence - vat_pence END), 0)::bigint, "
        "coalesce(sum(net_pence + vat_pence) FILTER (WHERE entry_type = 'invoiced'), 0)::bigint FROM budget.ledger"
    )
    assert ledger is not None
    assert tuple(row) == tuple(ledger)
    volumes = await pool.fetch("SELECT kind, ordered FROM budget.volumes WHERE ordered <> 0 ORDER BY kind")
    return (*row, *((each["kind"], each["ordered"]) for each in volumes))


async def test_in_any_order_and_twice_nothing_stays_set_aside(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [sums(10 * ONE_LAPTOP)])
    for number, order in enumerate(permutations(range(2)), start=1):
        words = [approved(number), unneeded(number)]
        for place in (*order, *order):
            await deliver(pool, consumer.apply, [words[place]])
        assert await standing(pool) == (10 * ONE_LAPTOP, 0, 0)
    await deliver(pool, consumer.apply, [approved(9), unneeded(9)])
    assert await standing(pool) == (10 * ONE_LAPTOP, 0, 0)


async def test_what_finance_ordered_stays_ordered_whichever_was_heard_first(
    pool: Pool, consumer: BudgetConsumer
) -> None:
    await deliver(pool, consumer.apply, [sums(90 * ONE_LAPTOP)])
    words = {
        "yes": approved,
        "no": unneeded,
        "order": lambda number: recorded(
            document(
                f"PO{number}", Type.PURCHASE_ORDER, 90_000, order_id=f"QM-R-{number}", quantity=1, kind=Kind.LAPTOP
            )
        ),
        "invoice": lambda number: recorded(
            document(f"INV{number}", Type.INVOICE, 40_000, order_id=f"QM-R-{number}", kind=Kind.LAPTOP)
        ),
    }
    ends = set()
    before = await standing(pool)
    for number, order in enumerate(permutations(words), start=1):
        for word in order:
            await deliver(pool, consumer.apply, [words[word](number)])
        after = await standing(pool)
        laptops = dict(after[3:]).get("laptop", 0) - dict(before[3:]).get("laptop", 0)
        ends.add((after[1] - before[1], after[2] - before[2], laptops))
        before = after
    assert ends == {(60_000, 48_000, 1)}


async def test_money_that_comes_back_serves_who_waits(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [sums(ONE_LAPTOP)])
    told = await deliver(pool, consumer.apply, [approved(1), approved(2)])
    assert [type(each) for each in told[:2]] == [OrderCommitted, CommitmentRefused]
    told = await deliver(pool, consumer.apply, [unneeded(1)])
    assert [each.data.request_reference for each in told if isinstance(each, OrderCommitted)] == ["R-2"]
    assert (await standing(pool))[:3] == (ONE_LAPTOP, ONE_LAPTOP, 0)
    await deliver(pool, consumer.apply, [unneeded(2, "allocated", from_stock=True)])
    assert (await standing(pool))[:3] == (ONE_LAPTOP, 0, 0)


async def test_who_waits_and_needs_nothing_more_is_not_served(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [approved(1), unneeded(1)])
    await deliver(pool, consumer.apply, [approved(2)])
    await deliver(pool, consumer.apply, [unneeded(2, "allocated", from_stock=True)])
    told = await deliver(pool, consumer.apply, [sums(9 * ONE_LAPTOP)])
    assert not [each for each in told if isinstance(each, OrderCommitted)]


async def test_what_was_ordered_and_arrived_stays_committed(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [sums(9 * ONE_LAPTOP), approved(1)])
    await deliver(pool, consumer.apply, [unneeded(1, "allocated", from_stock=False), unneeded(1, "delivered")])
    assert (await standing(pool))[1] == ONE_LAPTOP


async def test_a_request_that_stock_serves_asks_for_no_money(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [sums(9 * ONE_LAPTOP)])
    event = approved(1)
    data = msgspec.structs.replace(event.data, successor_device_id=event.data.request_id)
    served = msgspec.structs.replace(event, data=data)
    assert await deliver(pool, consumer.apply, [served]) == []
    assert (await standing(pool))[1] == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["yes", "no", "stock", "order", "cancel"])),
        min_size=4,
        max_size=14,
    ),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_any_words_in_any_order_keep_the_counters_true(
    embedded_postgres: EmbeddedPostgres,
    migrated_template: str,
    words: list[tuple[int, str]],
    devices: int,
    chance: Any,
) -> None:
    """And never is more promised than approved, whatever comes back and goes out again."""

    async def play() -> None:
        name = f"back_{secrets.token_hex(6)}"
        url = await embedded_postgres.create_database(name, template=migrated_template)
        pool = await open_pool(url, "budget", size=2)
        try:
            async with pool.acquire() as connection, connection.transaction():
                await configuration_store.fill_all(
                    connection, load_price_book(), load_prior_years(), load_procurement(), small_directory(), NOW
                )
            consumer = BudgetConsumer(FixedClock(NOW))
            made: list[Event] = [sums(devices * ONE_LAPTOP)]
            for number, word in words:
                made.append(
                    {
                        "yes": lambda n: approved(n),
                        "no": lambda n: unneeded(n),
                        "stock": lambda n: unneeded(n, "allocated", from_stock=True),
                        "order": lambda n: recorded(
                            document(f"PO{n}", Type.PURCHASE_ORDER, 85_000, order_id=f"QM-R-{n}", quantity=1)
                        ),
                        "cancel": lambda n: recorded(document(f"C{n}", Type.CANCELLATION, 0, order_id=f"QM-R-{n}")),
                    }[word](number)
                )
            facts = any(word == "order" for _, word in words)
            chance.shuffle(made)
            for event in (*made, *made[::-1]):
                await deliver(pool, consumer.apply, [event])
                if await pool.fetchval("SELECT count(*) FROM budget.balances"):
                    found = await standing(pool)
                    assert found[1] >= 0
                    assert facts or found[1] + found[2] <= found[0]
            done = {number for number, word in words if word in ("no", "stock")}
            left = await pool.fetch(
                "SELECT request_reference FROM reservations WHERE state IN ('committed', 'waiting')"
            )
            assert not {int(row["request_reference"][2:]) for row in left} & done
        finally:
            await pool.close()
            await embedded_postgres.drop_database(name)

    with asyncio.Runner() as runner:
        runner.run(play())


async def test_what_rolled_over_comes_back_in_the_new_year_and_serves_who_waits_there(
    pool: Pool, clock: FixedClock, consumer: BudgetConsumer
) -> None:
    await deliver(pool, consumer.apply, [sums(ONE_LAPTOP), approved(1)])
    clock.moment = datetime(2025, 4, 8, 9, tzinfo=UTC)
    money = recorded(document("NEW", Type.APPROVAL, ONE_LAPTOP, 0, financial_year="2025/26"))
    await deliver(pool, consumer.apply, [money])
    budgets = Budgets(pool, clock, small_directory())
    await budgets.roll_over(viewer("Idris Bello"), financial_year="2024/25", reason="year end", idempotency_key="k")
    told = await deliver(pool, consumer.apply, [approved(2)])
    assert any(isinstance(each, CommitmentRefused) for each in told)
    told = await deliver(pool, consumer.apply, [unneeded(1)])
    assert [each.data.request_reference for each in told if isinstance(each, OrderCommitted)] == ["R-2"]
    by_year = "SELECT financial_year, sum(committed_pence)::bigint FROM balances GROUP BY 1 ORDER BY 1"
    assert [tuple(row) for row in await pool.fetch(by_year)] == [("2024/25", 0), ("2025/26", ONE_LAPTOP)]
    assert await queries.verify_counters(pool) == []
    again = msgspec.structs.replace(unneeded(1), id="told again")
    await deliver(pool, consumer.apply, [again, unneeded(2)])
    assert [tuple(row) for row in await pool.fetch(by_year)] == [("2024/25", 0), ("2025/26", 0)]
    assert await queries.verify_counters(pool) == []
