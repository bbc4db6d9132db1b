"""Looking in another schema for the length of a transaction: for what concerns every service's own tables alike."""

from __future__ import annotations

from services.database.pool import Connection


async def look_in(connection: Connection, schema: str) -> None:
    """Find unqualified tables in `schema` until the transaction ends, which must have begun."""
    assert connection.is_in_transaction(), "outside a transaction this would say nothing"
    await connection.execute("SELECT set_config('search_path', quote_ident($1), true)", schema)
