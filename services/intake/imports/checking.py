"""The first pass: every row is translated and looked up, and nothing is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import aclosing

from schemas.envelope import Event
from schemas.events.finance import FinanceDocumentRecorded
from services.database.pool import Connection
from services.intake.imports import store
from services.intake.imports.sets import Reading, TranslatedSet
from services.intake.translation import Rejected
from services.register import queries as register

SHOWN = 50
"""Refused rows that are kept in memory; the others are handed on."""


@dataclasses.dataclass(slots=True)
class Checked:
    """What a file would do. Each row counts once.

    `new`: no name of the device is known, or a document not heard before. `changed`: the device is known, and this was
    not heard before. `unchanged`: exactly this record was admitted before.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    refused: int = 0
    first_refused: list[Rejected] = dataclasses.field(default_factory=list)

    @property
    def to_admit(self) -> int:
        """Rows that would change something."""
        return self.new + self.changed


async def check(
    connection: Connection,
    reading: Reading,
    *,
    progress: Callable[[int], None] = lambda _: None,
    refused: Callable[[Sequence[Rejected]], None] = lambda _: None,
) -> Checked:
    """Read and translate every row, and ask which are known. `progress` is told rows, `refused` each set's bad ones."""
    checked = Checked()
    async with aclosing(reading.sets()) as sets:
        async for found in sets:
            await _add(connection, checked, found)
            refused(found.translated.rejected)
            progress(found.rows)
    return checked


async def _add(connection: Connection, checked: Checked, found: TranslatedSet) -> None:
    translated = found.translated
    checked.rows += found.rows
    checked.left_out += translated.ignored
    checked.refused += len(translated.rejected)
    checked.first_refused += translated.rejected[: SHOWN - len(checked.first_refused)]
    events = [event for record in translated.events for event in record]  # a mapping makes one event of a row
    heard = await store.heard(connection, events)
    unheard = [event for event, before in zip(events, heard, strict=True) if not before]
    checked.unchanged += len(events) - len(unheard)
    names = [_names(event) for event in unheard]
    known = await register.known_identifiers(connection, [name for each in names for name in each])
    changed = sum(not known.isdisjoint(each) for each in names)
    checked.changed += changed
    checked.new += len(unheard) - changed


def _names(event: Event) -> list[str]:
    if isinstance(event, FinanceDocumentRecorded):
        return []
    return [f"{scheme}:{value}" for scheme, value in event.data.identifiers.items()]  # type: ignore[attr-defined]  # every observation of a device has them
