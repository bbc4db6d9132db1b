"""What intake keeps of imports: mappings by source, and how far each file has come in."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from schemas.envelope import Event
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import TryAgain
from services.eventlog.inbox import event_key

_SQL = load_statements(__file__, "store.sql")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows of a file came to what. `done` is the sum of the others."""

    done: int = 0
    accepted: int = 0
    repeated: int = 0
    left_out: int = 0
    refused: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            done=self.done + other.done,
            accepted=self.accepted + other.accepted,
            repeated=self.repeated + other.repeated,
            left_out=self.left_out + other.left_out,
            refused=self.refused + other.refused,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An import as it stands."""

    ordinal: int
    accept_refused: bool
    rows: int
    tally: Tally
    finished_at: datetime | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which import it is: the same file, read the same way, is the same import."""

    source: str
    file_name: str
    file_sha256: bytes
    mapping: str
    as_of: datetime | None
    sheet: str | None

    @property
    def mapping_sha256(self) -> bytes:
        return hashlib.sha256(self.mapping.encode()).digest()

    @property
    def import_id(self) -> UUID:
        as_of = self.as_of.isoformat() if self.as_of else ""
        parts = (
            self.source.encode(),
            self.file_sha256,
            self.mapping_sha256,
            as_of.encode(),
            (self.sheet or "").encode(),
        )
        return UUID(bytes=hashlib.blake2b(b"\n".join(parts), digest_size=16).digest())


async def keep_mapping(connection: Connection, source: str, mapping: str) -> None:
    """Make this the source's newest mapping."""
    await connection.execute(_SQL["keep_mapping"], source, hashlib.sha256(mapping.encode()).digest(), mapping)


async def newest_mapping(connection: Connection, source: str) -> str | None:
    """The text of the mapping that was kept last, or None."""
    found: str | None = await connection.fetchval(_SQL["newest_mapping"], source)
    return found


async def find(connection: Connection, identity: Identity) -> Begun | None:
    """The import of this file, or None if it never began."""
    row = await connection.fetchrow(_SQL["find"], identity.import_id)
    if row is None:
        return None
    tally = Tally(
        done=row["rows_done"],
        accepted=row["rows_accepted"],
        repeated=row["rows_repeated"],
        left_out=row["rows_left_out"],
        refused=row["rows_refused"],
    )
    return Begun(
        ordinal=row["ordinal"],
        accept_refused=row["accept_refused"],
        rows=row["rows_total"],
        tally=tally,
        finished_at=row["finished_at"],
    )


async def begin(connection: Connection, identity: Identity, *, rows: int, accept_refused: bool) -> Begun:
    """Begin an import, or begin it anew, as the source's latest; its mapping becomes the source's newest."""
    async with connection.transaction():
        await keep_mapping(connection, identity.source, identity.mapping)
        ordinal = await connection.fetchval(
            _SQL["begin"],
            identity.import_id,
            identity.source,
            identity.file_name,
            identity.file_sha256,
            identity.mapping_sha256,
            identity.as_of,
            accept_refused,
            rows,
        )
    return Begun(ordinal=ordinal, accept_refused=accept_refused, rows=rows, tally=Tally(), finished_at=None)


async def move(connection: Connection, identity: Identity, by: Tally, *, since: int) -> None:
    """Count rows as done: in the transaction that holds their events. Raises TryAgain if another run moved it."""
    moved = await connection.fetchval(
        _SQL["move"], identity.import_id, by.done, by.accepted, by.repeated, by.left_out, by.refused, since
    )
    if moved is None:
        raise TryAgain("another run moved this import")


async def finish(connection: Connection, identity: Identity) -> None:
    """Note that the last row is in."""
    await connection.execute(_SQL["finish"], identity.import_id)


async def heard(connection: Connection, events: Sequence[Event]) -> list[bool]:
    """For each event whether it was admitted before."""
    keys = [event_key(event.source, event.id) for event in events]
    known = {row["event_key"] for row in await connection.fetch(_SQL["heard"], keys)}
    return [key in known for key in keys]
