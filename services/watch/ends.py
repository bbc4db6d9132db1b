"""Judging the ends of devices: those that wait to be sanitised, and those whose wipe failed."""

from __future__ import annotations

from datetime import datetime

from schemas.events.alert import Alert
from services.database.pool import Connection
from services.watch import ends_store, store
from services.watch.conditions import not_sanitised, wipe_failed
from services.watch.conditions.finding import Verdict
from services.watch.thresholds import Thresholds


async def judge_ends(
    connection: Connection, now: datetime, thresholds: Thresholds, lives: dict[str, Alert]
) -> list[Verdict]:
    """How they stand at `now`; adds the lives of their alerts to `lives`."""
    limit = not_sanitised.before(thresholds.not_sanitised, now)
    waiting = await ends_store.unsanitised(connection, limit)
    failed = {wipe_failed.key_of(each.reference): each for each in await ends_store.failed_wipes(connection)}
    keys = {*failed, *await store.open_keys(connection, wipe_failed.CONDITION)}
    lives |= await store.last_lives(connection, [*keys, not_sanitised.CONDITION])
    return [
        not_sanitised.judge(waiting, thresholds.not_sanitised, now),
        *(wipe_failed.judge(key, failed.get(key), thresholds.wipe_failed) for key in sorted(keys)),
    ]
