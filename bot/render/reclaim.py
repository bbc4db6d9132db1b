"""Asking for a device back: the button beside a device, what stands of it otherwise, and the form."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import words_field
from bot.render.message import button, escape, note, section
from bot.render.wording import day, kind_name
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.clock import london_date
from services.register.queries import IdleDevice, SeenDevice
from services.requests.commands import Reclaimable
from services.requests.queries import AskedBefore

RECLAIM = "Ask for it back"


def may_reclaim(viewer: Viewer, unit: str | None) -> bool:
    """Whether somebody may ask for a device of this unit: its manager, or a planner."""
    return viewer.has(Role.PLANNER) or unit in viewer.manages


def beside(
    viewer: Viewer, place: int, device: IdleDevice | SeenDevice, before: AskedBefore | None, loss: str | None
) -> ButtonElement | None:
    """The button of a row: to ask for the device, or to see its request or loss; none where none is theirs."""
    holder = device.holder_email
    if before is not None and before.reference is not None:
        return button(f"Show {before.reference}", ids.ask(before.reference), f"request {before.reference}")
    if holder is None or holder.lower() == viewer.email or not may_reclaim(viewer, device.unit):
        return None
    if loss is not None:
        return button(f"Show {loss}", ids.ask(loss), f"loss {loss}")
    return button(f"{RECLAIM}…", ids.reclaim(place), str(device.device_id))


def stands(before: AskedBefore | None, loss: str | None) -> str:
    """What is known of a device that somebody might ask for; empty if nothing is."""
    known = [f"reported gone ({escape(loss)})"] if loss else []
    if before is not None and before.reference is not None:
        known.append(f"has the open request {escape(before.reference)}")
    elif before is not None and before.kept_at is not None:
        known.append(f"still needed, its holder said on {day(london_date(before.kept_at))}")
    return ", ".join(known)


def form(found: Reclaimable, days: int) -> dict[str, Any]:
    """Asks a manager or planner why, in words that the holder reads."""
    kind = kind_name(found.device.kind)
    told = (
        f"{escape(found.name)} is asked in a direct message whether they still need it. They hand it back within "
        f"{days} days and are reminded, or say what they need it for: then it stays, and you are told."
    )
    blocks: list[Block] = [
        section(f"{kind.capitalize()} `{escape(found.label)}` of *{escape(found.name)}*"),
        words_field(ids.BLOCK_WHY, "Why do you ask?", hint="Whoever holds it reads your words."),
        note(told),
    ]
    return View(
        type="modal",
        callback_id=ids.VIEW_RECLAIM,
        title=RECLAIM,
        submit="Ask",
        close="Cancel",
        private_metadata=str(found.device.device_id),
        blocks=blocks,
    ).to_dict()
