"""Trying one of intake's dead letters again in tests."""

from __future__ import annotations

from uuid import UUID

from services.clock import Clock
from services.database.pool import Pool
from services.eventlog import dead_letters
from services.intake.replay import Replay, Replayed
from tests.sources.door import UNITS


async def replay(pool: Pool, fingerprint: UUID, clock: Clock) -> Replayed:
    """What became of the letter. Fails if there is none."""
    async with pool.acquire() as connection, connection.transaction():
        letter = await dead_letters.find(connection, fingerprint)
        assert letter is not None, f"there is no letter {fingerprint}"
        return await Replay(clock, UNITS).replay(connection, "intake", [letter])
