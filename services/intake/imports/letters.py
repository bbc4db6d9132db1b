"""Refused rows as dead letters: they are replayed by their source's newest mapping, as of the time they came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.database.pool import Connection
from services.eventlog.dead_letters import Stored
from services.intake.imports.store import newest_mapping
from services.intake.mapping.naming import Stamp
from services.intake.mapping.reading import read_mapping
from services.intake.mapping.translate import row_kind, row_kind_name
from services.intake.translation import RecordKind

AS_OF, ORDINAL = "as_of", "ordinal"
"""What a letter's context says beside where its row stood."""

_PREFIX = row_kind_name("")


async def kinds_of_letters(connection: Connection, name: str, letters: Sequence[Stored]) -> Sequence[RecordKind]:
    """What translates each of these letters today, all filed under one name.

    None if they are no rows of imported files, or their source's mapping is gone. On a connection of intake's schema.
    """
    if not name.startswith(_PREFIX):
        return []
    source = name.removeprefix(_PREFIX)
    text = await newest_mapping(connection, source)
    if text is None:
        return []
    mapping = read_mapping(text, f"mapping of {source}")
    stamps = [_stamp(source, letter.context) for letter in letters]
    kinds = {stamp: row_kind(mapping, stamp) for stamp in set(stamps)}
    return [kinds[stamp] for stamp in stamps]


def _stamp(source: str, context: Mapping[str, str]) -> Stamp:
    as_of = context.get(AS_OF)
    return Stamp(source, datetime.fromisoformat(as_of) if as_of else None, int(context.get(ORDINAL, "0")))
