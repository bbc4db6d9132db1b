"""Refused rows as dead letters: they are replayed by their source's newest mapping, as of the time they came with."""

from __future__ import annotations

from datetime import datetime

from services.database.pool import Connection
from services.eventlog.dead_letters import Stored
from services.intake.imports.store import newest_mapping
from services.intake.mapping.naming import Stamp
from services.intake.mapping.reading import read_mapping
from services.intake.mapping.translate import row_kind, row_kind_name
from services.intake.translation import RecordKind

_PREFIX = row_kind_name("")


async def kind_of_letter(connection: Connection, letter: Stored) -> RecordKind | None:
    """What translates this letter today; None if it is no row of an imported file, or its mapping is gone."""
    if not letter.source.startswith(_PREFIX):
        return None
    source = letter.source.removeprefix(_PREFIX)
    text = await newest_mapping(connection, source)
    if text is None:
        return None
    as_of = letter.context.get("as_of")
    stamp = Stamp(source, datetime.fromisoformat(as_of) if as_of else None, int(letter.context.get("ordinal", "0")))
    return row_kind(read_mapping(text, f"mapping of {source}"), stamp)
