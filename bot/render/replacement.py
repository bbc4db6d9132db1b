"""The replacement form: a loading view, the form itself, reading what was filled in, and what came of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import chosen_in, field, held, text_in
from bot.render.message import escape, note, section, shorten
from bot.render.wording import REASONS
from schemas.vocabulary import Kind
from services.register.queries import DeviceView
from services.requests.queries import Reason

TITLE = "Replacement"
MOST_DEVICES = 99
MOST_OPTION = 75
MOST_EXPLANATION = 1000
BUYABLE = (Kind.LAPTOP, Kind.DESKTOP, Kind.MONITOR, Kind.SMARTPHONE)


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """What somebody asked for, checked as far as the form alone allows."""

    device_id: UUID | None
    kind: Kind
    reason: Reason
    needed_by: date | None
    accessibility_needs: bool
    explanation: str
    delivery_place: str


def notice(title: str, text: str, callback_id: str) -> dict[str, Any]:
    """A modal that only says something, in Slack's markup."""
    return View(type="modal", callback_id=callback_id, title=title, close="Close", blocks=[section(text)]).to_dict()


def loading(title: str = TITLE) -> dict[str, Any]:
    """Opened at once: a trigger lives three seconds."""
    return notice(title, "One moment…", ids.VIEW_LOADING)


def form(devices: Sequence[DeviceView], reason: Reason | None, delivery_place: str, today: date) -> dict[str, Any]:
    """The form for a person's own devices."""
    listed = [_device_option(device) for device in devices[:MOST_DEVICES]]
    options = [*listed, Option(value=ids.NOT_LISTED, text="It is not listed here")]
    reasons = [Option(value=each.value, text=words) for each, words in REASONS.items()]
    chosen = next((option for option in reasons if reason and option.value == reason.value), None)
    blocks: list[Block] = [
        field(ids.BLOCK_DEVICE, "Which device?", StaticSelectElement(options=options, initial_option=options[0])),
        field(
            ids.BLOCK_KIND,
            "What kind should the new one be?",
            StaticSelectElement(
                options=[Option(value=kind.value, text=kind.value.capitalize()) for kind in BUYABLE],
                placeholder="The same as the old one",
            ),
            optional=True,
            hint="Needed only if the device is not listed, or is a tablet.",
        ),
        field(
            ids.BLOCK_REASON,
            "What happened?",
            StaticSelectElement(options=reasons, placeholder="Choose", initial_option=chosen),
        ),
        field(
            ids.BLOCK_EXPLANATION,
            "In your own words",
            PlainTextInputElement(multiline=True, max_length=MOST_EXPLANATION),
            hint="No names or details of members of the public, please.",
        ),
        field(
            ids.BLOCK_NEEDED_BY, "When do you need it?", DatePickerElement(placeholder="No fixed day"), optional=True
        ),
        field(
            ids.BLOCK_DELIVERY,
            "Where shall we deliver it?",
            PlainTextInputElement(max_length=200, initial_value=shorten(delivery_place, 200) or None),
        ),
        field(
            ids.BLOCK_ACCESSIBILITY,
            "Accessibility",
            CheckboxesElement(
                options=[Option(value=ids.ACCESSIBILITY_NEEDED, text="I use assistive settings or equipment")]
            ),
            optional=True,
        ),
        note(f"Today is {today:%d %B %Y}. Your manager decides; you are told here in chat."),
    ]
    return View(
        type="modal", callback_id=ids.VIEW_REPLACE, title=TITLE, submit="Ask", close="Cancel", blocks=blocks
    ).to_dict()


def read_form(values: Mapping[str, Any], today: date) -> Form | dict[str, str]:
    """What was filled in; or, by block, what must be put right."""
    errors: dict[str, str] = {}
    device = chosen_in(values, ids.BLOCK_DEVICE) or ids.NOT_LISTED
    device_id, old_kind = _read_device(device)
    kind = chosen_in(values, ids.BLOCK_KIND) or (old_kind if old_kind != Kind.TABLET else None)
    if not kind:
        errors[ids.BLOCK_KIND] = "Choose what the new device should be."
    reason = chosen_in(values, ids.BLOCK_REASON)
    if not reason:
        errors[ids.BLOCK_REASON] = "Choose what happened."
    day = held(values, ids.BLOCK_NEEDED_BY).get("selected_date")
    needed_by = date.fromisoformat(day) if day else None
    if needed_by is not None and needed_by < today:
        errors[ids.BLOCK_NEEDED_BY] = "That day has passed; choose a later one."
    explanation = text_in(values, ids.BLOCK_EXPLANATION)
    if not explanation:
        errors[ids.BLOCK_EXPLANATION] = "A few words on what happened, please."
    place = text_in(values, ids.BLOCK_DELIVERY)
    if not place:
        errors[ids.BLOCK_DELIVERY] = "Where should it be brought?"
    if errors or not kind or not reason:
        return errors
    return Form(
        device_id=device_id,
        kind=Kind(kind),
        reason=Reason(reason),
        needed_by=needed_by,
        accessibility_needs=bool(held(values, ids.BLOCK_ACCESSIBILITY).get("selected_options")),
        explanation=explanation,
        delivery_place=place,
    )


def refusal_form(reference: str, request_id: str) -> dict[str, Any]:
    """Asks a manager for the reason of a refusal."""
    words = PlainTextInputElement(multiline=True, max_length=MOST_EXPLANATION)
    blocks: list[Block] = [
        section(f"The requester of {escape(reference)} will read your words."),
        field(ids.BLOCK_REFUSAL, "Why do you refuse?", words),
    ]
    return View(
        type="modal",
        callback_id=ids.VIEW_REFUSE,
        title="Refuse a request",
        submit="Refuse",
        close="Cancel",
        private_metadata=request_id,
        blocks=blocks,
    ).to_dict()


def read_refusal(values: Mapping[str, Any]) -> str:
    """The manager's words; empty if there are none."""
    return text_in(values, ids.BLOCK_REFUSAL)


def _device_option(device: DeviceView) -> Option:
    name = shorten(" ".join(part for part in (device.model, device.serial) if part), MOST_OPTION)
    kind = device.kind.value if device.kind else ""
    return Option(value=f"{device.device_id}|{kind}", text=name or "a device without a name")


def _read_device(value: str) -> tuple[UUID | None, str | None]:
    if value == ids.NOT_LISTED:
        return None, None
    device_id, _, kind = value.partition("|")
    return UUID(device_id), kind or None
