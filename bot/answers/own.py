"""What somebody says in sentences: how their requests stand, what they lost or found, what happened to a device."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import Fault, Lost, OwnLosses, OwnRequests, parse
from bot.notices import names_of
from bot.render import loss as loss_rendering
from bot.render import own, request
from bot.render.help import render_fault
from bot.render.message import Message
from bot.render.mine import is_mine
from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import Viewer
from services.losses import queries as losses_queries
from services.register import queries as register_queries
from services.requests import queries as requests_queries
from services.requests.queries import GONE


async def answer_requests(desk: Desk, viewer: Viewer, _asked: OwnRequests) -> Message:
    """One request is shown whole, with its buttons; of several each has a button that shows it."""
    async with desk.pool.acquire() as connection:
        found = await requests_queries.open_requests(connection, viewer)
        waiting = await requests_queries.waiting_for(connection, viewer, today=desk.today)
    mine = {each.request_id for each in found}
    waiting = [each for each in waiting if each.request_id not in mine]
    if len(found) + len(waiting) == 1:
        return request.timeline(
            [*found, *waiting][0], desk.unit_names, names_of(desk), planner=viewer.has(Role.PLANNER)
        )
    if not found and not waiting:
        person = desk.directory.person(viewer.email)
        decides = desk.directory.approver_of(person) if person else None
        return own.render_no_requests(decides.name if decides else None)
    return own.render_requests(viewer, found, waiting, names_of(desk))


async def answer_losses(desk: Desk, viewer: Viewer, _asked: OwnLosses) -> Message:
    """What is lost or stolen of theirs. One is shown whole, and who looked is audited, as `loss L-12` does."""
    async with desk.pool.acquire() as connection:
        found = await losses_queries.open_losses(connection, viewer, desk.directory)
        mine = [each for each in found if is_mine(each, viewer.email.lower())]
        if len(mine) != 1:
            return own.render_losses(mine)
        await audit.record(connection, desk.clock.now(), viewer, "loss", mine[0].reference, granted=True)
    offers = losses_queries.offers(mine[0], viewer, desk.directory, desk.clock.now())
    return loss_rendering.timeline(mine[0], offers, desk.unit_names, names_of(desk))


async def answer_fault(desk: Desk, viewer: Viewer, asked: Fault) -> Message:
    """A way to the form. Too slow for what is gone: there each device they hold has a button that reports it."""
    if asked.reason not in GONE:
        return render_fault(asked)
    async with desk.pool.acquire() as connection:
        devices = await register_queries.my_devices(connection, viewer, desk.today)
    known = [each for each in devices if isinstance(parse(f"lost {each.serial}"), Lost)]
    gone = [each for each in known if asked.kind in (None, each.kind)] or known
    return own.render_gone(asked, gone) if gone else render_fault(asked)
