"""What the database holds, summed apart from the way the services count: what chat says is compared with this."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from typing import Any

from services.budget import queries as budget_queries
from services.database.pool import Pool
from services.register import queries as register_queries

SCHEMAS = ("intake", "register", "requests", "refresh", "budget", "desk", "mdm", "losses", "custody", "watch", "bot")
LINE = "refresh-and-bau"
YEAR = "2024/25"


@dataclasses.dataclass(frozen=True, slots=True)
class Sums:
    """The line's sums in pence, VAT included, added up from the ledger."""

    approved: int
    committed: int
    invoiced: int

    @property
    def left(self) -> int:
        """What may still be committed."""
        return self.approved - self.committed - self.invoiced


class Truth:
    """Reads; writes nothing. Every statement is plain SQL on the tables themselves."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def one(self, statement: str, *values: Any) -> Any:
        """One value."""
        return await self._pool.fetchval(statement, *values)

    async def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows as tuples."""
        return [tuple(row) for row in await self._pool.fetch(statement, *values)]

    async def until(self, statement: str, *values: Any, within: float = 20.0) -> bool:
        """Wait until a statement answers true; whether it came to that in time."""
        deadline = time.monotonic() + within
        while not await self.one(statement, *values):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.1)
        return True

    async def held(self, by: str, units: Sequence[str] | None = None) -> dict[str, int]:
        """Devices still held, by kind or unit, counted one by one."""
        assert by in ("kind", "unit"), "a column's name cannot be a parameter"
        counted = await self._pool.fetch(
            f"SELECT coalesce({by}, '') AS name, count(*) AS devices FROM register.devices "  # noqa: S608 - checked above
            "WHERE state IN ('ordered', 'in_stock', 'deployed', 'in_repair', 'returned') "
            "AND ($1::text[] IS NULL OR unit = ANY ($1)) GROUP BY 1",
            units,
        )
        return {row["name"]: row["devices"] for row in counted}

    async def sums(self) -> Sums:
        """The refresh-and-BAU line of the scenario's year."""
        row = await self._pool.fetchrow(
            "SELECT coalesce(sum(net_pence + vat_pence) FILTER (WHERE entry_type IN ('approved', 'adjusted')), 0), "
            "coalesce(sum(CASE entry_type WHEN 'committed' THEN net_pence + vat_pence "
            "WHEN 'released' THEN -net_pence - vat_pence ELSE 0 END), 0), "
            "coalesce(sum(net_pence + vat_pence) FILTER (WHERE entry_type = 'invoiced'), 0) "
            "FROM budget.ledger WHERE financial_year = $1 AND line = $2",
            YEAR,
            LINE,
        )
        assert row is not None, "an aggregate has a row"
        return Sums(*(int(value) for value in row))

    async def dead_letters(self) -> list[str]:
        """Every dead letter of every service, with its reason."""
        found = []
        for schema in SCHEMAS:
            statement = f"SELECT source, reason FROM {schema}.dead_letters ORDER BY first_seen"  # noqa: S608 - our names
            found += [f"{schema}: {row['source']}: {row['reason']}" for row in await self._pool.fetch(statement)]
        return found

    async def wrong_counts(self) -> list[str]:
        """The register's cells that differ from a fresh count."""
        async with self._pool.acquire() as connection:
            return await register_queries.verify_counts(connection)

    async def wrong_sums(self) -> list[str]:
        """The budget's counters that differ from the ledger."""
        async with self._pool.acquire() as connection:
            return await budget_queries.verify_counters(connection)
