"""The ledger on real PostgreSQL: counters that equal its sums, repeats that post nothing, entries that stay."""

from __future__ import annotations

from random import Random

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.events.budget import CommitmentRefused, LineBalanceChanged, OrderCommitted
from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import FundingLine, Kind
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.database.pool import Connection, Pool
from services.errors import BadInput
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, approved, document, recorded, some_documents

pytestmark = pytest.mark.integration

LEDGER = """
SELECT financial_year, line, entry_type, kind, unit, demand, sum(net_pence), sum(vat_pence), sum(quantity)
FROM budget.ledger GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(net_pence) <> 0 OR sum(vat_pence) <> 0 OR sum(quantity) <> 0 ORDER BY 1, 2, 3, 4, 5, 6
"""
LINES = (
    "SELECT financial_year, line, approved_pence, committed_pence, invoiced_pence FROM budget.balances ORDER BY 1, 2"
)


async def _sums(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for statement in (LEDGER, LINES) for row in await connection.fetch(statement)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), size=st.integers(1, 60), chance=st.randoms(use_true_random=False))
async def test_shuffled_and_doubled_documents_end_at_the_same_sums(
    pool: Pool, consumer: BudgetConsumer, seed: int, size: int, chance: Random
) -> None:
    events = [*map(recorded, some_documents(seed)), approved(0), approved(3), approved(99)]
    twice = events + events
    chance.shuffle(twice)
    async with pool.acquire() as connection:
        seen = []
        for run, batch in ((events, len(events)), (twice, size)):
            transaction = connection.transaction()
            await transaction.start()
            for start in range(0, len(run), batch):
                # No inbox here: the ledger alone must recognise a repeat.
                await consumer.apply(connection, run[start : start + batch])
                assert await queries.verify_counters(connection) == []
            seen.append(await _sums(connection))
            await transaction.rollback()
    assert seen[0] == seen[1]
    assert seen[0]


async def test_verify_counters_sees_a_counter_that_is_wrong(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, list(map(recorded, some_documents(1))))
    assert await queries.verify_counters(pool) == []
    await pool.execute("UPDATE budget.balances SET invoiced_pence = invoiced_pence + 1 WHERE line = $1", LINE)
    await pool.execute("DELETE FROM budget.counters WHERE kind = 'laptop'")
    wrong = await queries.verify_counters(pool)
    assert any(words.startswith("line 2024/25|refresh-and-bau") for words in wrong)
    assert any(words.startswith("month") for words in wrong)


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET net_pence = 0", "DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET vat_pence = 1"]
)
@pytest.mark.parametrize("table", ["budget.ledger", "budget.documents"])
async def test_the_database_refuses_to_change_the_ledger(
    pool: Pool, consumer: BudgetConsumer, statement: str, table: str
) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 1, 0))])
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await pool.execute(statement.format(table))
    assert await pool.fetchval("SELECT sum(net_pence) FROM budget.ledger") == 1


async def test_one_balance_a_line_a_batch_with_a_growing_sequence(pool: Pool, consumer: BudgetConsumer) -> None:
    tablets = document("T", Type.APPROVAL, 500, 0, line=FundingLine.TABLET_REPLACEMENT)
    run = [document("A", Type.APPROVAL, 900, 0), document("P", Type.PURCHASE_ORDER, 100, order_id="O"), tablets]
    told = await deliver(pool, consumer.apply, [recorded(each) for each in run])
    assert {event.subject: event.data.sequence for event in told} == {
        f"{YEAR}/refresh-and-bau": 1,
        f"{YEAR}/tablet-replacement": 1,
    }
    (again,) = await deliver(pool, consumer.apply, [recorded(document("P2", Type.PURCHASE_ORDER, 5, order_id="O"))])
    assert isinstance(again, LineBalanceChanged)
    assert (again.data.sequence, again.data.approved_pence, again.data.committed_pence) == (2, 900, 126)
    assert again.id == f"{YEAR}/refresh-and-bau/2"


async def test_a_fact_is_recorded_even_over_the_approved_sum(pool: Pool, consumer: BudgetConsumer) -> None:
    run = [document("A", Type.APPROVAL, 100, 0), document("P", Type.PURCHASE_ORDER, 1_000, order_id="O")]
    told = await deliver(pool, consumer.apply, [recorded(each) for each in run])
    assert told[-1].data.committed_pence == 1_200
    (refused,) = await deliver(pool, consumer.apply, [approved(1)])
    assert isinstance(refused, CommitmentRefused)


async def test_a_request_commits_its_price_and_a_tablet_becomes_a_laptop(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 300_000, 0))])
    committed, balance = await deliver(pool, consumer.apply, [approved(7, Kind.TABLET)])
    assert isinstance(committed, OrderCommitted)
    assert (committed.data.order_id, committed.data.kind, committed.data.quantity) == ("QM-R-7", Kind.LAPTOP, 1)
    assert balance.data.committed_pence == 102_000
    assert await consumer.apply(pool, [approved(7, Kind.TABLET)]) == []


async def test_without_money_a_request_waits_and_goes_ahead_when_money_comes(
    pool: Pool, consumer: BudgetConsumer
) -> None:
    (early,) = await deliver(pool, consumer.apply, [approved(1)])
    assert isinstance(early, CommitmentRefused)
    assert "No money has been approved" in early.data.explanation
    told = await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 110_000, 0)), approved(2)])
    committed, refused, _ = told
    assert (committed.data.request_reference, type(committed)) == ("R-1", OrderCommitted)
    assert (refused.data.request_reference, type(refused)) == ("R-2", CommitmentRefused)
    assert "£" not in refused.data.explanation, "staff read this: no price, no sum"
    cancelled = recorded(document("C", Type.CANCELLATION, 0, 0, order_id="QM-R-1"))
    assert [type(event) for event in await deliver(pool, consumer.apply, [cancelled])] == [
        OrderCommitted,
        LineBalanceChanged,
    ]
    assert await queries.verify_counters(pool) == []


async def test_what_cannot_be_posted_raises(pool: Pool, consumer: BudgetConsumer) -> None:
    with pytest.raises(BadInput, match="name its order"):
        await deliver(pool, consumer.apply, [recorded(document("P", Type.PURCHASE_ORDER, 1))])
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 100, 0))])
    with pytest.raises(BadInput, match="document A: came before with other content"):
        await consumer.apply(pool, [recorded(document("A", Type.APPROVAL, 101, 0))])
    assert await pool.fetchval("SELECT count(*) FROM budget.ledger") == 1
