"""Reads what an approver is told beside a request: what the person holds, and the device's past."""

from __future__ import annotations

from bot.desk import Desk
from bot.render.background import Background
from services.access.viewer import viewer_for
from services.database.pool import Connection
from services.refresh import queries as refresh_queries
from services.register import queries as register_queries
from services.requests.queries import RequestView


async def background_of(desk: Desk, connection: Connection, view: RequestView) -> Background:
    """As far as the named approver may see it; no price is part of it."""
    approver = viewer_for(view.approver_email or "", desk.directory)
    holder = viewer_for(view.recipient_email or view.requester_email, desk.directory)
    device = explained = None
    if view.device_id is not None:
        device = await register_queries.device_by_id(connection, approver, view.device_id, desk.today)
    if device is not None and device.serial:
        explained = await refresh_queries.why(connection, approver, device.serial, desk.today)
    return Background(
        holds=await register_queries.my_devices(connection, holder, desk.today),
        device=device,
        failures=explained.failures if explained else None,
        due_on=explained.due_on if explained else None,
        band=desk.commands.policy.band_of(view.kind),
    )
