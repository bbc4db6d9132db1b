"""The open SQLite file.

Statements run on the event loop's thread: each takes microseconds because nothing waits for the disk
(write-ahead log, no synchronous flush). A killed process loses nothing; a power cut may lose the last
moment, which is fine for this room.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from importlib import resources
from typing import Any

import msgspec

Json = dict[str, Any]


def dumps(value: Any) -> str:
    """JSON text of a body."""
    return msgspec.json.encode(value).decode()


def loads(text: str) -> Any:
    """A body back from its JSON text."""
    return msgspec.json.decode(text)


class Connection:
    """One SQLite file, or memory with `:memory:`, with the schema in place."""

    def __init__(self, path: str) -> None:
        self._sqlite = sqlite3.connect(path, isolation_level=None)
        self._sqlite.row_factory = sqlite3.Row
        self._sqlite.execute("PRAGMA journal_mode = WAL")
        self._sqlite.execute("PRAGMA synchronous = OFF")
        self._sqlite.executescript(resources.files(__package__).joinpath("schema.sql").read_text())

    def run(self, sql: str, parameters: Iterable[Any] = ()) -> int:
        """Run a statement; the number of rows it changed."""
        return self._sqlite.execute(sql, tuple(parameters)).rowcount

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._sqlite.execute(sql, tuple(parameters)).fetchall()

    def row(self, sql: str, parameters: Iterable[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, if any."""
        found: sqlite3.Row | None = self._sqlite.execute(sql, tuple(parameters)).fetchone()
        return found

    def close(self) -> None:
        """Close the file."""
        self._sqlite.close()
