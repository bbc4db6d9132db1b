"""The ledger of before meets the schema of now: what stands in it is counted once, and old code goes on writing."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from yoyo import get_backend, read_migrations

from services.budget import queries
from services.database import migrations
from services.database.pool import open_pool

pytestmark = pytest.mark.integration

FIRST, DOUBLE_ENTRY = "budget-0001-ledger", "budget-0002-double-entry"
# As code wrote before the migration: it knows neither the new columns nor the new counters.
OLD_CODE = """
INSERT INTO budget.orders (order_id) VALUES ('O') ON CONFLICT DO NOTHING;
INSERT INTO budget.documents (document_id, document_type, financial_year, line, document_date, net_pence, vat_pence,
                              order_id, kind, quantity, supplier, unit, demand, recorded_at)
VALUES ('{0}', 'purchase_order', '2024/25', 'refresh-and-bau', '2024-05-02', 100, 20, 'O', 'laptop', 2,
        'Assumed Laptops Ltd', '', '', now());
INSERT INTO budget.ledger (financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand, month,
                           document_id, share, order_id, document_date, posted_at)
VALUES ('2024/25', 'refresh-and-bau', 'committed', 100, 20, 2, 'laptop', '', '', '2024-05-01', '{0}', '', 'O',
        '2024-05-02', now());
INSERT INTO budget.balances AS b (financial_year, line, sequence, committed_pence)
VALUES ('2024/25', 'refresh-and-bau', 1, 120)
ON CONFLICT (financial_year, line) DO UPDATE SET committed_pence = b.committed_pence + 120;
INSERT INTO budget.kind_balances AS k (financial_year, line, kind, unit, demand, committed_pence, invoiced_pence,
                                       receipted_pence, quantity)
VALUES ('2024/25', 'refresh-and-bau', 'laptop', '', '', 120, 0, 0, 2)
ON CONFLICT (financial_year, line, kind, unit, demand) DO UPDATE
SET committed_pence = k.committed_pence + 120, quantity = k.quantity + 2;
"""


async def test_what_was_posted_before_is_counted_and_old_code_may_go_on(empty_database_url: str) -> None:
    url = urlsplit(empty_database_url)._replace(scheme="postgresql+psycopg").geturl()
    backend = get_backend(url)
    folders = [str(folder) for folder in migrations.migration_folders()]
    before = read_migrations(*folders).filter(lambda each: not each.id.startswith("budget-") or each.id == FIRST)
    backend.apply_migrations(backend.to_apply(before))
    backend.connection.close()
    pool = await open_pool(empty_database_url, "budget", size=2)
    await pool.execute(OLD_CODE.format("PO-1"))
    assert DOUBLE_ENTRY in migrations.apply(empty_database_url)
    assert await queries.verify_counters(pool) == []
    order = await pool.fetchrow("SELECT * FROM budget.orders")
    assert order is not None
    assert (order["gross_pence"], order["supplier"], str(order["placed_on"])) == (
        120,
        "Assumed Laptops Ltd",
        "2024-05-02",
    )
    await pool.execute(OLD_CODE.format("PO-2"))
    assert await queries.verify_counters(pool) == []
    assert await pool.fetchval("SELECT gross_pence FROM budget.orders") == 240
    assert await pool.fetchval("SELECT ordered FROM budget.volumes") == 4
    await pool.close()
