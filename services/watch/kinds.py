"""Judging kinds: how old the devices of each are in the whole organisation."""

from __future__ import annotations

from collections.abc import Collection

from schemas.events.alert import Alert
from services.database.pool import Connection
from services.watch import kinds_store, store
from services.watch.conditions import kind_past_policy_life
from services.watch.conditions.finding import Verdict
from services.watch.rules.life import threshold_held
from services.watch.thresholds import Thresholds


async def judge_kinds(
    connection: Connection, kinds: Collection[str] | None, thresholds: Thresholds, lives: dict[str, Alert]
) -> list[Verdict]:
    """How these kinds stand, or all; adds the lives of their alerts to `lives`."""
    standing = await kinds_store.ageing_by_kind(connection, kinds)
    lives |= await store.last_lives(connection, [kind_past_policy_life.key_of(each.kind) for each in standing])
    return [
        kind_past_policy_life.judge(
            each,
            thresholds.kind_past_policy_life,
            threshold_held(lives.get(kind_past_policy_life.key_of(each.kind))),
        )
        for each in standing
    ]
