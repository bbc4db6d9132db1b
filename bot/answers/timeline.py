"""What happened to a device, from every service that knows of it, merged by time.

A service is hooked in with one more entry in SOURCES. Lines of losses and custody come with the register, which keeps
each of their words by its number and without names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from bot.desk import Desk
from bot.render.history import Happened, of_register, of_request
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register import queries as register_queries
from services.requests import queries as requests_queries

Source = Callable[[Desk, Connection, Viewer, UUID, int], Awaitable[Sequence[Happened]]]
"""Answers the latest lines, so many at most, newest first, that the viewer may see."""


async def _register(
    desk: Desk, connection: Connection, viewer: Viewer, device_id: UUID, limit: int
) -> Sequence[Happened]:
    lines = await register_queries.device_history(connection, viewer, device_id, limit)
    return [of_register(line, desk.unit_names) for line in lines]


async def _requests(
    _desk: Desk, connection: Connection, viewer: Viewer, device_id: UUID, limit: int
) -> Sequence[Happened]:
    return [of_request(line) for line in await requests_queries.device_lines(connection, viewer, device_id, limit)]


SOURCES: tuple[Source, ...] = (_register, _requests)


async def timeline(
    desk: Desk, connection: Connection, viewer: Viewer, device_id: UUID, *, after: int, most: int
) -> tuple[list[Happened], bool]:
    """Lines newest first, `most` of them past the first `after`, and whether there are earlier ones."""
    wanted = after + most + 1
    found = [line for source in SOURCES for line in await source(desk, connection, viewer, device_id, wanted)]
    found.sort(key=lambda line: line.at, reverse=True)
    return found[after : after + most], len(found) > after + most
