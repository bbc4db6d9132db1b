"""`/kit`: my devices, my open requests, what I may do."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import Mine
from bot.render import mine
from bot.render.message import Message
from services.access.viewer import Viewer
from services.losses import queries as losses_queries
from services.register import queries as register_queries
from services.requests import queries as requests_queries


async def answer(desk: Desk, viewer: Viewer, _asked: Mine) -> Message:
    """One's own devices are no sensitive read."""
    async with desk.pool.acquire() as connection:
        devices = await register_queries.my_devices(connection, viewer, desk.today)
        requests = await requests_queries.open_requests(connection, viewer)
        losses = await losses_queries.open_losses(connection, viewer, desk.directory)
    return mine.render(viewer, devices, requests, losses)
