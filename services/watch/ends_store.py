"""Losses and custody records as watch keeps them, read and written in sets inside the transaction of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from schemas.events.custody import CustodyMoved
from schemas.events.loss import LossMoved
from services.database.pool import Connection
from services.database.statements import load_statements
from services.watch.conditions.not_sanitised import UNPROVED, Unsanitised
from services.watch.conditions.wipe_failed import FailedWipe

SQL = load_statements(__file__, "ends_store.sql")


async def keep_records(connection: Connection, events: Sequence[LossMoved | CustodyMoved]) -> bool:
    """Keep each record by its highest revision, and when it was first told of; True if there was any word."""
    rows = [_row(event) for event in events]
    if rows:
        await connection.execute(SQL["keep_records"], *([row[place] for row in rows] for place in range(8)))
    return bool(rows)


async def unsanitised(connection: Connection, before: datetime) -> Unsanitised:
    """Devices in custody that came back before this moment, and which nothing proves empty."""
    row = await connection.fetchrow(SQL["unsanitised"], before, sorted(UNPROVED))
    assert row is not None, "an aggregate answers a row"
    return Unsanitised(**dict(row))


async def failed_wipes(connection: Connection) -> list[FailedWipe]:
    """Records whose wipe failed."""
    return [msgspec.convert(dict(row), FailedWipe) for row in await connection.fetch(SQL["failed_wipes"])]


def _row(event: LossMoved | CustodyMoved) -> tuple[object, ...]:
    matter = "loss" if isinstance(event, LossMoved) else "custody"
    record_id = event.data.loss_id if isinstance(event, LossMoved) else event.data.custody_id
    said = event.data
    return record_id, matter, said.reference, said.revision, said.state, said.serial, said.unit, event.time
