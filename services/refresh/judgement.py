"""One round of judging: read what is stored, fold, write, say what changed. Consumer and sweep both do just this."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.clock import london_date
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.refresh import store
from services.refresh.announce import Cause, announce
from services.refresh.changes import Changes
from services.refresh.fold import fold
from services.refresh.policy import PolicyInForce
from services.refresh.records import Told

SLICE = 500
"""Devices folded at a stretch, some ten milliseconds: others on the loop have their turn in between."""


async def judge(
    connection: Connection,
    devices: Sequence[UUID],
    requests: Sequence[UUID],
    told: Mapping[UUID, Told],
    policy: PolicyInForce,
    now: datetime,
    cause: Cause,
    demands: Sequence[UUID] = (),
) -> list[Outgoing]:
    """Judge devices, requests that name none, and entries of planned demand, as of `now`; the events that follow.

    The caller holds the transaction and has its turn (`store.take_turn`).
    """
    today, changes = london_date(now), Changes()
    known = await store.load(connection, devices, requests, demands)
    for start in range(0, len(devices), SLICE):
        fold(devices[start : start + SLICE], (), (), known, told, policy, today, changes)
        await asyncio.sleep(0)
    fold((), requests, demands, known, told, policy, today, changes)
    ageing = await store.write(connection, changes, today, now)
    return announce(changes, ageing, cause, now)
