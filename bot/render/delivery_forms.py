"""The forms of deliveries: which device, with whom it was sent, why an order is called off, who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, PlainTextInputElement, UserSelectElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import field, words_field
from bot.render.message import escape, listed, note, section
from bot.render.wording import day, kind_name
from services.register.queries import OnShelf
from services.requests.queries import RequestView, Status

_ANY_IN_STOCK = "One in stock, of the kind that was asked for."
ALLOCATE, SHIP, CANCEL, LEAVES = "Allocate a device", "Send a device", "Cancel an order", "Somebody leaves"


def allocate_form(view: RequestView, shelf: Sequence[OnShelf]) -> dict[str, Any]:
    """Asks a planner for the device in stock. `shelf` is what is free of the kind, the newest first."""
    hint = "The newest stands here already; any other in stock, of the kind that was asked for, will do."
    newest = next((each.serial for each in shelf if each.serial), None)
    words = PlainTextInputElement(max_length=60, initial_value=newest)
    serial = field(ids.BLOCK_SERIAL, "Serial number or asset tag", words, hint=hint if newest else _ANY_IN_STOCK)
    free = [f"• `{escape(each.serial)}` {escape(each.model)}{_bought(each)}" for each in shelf]
    told = listed(["*In stock, the newest first*", *free]) if free else note(f"No {kind_name(view.kind)} is in stock.")
    return _modal(ids.VIEW_ALLOCATE, ALLOCATE, "Allocate", str(view.request_id), [section(_whose(view)), told, serial])


def ship_form(view: RequestView) -> dict[str, Any]:
    """Asks with whom the device was sent."""
    blocks: list[Block] = [
        section(_whose(view)),
        field(ids.BLOCK_CARRIER, "Sent with", PlainTextInputElement(max_length=80)),
        field(ids.BLOCK_TRACKING, "Tracking number", PlainTextInputElement(max_length=120), optional=True),
    ]
    return _modal(ids.VIEW_SHIP, SHIP, "Sent", str(view.request_id), blocks)


def cancel_form(view: RequestView) -> dict[str, Any]:
    """Asks why an order is called off."""
    blocks: list[Block] = [
        section(_whose(view)),
        words_field(ids.BLOCK_WHY, "Why?", hint="Who asked reads your words."),
        note(
            "What the supplier delivers for it all the same goes to stock."
            if view.status is Status.ORDERED
            else "What is set aside for it is free again."
        ),
    ]
    return _modal(ids.VIEW_CANCEL_ORDER, CANCEL, "Cancel the order", str(view.request_id), blocks)


def leaves_form() -> dict[str, Any]:
    """Asks a manager or planner who leaves."""
    blocks: list[Block] = [
        field(
            ids.BLOCK_WHO,
            "Who leaves?",
            UserSelectElement(placeholder="Choose a person"),
            optional=True,
            hint="Not here in Slack, or not any more? Give their address below.",
        ),
        field(ids.BLOCK_WHO_EMAIL, "Their e-mail address", PlainTextInputElement(max_length=200), optional=True),
        note(
            "Everything they hold is then due back, and what was asked for them is over. They, their manager and "
            "whoever was asked are told."
        ),
    ]
    return _modal(ids.VIEW_LEAVES, LEAVES, "They leave", "", blocks)


def _whose(view: RequestView) -> str:
    device = f" `{escape(view.successor_serial)}`" if view.successor_serial else ""
    where = f", to {escape(view.delivery_place)}" if view.delivery_place else ""
    whom = escape(view.recipient_name or view.requester_name)
    return f"*{escape(view.reference)}*: {kind_name(view.kind)}{device} for {whom}{where}"


def _bought(shelved: OnShelf) -> str:
    return f" · bought {day(shelved.purchased_on)}" if shelved.purchased_on else ""


def _modal(callback_id: str, title: str, submit: str, metadata: str, blocks: Sequence[Block]) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=callback_id,
        title=title,
        submit=submit,
        close="Cancel",
        private_metadata=metadata,
        blocks=list(blocks),
    ).to_dict()
