"""A table in sets of translated rows. The next set is read and translated while the database works on this one."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Iterator
from itertools import islice

import msgspec

from services.intake.admission import SET_SIZE
from services.intake.files.rows import Row, Table, column_name
from services.intake.imports.letters import AS_OF, ORDINAL
from services.intake.mapping.naming import Stamp
from services.intake.mapping.structs import Mapping
from services.intake.mapping.translate import UNREADABLE, row_kind
from services.intake.translation import Context, Record, RecordKind, Rejected, Translated, translate_records

_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True, slots=True)
class TranslatedSet:
    """Rows after translation; `rows` counts them all."""

    rows: int
    translated: Translated


class Reading:
    """One pass over a table by a mapping."""

    def __init__(self, table: Table, mapping: Mapping, stamp: Stamp, context: Context) -> None:
        self._table = table
        self._context = context
        self._stamp = stamp
        self._kind: RecordKind = row_kind(mapping, stamp)
        self._dropped = tuple(column_name(column) for column in mapping.drop)

    async def sets(self, *, after: int = 0) -> AsyncGenerator[TranslatedSet, None]:
        """The rows in sets, without the first `after`, which are read and passed over. To be closed by who iterates."""
        rows = self._table.rows()
        ahead = asyncio.create_task(asyncio.to_thread(self._next, rows, after), name="translate the next rows")
        try:
            while (found := await ahead) is not None:
                ahead = asyncio.create_task(asyncio.to_thread(self._next, rows, 0), name="translate the next rows")
                yield found
        finally:
            # A thread cannot be cancelled: what it has begun, a set, is waited for.
            await asyncio.gather(ahead, return_exceptions=True)

    def _next(self, rows: Iterator[Row], passing: int) -> TranslatedSet | None:
        next(islice(rows, passing, passing), None)
        taken = list(islice(rows, SET_SIZE))
        return TranslatedSet(len(taken), self._translate(taken)) if taken else None

    def _translate(self, rows: list[Row]) -> Translated:
        translated = translate_records(self._kind, [self._record(row) for row in rows], self._context)
        if translated.rejected:
            translated.rejected = [self._stamped(each) for each in translated.rejected]
        return translated

    def _record(self, row: Row) -> Record:
        cells = row.cells
        for name in self._dropped:
            cells.pop(name, None)
        if row.fault:
            cells[UNREADABLE] = row.fault
        return Record(_encoder.encode(cells), f"{self._table.counted_in} {row.number}")

    def _stamped(self, rejected: Rejected) -> Rejected:
        """With what a replay needs beside the bytes: as of when the row was true, and in which import it came."""
        context = {**rejected.letter.context, ORDINAL: str(self._stamp.ordinal)}
        if self._stamp.as_of is not None:
            context[AS_OF] = self._stamp.as_of.isoformat()
        return rejected._replace(letter=msgspec.structs.replace(rejected.letter, context=context))
