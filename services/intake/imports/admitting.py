"""The second pass: rows are admitted in sets, each set's progress in the transaction of its events."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from services.database.pool import Connection
from services.errors import RuleBroken
from services.intake.admission import Receipt, admit
from services.intake.imports import store
from services.intake.imports.sets import Reading
from services.intake.imports.store import Begun, Identity, Tally


async def admit_all(
    connection: Connection,
    reading: Reading,
    identity: Identity,
    begun: Begun,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Admit every row that is not in yet; what became of all of them. Resumes after `begun.tally.done` rows.

    Raises RuleBroken for a refused row where none was agreed to: units or the clock may have changed since the check.
    """
    tally = begun.tally
    async with aclosing(reading.sets(after=tally.done)) as sets:
        async for found in sets:
            if found.translated.rejected and not begun.accept_refused:
                reason = found.translated.rejected[0].letter.reason
                raise RuleBroken(f"a row is refused that was not before ({reason}); import the file again")
            async with connection.transaction():
                receipt = await admit(connection, found.translated)
                by = _tally(found.rows, receipt)
                await store.move(connection, identity, by, since=tally.done)
            receipt.count()
            tally += by
            progress(found.rows)
    await store.finish(connection, identity)
    return tally


def _tally(rows: int, receipt: Receipt) -> Tally:
    return Tally(
        done=rows,
        accepted=receipt.accepted,
        repeated=receipt.repeated,
        left_out=receipt.ignored,
        refused=len(receipt.kept),
    )
