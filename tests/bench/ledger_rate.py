"""How many finance documents a second the ledger takes in batches, inbox, counters and outbox included.

5,000 orders of four documents each (purchase order, receipt, two invoices), shuffled, on a durable embedded
PostgreSQL. The last line is JSON.
"""

from __future__ import annotations

import json
import platform
import tempfile
import time
from pathlib import Path
from random import Random

import uvloop
from rich.console import Console

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.events.finance import DocumentType as Type
from schemas.events.finance import FinanceDocumentRecorded
from schemas.vocabulary import Kind
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database import migrations
from services.database.pool import open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, document, recorded

ORDERS = 5_000
BATCH = 5_000
UNITS = ("central-west", "central-north", "east-area")
console = Console(highlight=False)


def events() -> list[FinanceDocumentRecorded]:
    """The orders' documents, shuffled, so that many invoices come before their orders."""
    chance = Random(2024)
    run = []
    for number in range(ORDERS):
        facts = {"order_id": f"PO-{number}", "kind": chance.choice([Kind.LAPTOP, Kind.MONITOR]), "quantity": 2}
        facts["unit"] = chance.choice(UNITS)
        run += [
            recorded(document(f"PO-{number}", Type.PURCHASE_ORDER, 100_000, **facts)),
            recorded(document(f"GRN-{number}", Type.RECEIPT, 100_000, **facts)),
            recorded(document(f"INV-{number}/1", Type.INVOICE, 60_000, **facts)),
            recorded(document(f"INV-{number}/2", Type.INVOICE, 40_000, **facts)),
        ]
    chance.shuffle(run)
    return run


async def main() -> None:
    run = events()
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "pg") as postgres:
            url = await postgres.create_database("bench")
            migrations.apply(url)
            pool = await open_pool(url, "budget")
            began = time.perf_counter()
            await deliver(pool, BudgetConsumer(FixedClock(NOW)).apply, run, size=BATCH)
            seconds = time.perf_counter() - began
            async with pool.acquire() as connection:
                wrong = await queries.verify_counters(connection)
                entries = await connection.fetchval("SELECT count(*) FROM budget.ledger")
            await pool.close()
    if wrong:
        raise SystemExit("\n".join(wrong))
    console.print(
        json.dumps(
            {
                "documents": len(run),
                "entries": entries,
                "documents_per_second": round(len(run) / seconds),
                "machine": f"{platform.machine()} {platform.system()} python {platform.python_version()}",
            }
        ),
        soft_wrap=True,
    )


if __name__ == "__main__":
    uvloop.run(main())
