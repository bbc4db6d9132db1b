"""Watch's consumer. Delivery: at least once, effect once (inbox); a late fact never turns a newer one back.

Sums and measures are guarded by their sequence, losses and custody records by their revision, failures are joined by
ticket. Where an alert is held by hysteresis,
the way a measure took decides, as it must; outside those bands only the newest facts do.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.envelope import Event
from schemas.events.budget import LineBalanceChanged
from schemas.events.custody import CustodyMoved
from schemas.events.intake import SourceMeasured
from schemas.events.loss import LossMoved
from schemas.events.refresh import UnitAgeingMeasured
from schemas.events.register import DeviceFailed, IdentityConflictFound, IdentityConflictSettled
from services.clock import Clock
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.watch import ends_store, store
from services.watch.evaluation import Evaluation, Touched

WANTED: frozenset[type[Event]] = frozenset(
    {
        DeviceFailed,
        UnitAgeingMeasured,
        LineBalanceChanged,
        IdentityConflictFound,
        IdentityConflictSettled,
        SourceMeasured,
        LossMoved,
        CustodyMoved,
    }
)
"""The event types that watch has a use for; its topics carry many more."""


class WatchConsumer:
    """Keeps the facts that events tell, and judges what they touch."""

    def __init__(self, evaluation: Evaluation, clock: Clock) -> None:
        self._evaluation = evaluation
        self._clock = clock

    async def apply(self, connection: Connection, events: Sequence[Event]) -> list[Outgoing]:
        """Keep what `events` tell and answer the alert events that follow."""
        await store.one_evaluation_at_a_time(connection)
        touched = Touched(
            lines=await store.keep_balances(connection, [e.data for e in events if isinstance(e, LineBalanceChanged)]),
            units=await store.keep_ageing(connection, [e.data for e in events if isinstance(e, UnitAgeingMeasured)]),
            models=await store.keep_failures(connection, [e.data for e in events if isinstance(e, DeviceFailed)]),
            conflicts=await store.keep_conflicts(
                connection, [e.data for e in events if isinstance(e, IdentityConflictFound | IdentityConflictSettled)]
            ),
            sources=await store.keep_sources(connection, [e for e in events if isinstance(e, SourceMeasured)]),
            ends=await ends_store.keep_records(
                connection, [e for e in events if isinstance(e, LossMoved | CustodyMoved)]
            ),
            # No event tells that somebody was waited for, or something not heard of, too long: the sweep looks.
            people=False,
            idle=False,
        )
        return await self._evaluation.judge(connection, self._clock.now(), touched)
