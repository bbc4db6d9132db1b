"""What was answered to released waves, and what their orders set aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.events.wave import WaveRelease
from services.budget.rules.entries import Entry
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "wave_store.sql")


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to a wave's releases so far: up to which attempt, and whether one was committed."""

    attempt: int
    committed: bool

    def refused(self, attempt: int) -> bool:
        """True if this release of the wave was refused: it orders nothing, whether or not that was heard already."""
        return not self.committed and attempt <= self.attempt


class WaveOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one release of a wave. `again`: its orders were committed by another release of it before."""

    release: WaveRelease
    committed: bool
    explanation: str = ""
    again: bool = False

    @property
    def order_ids(self) -> tuple[str, ...]:
        """The orders that are committed."""
        return tuple(order.order_id for order in self.release.orders) if self.committed else ()


async def answered(connection: Connection, wave_ids: Collection[UUID]) -> dict[UUID, Answered]:
    """What was answered to these waves before."""
    if not wave_ids:
        return {}
    return {
        row["wave_id"]: Answered(attempt=row["attempt"], committed=row["committed"])
        for row in await connection.fetch(SQL["decided"], list(wave_ids))
    }


async def keep_wave(connection: Connection, outcome: WaveOutcome, own: Sequence[Entry], now: datetime) -> None:
    """Store the answer, and for a wave committed just now what its orders set aside (`own`, its committed entries)."""
    release = outcome.release
    await connection.execute(
        SQL["keep_wave"],
        release.wave_id,
        release.attempt,
        release.wave,
        outcome.committed and not outcome.again,
        list(outcome.order_ids),
        outcome.explanation,
        release.released_by,
        now,
    )
    rows = [(each.order_id, *each.part, each.amount.quantity, *each.amount[:2]) for each in own]
    if rows:
        await connection.execute(
            SQL["keep_shares"], *(list(column) for column in zip(*rows, strict=True)), release.wave
        )
