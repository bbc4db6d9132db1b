"""Waiting for tickets to be in step, and what was told of them."""

from __future__ import annotations

from schemas.events.desk import RequestTicketChanged
from schemas.topics import DESK_PROGRESS
from services.database.pool import Pool
from services.eventlog.decoding import EventReader
from tests.fixtures.waiting import until


async def in_step(pool: Pool) -> None:
    """Wait until nothing is left to send."""

    async def nothing_due() -> bool:
        return not await pool.fetchval("SELECT count(*) FROM tickets WHERE next_try_at IS NOT NULL")

    await until(nothing_due, "all tickets in step")


async def told(pool: Pool) -> list[tuple[str, str, int]]:
    """(reference, state, revision) of every RequestTicketChanged, in order."""
    reader = EventReader([DESK_PROGRESS])
    rows = await pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
    events = [reader.read("desk-progress", row["event"]) for row in rows]
    assert len({(event.source, event.id) for event in events if event is not None}) == len(events)
    return [
        (event.data.request_reference, event.data.state, event.data.revision)
        for event in events
        if isinstance(event, RequestTicketChanged)
    ]
