"""`lost SERIAL`, `losses` and `loss L-12`."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Loss, Losses, Lost
from bot.notices import names_of
from bot.render import loss as rendering
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import Viewer
from services.errors import NotFound
from services.losses import queries
from services.losses.queries import Cause
from services.register import queries as register_queries

LOOKS = frozenset({Role.MANAGER, Role.PLANNER, Role.DIRECTOR, Role.AUDITOR})
_NOT_AT_ONCE = frozenset({Cause.WRITE_OFF, Cause.LOCK_AGAIN})


async def report(desk: Desk, viewer: Viewer, asked: Lost, key: str) -> Message:
    """Report it at once, and offer the questions."""
    async with desk.pool.acquire() as connection:
        device = await register_queries.find_device(connection, viewer, asked.term, desk.today)
    if device is None:
        raise NotFound(
            f"I know no device “{asked.term}” among yours. `/kit` lists those you hold; if it is gone and not listed, "
            "call end-user services now."
        )
    found = await desk.losses.report(viewer, device_id=device.device_id, how=asked.how, idempotency_key=key)
    offers = queries.offers(found.loss, viewer, desk.directory, desk.clock.now())
    offered = [cause for cause in offers if cause not in _NOT_AT_ONCE]
    return rendering.reported(found.loss, offered, reported_now=found.reported_now)


async def answer_list(desk: Desk, viewer: Viewer, _asked: Losses) -> Message:
    """Open losses of the viewer's units."""
    async with desk.pool.acquire() as connection:
        await entitled(
            desk,
            connection,
            viewer,
            "losses",
            "own units",
            roles=LOOKS,
            whose="managers, planners, directors and auditors",
        )
        found = await queries.open_losses(connection, viewer, desk.directory)
    return rendering.open_ones(found, desk.unit_names, names_of(desk))


async def answer(desk: Desk, viewer: Viewer, asked: Loss) -> Message:
    """All that happened to one, and what the viewer may do. Who looked is audited: it says what somebody lost where."""
    async with desk.pool.acquire() as connection:
        view = await queries.loss_by_reference(connection, viewer, desk.directory, asked.reference)
        await audit.record(connection, desk.clock.now(), viewer, "loss", asked.reference, granted=view is not None)
    if view is None:
        raise NotFound(f"There is no loss {asked.reference} of yours, or of a unit you answer for.")
    offers = queries.offers(view, viewer, desk.directory, desk.clock.now())
    return rendering.timeline(view, offers, desk.unit_names, names_of(desk))
