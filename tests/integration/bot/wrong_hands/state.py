"""Everything that the services remember, as one sum a table, to tell whether anything at all has changed."""

from __future__ import annotations

from services.database.pool import Pool

_TABLES = """
SELECT schemaname || '.' || quote_ident(tablename) AS name FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
  AND schemaname || '.' || tablename NOT IN ('access.audit', 'bot.received')
ORDER BY 1
"""
"""But for the audit, and the deliveries that the bot took."""


class Remembered:
    """Compares what stands in the tables before and after."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._query = ""

    async def sums(self) -> dict[str, str]:
        """Rows and their digest, by table."""
        if not self._query:
            names = [row["name"] for row in await self._pool.fetch(_TABLES)]
            assert len(names) > 50, "the services have their tables"
            self._query = " UNION ALL ".join(
                f"SELECT '{name}' AS name, (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) "
                f"FROM {name} AS t) AS sum"
                for name in names
            )
        return {row["name"]: row["sum"] for row in await self._pool.fetch(self._query)}

    async def refusals(self, email: str) -> int:
        """How often the audit says that somebody was refused."""
        count: int = await self._pool.fetchval(
            "SELECT count(*) FROM access.audit WHERE NOT granted AND email = $1", email
        )
        return count


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    return [name for name, sum_ in after.items() if before.get(name) != sum_]
