"""One import from beginning to end: check the whole file, then admit it, or go on with one that was interrupted.

A row with nothing wrong is not imported beside one that is refused, unless that was agreed to: a file with refused
rows is most often a file read by the wrong mapping, and half of it in the register is harder to put right than none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from services.clock import Clock
from services.database.pool import Connection, Pool
from services.errors import BadInput, RuleBroken
from services.intake import store as positions
from services.intake.files.opening import open_table
from services.intake.files.rows import Table, UnreadableFile
from services.intake.imports import store
from services.intake.imports.admitting import admit_all
from services.intake.imports.checking import Checked, check
from services.intake.imports.sets import Reading
from services.intake.imports.store import Begun, Identity, Tally
from services.intake.mapping.naming import Stamp
from services.intake.mapping.reading import read_mapping, text_fields
from services.intake.mapping.shipped import shipped_names, shipped_text
from services.intake.mapping.structs import FinanceMapping, MomentText
from services.intake.mapping.structs import Mapping as MappingOfFile
from services.intake.mapping.translate import Fit, fit
from services.intake.mapping.values import moment_of, zone_named
from services.intake.translation import Context, Rejected, Untranslatable

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_CHUNK = 1 << 20


class RowsRefused(RuleBroken):
    """Some rows are refused and that was not agreed to, so nothing was imported."""


class NoAsOf(BadInput):
    """Neither the rows nor the caller say when the rows were true."""


def mapping_in(path: Path) -> tuple[str, str]:
    """A mapping's text and what to call it. Raises BadInput for a file that cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig"), path.name
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the mapping cannot be read: {error}", where=str(path)) from None


async def mapping_of(connection: Connection, source: str) -> tuple[str, str]:
    """A source's newest mapping and what to call it, else the shipped one of its name. Raises BadInput for neither."""
    if (kept := await store.newest_mapping(connection, source)) is not None:
        return kept, f"mapping of {source}"
    if (shipped := shipped_text(source)) is not None:
        return shipped, f"{source}.yaml"
    raise BadInput(
        f"nothing is known of how {source!r} is read: give --mapping FILE, or as source one of "
        f"{', '.join(shipped_names())}"
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file that is opened and fits its mapping; nothing is read or written yet."""

    identity: Identity
    path: Path
    table: Table
    mapping: MappingOfFile
    fit: Fit
    units: Mapping[str, str]
    now: datetime
    standing: tuple[int, int]

    async def begun(self, connection: Connection) -> Begun | None:
        """How it stands, if it began before."""
        return await store.find(connection, self.identity)

    async def check(
        self,
        connection: Connection,
        *,
        progress: Callable[[int], None] = lambda _: None,
        refused: Callable[[Sequence[Rejected]], None] = lambda _: None,
    ) -> Checked:
        """The first pass. Raises UnreadableFile where the file turns out to be broken."""
        checked = await check(connection, self._reading(0), progress=progress, refused=refused)
        self._must_stand_still()
        return checked

    async def begin(self, connection: Connection, checked: Checked, *, accept_refused: bool) -> Begun:
        """Agree to what the check found. Raises RowsRefused."""
        if checked.refused and not accept_refused:
            rows = "1 row is" if checked.refused == 1 else f"{checked.refused:,} rows are"
            raise RowsRefused(
                f"{rows} refused, so nothing was imported. Mend the file or the mapping, or give --accept-refused: the "
                "others are then imported and these lie in the dead letters, to be replayed once the mapping is mended"
            )
        return await store.begin(connection, self.identity, rows=checked.rows, accept_refused=accept_refused)

    async def admit(
        self, connection: Connection, begun: Begun, *, progress: Callable[[int], None] = lambda _: None
    ) -> Tally:
        """The second pass, from where it stands."""
        self._must_stand_still()
        return await admit_all(connection, self._reading(begun.ordinal), self.identity, begun, progress=progress)

    @contextlib.asynccontextmanager
    async def holding(self, pool: Pool) -> AsyncIterator[Connection]:
        """A connection on which this source is imported by nobody else. Raises RuleBroken if somebody does."""
        async with positions.holding(pool, f"import {self.identity.source}") as connection:
            if connection is None:
                raise RuleBroken(f"another import of {self.identity.source} is running")
            yield connection

    def _reading(self, ordinal: int) -> Reading:
        stamp = Stamp(self.identity.source, self.identity.as_of, ordinal)
        return Reading(self.table, self.mapping, stamp, Context(self.now, self.units))

    def _must_stand_still(self) -> None:
        if _standing(self.path) != self.standing:
            raise UnreadableFile("the file was changed while it was read: import it again", where=self.path.name)


def open_import(
    path: Path,
    *,
    source: str,
    mapping: str,
    mapping_name: str,
    sheet: str | None,
    as_of: str | None,
    units: Mapping[str, str],
    clock: Clock,
) -> Import:
    """Open a file and see that it fits its mapping. Reads the file once, for its hash.

    Raises BadInput: UnreadableFile, UnusableMapping, NoAsOf, or for a source's name that cannot be one.
    """
    if not _SOURCE.fullmatch(source):
        raise BadInput(f"{source!r} is no name of a source: lower-case letters, digits, dots and dashes")
    read = read_mapping(mapping, mapping_name)
    now = clock.now()
    true_at = _as_of(as_of, read.time_zone, now) if as_of is not None else None
    if true_at is None and not isinstance(read, FinanceMapping) and "updated_at" not in text_fields(read):
        raise NoAsOf(
            "the rows do not say when they were true, and a file's own date changes with every copy: say when it was "
            "exported, as in --as-of 2026-11-01 or --as-of 2026-11-01T09:30",
            where=path.name,
        )
    table = open_table(path, sheet=sheet)
    standing = _standing(path)
    identity = Identity(
        source=source, file_name=path.name, file_sha256=_sha256(path), mapping=mapping, as_of=true_at, sheet=sheet
    )
    return Import(
        identity=identity,
        path=path,
        table=table,
        mapping=read,
        fit=fit(read, table, path.name),
        units=units,
        now=now,
        standing=standing,
    )


def _as_of(words: str, zone: str, now: datetime) -> datetime:
    """A date, which is its beginning, or a moment; in the mapping's zone unless it says another."""
    try:
        found = moment_of(MomentText(), zone_named(zone), "--as-of")(words.strip())
    except Untranslatable as error:
        raise BadInput(error.reason, where="--as-of") from None
    if found is None or found > now:
        raise BadInput(f"{words} is still to come" if found else f"{words!r} is no moment", where="--as-of")
    return found


def _standing(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
