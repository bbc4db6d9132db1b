"""The least that could be done instead of an act: the same rows, in as many transactions, and nothing thought about.

What an act wrote is found by PostgreSQL's own transaction ids. A copy of each table, with its indexes, then takes those
rows: one statement a table and transaction, an update where the row was there before.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg

_TABLES = """
SELECT c.oid::regclass::text AS name,
       array(SELECT a.attname::text FROM pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
       coalesce((SELECT array(SELECT a.attname::text FROM pg_attribute AS a
                              WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey))
                 FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS keys
FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = ANY ($1::regnamespace[])
"""

Row = tuple[Any, ...]


class BareTables:
    """Copies of a service's tables and of the audit log, which take the same rows with nothing around them.

    `connection` is a plain one of asyncpg's: the pool's reading of JSON does not go with whole rows.
    """

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], schema: str) -> None:
        self._connection = connection
        self._schemas = [schema, "access"]
        self._statements: dict[str, str] = {}
        self._since = 0

    async def begin(self) -> None:
        """Copy what stands in the tables now; what is written from here on is to be written again."""
        await self._connection.execute("DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare")
        for table in await self._connection.fetch(_TABLES, self._schemas):
            name, columns = table["name"], table["columns"]
            copy = "bare." + name.replace(".", "_")
            await self._connection.execute(
                f"CREATE TABLE {copy} (LIKE {name} INCLUDING INDEXES); INSERT INTO {copy} SELECT * FROM {name}"
            )
            anew = ", ".join(f"{column} = excluded.{column}" for column in columns)
            known = f" ON CONFLICT ({', '.join(table['keys'])}) DO UPDATE SET {anew}" if table["keys"] else ""
            self._statements[name] = f"INSERT INTO {copy} SELECT (row).* FROM unnest($1::{name}[]) AS row{known}"
        await self.move_on()

    async def move_on(self) -> None:
        """From here on."""
        self._since = await self._connection.fetchval("SELECT pg_current_xact_id()::text::bigint")

    async def seconds(self) -> tuple[float, int]:
        """How long it takes to write again what was written, and how many rows that is."""
        written: dict[int, list[tuple[str, Sequence[Row]]]] = defaultdict(list)
        for name in self._statements:
            by_act: dict[int, list[Row]] = defaultdict(list)
            for row in await self._connection.fetch(
                f"SELECT t.xmin::text::bigint AS act, t AS row FROM {name} AS t WHERE t.xmin::text::bigint > $1",
                self._since,
            ):
                by_act[row["act"]].append(tuple(row["row"]))
            for act, rows in by_act.items():
                written[act].append((name, rows))
        began = time.perf_counter()
        for _, each in sorted(written.items()):
            async with self._connection.transaction():
                for name, rows in each:
                    await self._connection.execute(self._statements[name], rows)
        ended = time.perf_counter() - began
        await self.move_on()
        return ended, sum(len(rows) for each in written.values() for _, rows in each)
