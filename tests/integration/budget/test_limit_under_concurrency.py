"""Rule 2 under real concurrency: the last of the money is promised once."""

from __future__ import annotations

import asyncio

import pytest

from schemas.events.budget import OrderCommitted
from schemas.events.finance import DocumentType as Type
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, approved, document, recorded

pytestmark = pytest.mark.integration


async def test_two_committers_never_promise_more_than_is_approved(pool: Pool, consumer: BudgetConsumer) -> None:
    price = 102_000
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 10 * price + price - 1, 0))])
    told = await asyncio.gather(
        *(deliver(pool, consumer.apply, [approved(n) for n in range(who, 40, 4)], size=1) for who in range(4))
    )
    assert sum(isinstance(event, OrderCommitted) for events in told for event in events) == 10
    assert await pool.fetchval("SELECT committed_pence FROM budget.balances WHERE line = $1", LINE) == 10 * price
    assert await queries.verify_counters(pool) == []


async def test_finance_and_chat_meet_on_the_same_order(pool: Pool, consumer: BudgetConsumer) -> None:
    known_before = recorded(document("R", Type.RECEIPT, 1, order_id="QM-R-7"))
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 1_000_000, 0)), known_before])
    purchase_order = recorded(document("P", Type.PURCHASE_ORDER, 85_000, order_id="QM-R-7"))
    async with pool.acquire() as connection, connection.transaction():
        await consumer.apply(connection, [purchase_order])
        chat = asyncio.create_task(deliver(pool, consumer.apply, [approved(7)]))
        async with asyncio.timeout(15):
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not chat.done()
    told = await chat
    assert isinstance(told[0], OrderCommitted)
    assert await pool.fetchval("SELECT committed_pence FROM budget.balances WHERE line = $1", LINE) == 102_000
    assert await queries.verify_counters(pool) == []


async def test_money_that_comes_while_a_request_is_refused_for_want_of_it_serves_it(
    pool: Pool, consumer: BudgetConsumer
) -> None:
    """Whoever makes room must see all who wait for it, also one who is only just being told to wait."""
    async with pool.acquire() as connection, connection.transaction():
        await consumer.apply(connection, [approved(1)])
        money = asyncio.create_task(
            deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 1_000_000, 0))])
        )
        async with asyncio.timeout(15):
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not money.done()
    assert any(isinstance(event, OrderCommitted) for event in await money)
    assert await pool.fetchval("SELECT committed_pence FROM budget.balances WHERE line = $1", LINE) == 102_000
