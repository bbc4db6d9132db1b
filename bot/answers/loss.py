"""`lost SERIAL`, `found SERIAL`, `losses` and `loss L-12`."""

from __future__ import annotations

from bot.answers.entitlement import entitled, looking
from bot.desk import Desk
from bot.grammar import Found, Loss, Losses, Lost
from bot.notices import names_of
from bot.render import loss as rendering
from bot.render.message import Message
from schemas.vocabulary import Kind, Role
from services.access import audit
from services.access.viewer import Viewer
from services.errors import NotFound, QuartermasterError
from services.losses import queries
from services.losses.commands import request_key
from services.losses.queries import Cause, LossView
from services.register import queries as register_queries
from services.requests.queries import Reason, RequestView

LOOKS = frozenset({Role.MANAGER, Role.PLANNER, Role.DIRECTOR, Role.AUDITOR})
_NOT_AT_ONCE = frozenset({Cause.WRITE_OFF, Cause.LOCK_AGAIN})


async def report(desk: Desk, viewer: Viewer, asked: Lost, key: str) -> Message:
    """Report it at once, ask for a new one, and offer the questions."""
    async with desk.pool.acquire() as connection:
        device = await register_queries.find_device(connection, viewer, asked.term, desk.today)
    if device is None:
        raise NotFound(
            f"I know no device “{asked.term}” among yours. `/kit` lists those you hold; if it is gone and not listed, "
            "call end-user services now."
        )
    found = await desk.losses.report(viewer, device_id=device.device_id, how=asked.how, idempotency_key=key)
    loss, raised, barred = found.loss, None, None
    if loss.request_reference is None:
        # A device that is gone needs another, and the service desk a ticket: both follow from a request.
        try:
            loss, raised = await replace(desk, viewer, loss, delivery_place=desk.unit_names.get(device.unit or "", ""))
        except QuartermasterError as error:
            barred = str(error)
    offers = queries.offers(loss, viewer, desk.directory, desk.clock.now())
    offered = [cause for cause in offers if cause not in _NOT_AT_ONCE]
    return rendering.reported(loss, offered, raised, barred, reported_now=found.reported_now)


async def replace(
    desk: Desk,
    viewer: Viewer,
    loss: LossView,
    *,
    delivery_place: str,
    explanation: str = "",
    accessibility_needs: bool = False,
) -> tuple[LossView, RequestView]:
    """Ask for a new one in place of what is lost, and let the loss know of it; once a loss.

    Raises what asking raises: it may not be theirs to ask for.
    """
    raised = await desk.commands.raise_request(
        viewer,
        device_id=loss.device_id,
        kind=loss.kind or Kind.LAPTOP,
        reason=Reason(loss.how),
        needed_by=None,
        accessibility_needs=accessibility_needs,
        explanation=explanation,
        delivery_place=delivery_place,
        idempotency_key=f"loss/{loss.loss_id}",
    )
    found = await desk.losses.report(
        viewer,
        device_id=loss.device_id,
        how=loss.how,
        request_reference=raised.reference,
        idempotency_key=request_key(raised.request_id),
    )
    return found.loss, raised


async def answer_found(desk: Desk, viewer: Viewer, asked: Found) -> Message:
    """The loss of a device that turned up, with the button that ends it; whoever looks is audited, as for `loss L-12`.

    Raises NotFound where nothing is lost by that name, among what the viewer may see.
    """
    async with desk.pool.acquire() as connection:
        device = await register_queries.find_device(connection, viewer, asked.term, desk.today)
        async with looking(desk, connection, viewer, "loss", asked.term):
            # Who reported a loss sees it, and need not see the device.
            view = await queries.loss_to_find(connection, viewer, desk.directory, asked.term)
            if view is None and device is not None:
                view = await queries.loss_to_find_of(connection, viewer, desk.directory, device.device_id)
            if view is None and device is not None:
                raise NotFound(f"“{asked.term}” is not reported lost or stolen. `/kit find {asked.term}` shows it.")
            if view is None:
                raise NotFound(
                    f"I know no lost device “{asked.term}” among those you may see. If you found somebody else's, hand "
                    "it to end-user services, who can look up whose it is."
                )
    offers = queries.offers(view, viewer, desk.directory, desk.clock.now())
    return rendering.turned_up(view, offers, desk.unit_names, names_of(desk))


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
