"""The forms of deliveries: which device, with whom it was sent, why an order is called off, who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, PlainTextInputElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import field, words_field
from bot.render.message import note

ALLOCATE, SHIP, CANCEL, LEAVES = "Set a device aside", "Send a device", "Cancel an order", "Somebody leaves"


def allocate_form(request_id: str) -> dict[str, Any]:
    """Asks a planner for the device in stock."""
    hint = "One in stock, of the kind that was asked for."
    serial = field(ids.BLOCK_SERIAL, "Serial number or asset tag", PlainTextInputElement(max_length=60), hint=hint)
    return _modal(ids.VIEW_ALLOCATE, ALLOCATE, "Set aside", request_id, [serial])


def ship_form(request_id: str) -> dict[str, Any]:
    """Asks with whom the device was sent."""
    blocks: list[Block] = [
        field(ids.BLOCK_CARRIER, "Sent with", PlainTextInputElement(max_length=80)),
        field(ids.BLOCK_TRACKING, "Tracking number", PlainTextInputElement(max_length=120), optional=True),
    ]
    return _modal(ids.VIEW_SHIP, SHIP, "Sent", request_id, blocks)


def cancel_form(request_id: str) -> dict[str, Any]:
    """Asks why an order is called off."""
    blocks: list[Block] = [
        words_field(ids.BLOCK_WHY, "Why?", hint="Who asked reads your words."),
        note("What the supplier delivers for it all the same goes to stock."),
    ]
    return _modal(ids.VIEW_CANCEL_ORDER, CANCEL, "Cancel the order", request_id, blocks)


def leaves_form() -> dict[str, Any]:
    """Asks a manager or planner who leaves."""
    blocks: list[Block] = [
        field(ids.BLOCK_WHO, "Who leaves? Their e-mail address", PlainTextInputElement(max_length=200)),
        note("Everything they hold is then due back. They and their manager are told, and they are reminded."),
    ]
    return _modal(ids.VIEW_LEAVES, LEAVES, "They leave", "", blocks)


def _modal(callback_id: str, title: str, submit: str, metadata: str, blocks: Sequence[Block]) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=callback_id,
        title=title,
        submit=submit,
        close="Close",
        private_metadata=metadata,
        blocks=list(blocks),
    ).to_dict()
