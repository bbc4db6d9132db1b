"""Judging intake's sources: whether each is still heard, and whether its dead letters grow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from schemas.events.alert import Alert
from services.database.pool import Connection
from services.watch import store
from services.watch.conditions import dead_letters_growing, source_silent
from services.watch.conditions.finding import Verdict
from services.watch.rules.life import is_open
from services.watch.thresholds import Thresholds


async def judge_sources(
    connection: Connection,
    now: datetime,
    sources: Collection[str] | None,
    thresholds: Thresholds,
    lives: dict[str, Alert],
) -> list[Verdict]:
    """How these sources stand at `now`, or all; adds the lives of their alerts to `lives`."""
    healths = await store.source_healths(connection, sources)
    keys = [key_of(each.source) for each in healths for key_of in (source_silent.key_of, dead_letters_growing.key_of)]
    lives |= await store.last_lives(connection, keys)
    verdicts: list[Verdict] = []
    for health in healths:
        silent = lives.get(source_silent.key_of(health.source))
        growing = lives.get(dead_letters_growing.key_of(health.source))
        held = (growing.threshold or 0.0) if growing is not None and is_open(growing) else None
        verdicts += [
            source_silent.judge(health, thresholds.source_silent, held=is_open(silent), now=now),
            dead_letters_growing.judge(health, thresholds.dead_letters_growing, held),
        ]
    return verdicts
