"""Requests whose wave was ordered before they could hear of it, or replaces their device no more.

Refresh tells once that a device's successor is ordered. Who asks later is told what stands in the plan; and what was
told while somebody asked, unheard, the sweep finds there. It looks at the plan as it stands, so that no order of words
shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import Actor
from services.refresh import wave_queries as plan
from services.requests import delivery_store, store
from services.requests.progress import Progressing, Word
from services.requests.rules.machine import Cause, Status

REFRESH = "quartermaster/refresh"


async def catch_up(connection: Connection, now: datetime) -> list[Outgoing]:
    """Move on all that wait for a wave which is ordered by now, or for none that there is; what to tell of them."""
    waiting = await delivery_store.waiting_for_waves(connection)
    if not waiting:
        return []
    placed = await plan.placed(connection, list(waiting))
    told = await ordered(
        connection, {waiting[device_id]: each.wave for device_id, each in placed.items() if each.ordered}, now
    )
    left = waiting.keys() - await plan.awaiting_wave(connection, list(waiting))
    return told + await lost(connection, [waiting[device_id] for device_id in left], now)


async def lost(connection: Connection, requests: Collection[UUID], now: datetime) -> list[Outgoing]:
    """Let a manager decide on those of these requests that still wait for a wave; what to tell of them."""
    if not requests:
        return []
    going = Progressing(await store.lock_requests(connection, sorted(requests)))
    told: list[Outgoing] = []
    for request_id, held in sorted(going.held.items()):
        if held.status is Status.WAITING_FOR_WAVE:
            what = "It is in no wave any more, and a manager decides"
            word = Word(Actor.REFRESH, now, what, REFRESH, f"{REFRESH}/lost/{held.revision}")
            told += await going.move(connection, request_id, Cause.WAVE_LOST, word)
    return told


async def ordered(connection: Connection, waves: Mapping[UUID, str], now: datetime) -> list[Outgoing]:
    """Move on those of these requests that still wait for their wave; what to tell of them."""
    if not waves:
        return []
    going = Progressing(await store.lock_requests(connection, sorted(waves)))
    told: list[Outgoing] = []
    for request_id, held in sorted(going.held.items()):
        if held.status is Status.WAITING_FOR_WAVE:
            wave = waves[request_id]
            word = Word(Actor.REFRESH, now, f"Ordered with wave {wave}", REFRESH, f"{REFRESH}/{wave}")
            told += await going.move(connection, request_id, Cause.WAVE_ORDERED, word)
            told += await going.deliver(connection, request_id)
    return told
