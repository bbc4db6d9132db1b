"""Whether the books are sound: every counter against the ledger's sums, and the accounts against one another."""

from __future__ import annotations

from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "verification.sql")


async def verify_counters(connection: Connection) -> list[str]:
    """Counters that differ from the ledger's sums, in words; empty while the books are sound. For tests, operators."""
    return [
        f"{row['counter']} {row['name']} shows {list(map(str, row['shown'] or []))}, "
        f"the ledger sums to {list(map(str, row['summed'] or []))}"
        for statement in SQL.values()
        for row in await connection.fetch(statement)
    ]
