"""The form that asks for a device: a loading view, the form, and what was filled in.

It stays small: what depends on the reason appears once the reason is chosen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import field
from bot.render.message import note, section, shorten
from bot.render.prefill import Prefill
from bot.render.wording import REASONS, day
from schemas.vocabulary import Kind
from services.register.queries import DeviceView
from services.requests.queries import Reason

TITLE = "Replacement"
MOST_DEVICES = 99
MOST_OPTION = 75
MOST_EXPLANATION = 1000
MOST_PHOTOS = 3
MOST_ASSISTIVE = 300
PICTURES = ["png", "jpg", "jpeg", "gif", "heic", "webp"]
BUYABLE = (Kind.LAPTOP, Kind.DESKTOP, Kind.MONITOR, Kind.SMARTPHONE)
_SHOWN = (Reason.BROKEN,)
_NOT_LISTED = (
    "It is not on record as yours. Say below what kind it is; if somebody else holds it, their manager can ask for it."
)
_SINCE = {
    Reason.BROKEN: "Since when?",
    Reason.SLOW: "Since when?",
    Reason.LOST: "When did you last have it?",
    Reason.STOLEN: "When was it stolen?",
}


def notice(title: str, text: str, callback_id: str) -> dict[str, Any]:
    """A modal that only says something, in Slack's markup."""
    return View(type="modal", callback_id=callback_id, title=title, close="Close", blocks=[section(text)]).to_dict()


def loading(title: str = TITLE) -> dict[str, Any]:
    """Opened at once: a trigger lives three seconds."""
    return notice(title, "One moment…", ids.VIEW_LOADING)


def form(
    devices: Sequence[DeviceView],
    prefill: Prefill,
    delivery_place: str,
    today: date,
    *,
    manages: bool = False,
    accessibility_needs: bool = False,
    not_listed: bool | None = None,
) -> dict[str, Any]:
    """The form for a person's own devices; who manages may also ask for somebody who joins.

    `not_listed` is what they chose on screen; None where the form is drawn first.
    """
    if not_listed is None:
        prefill = _without_a_part(devices, prefill)
    joins = manages and prefill.reason is Reason.JOINER
    blocks: list[Block] = [_reason(prefill.reason, manages=manages)]
    if joins:
        blocks += _recipient()
    else:
        blocks.append(_device(devices, prefill))
        if not_listed is None:
            not_listed = not any(prefill.kind in (None, device.kind) for device in devices)
        if not_listed:
            blocks.append(note(_NOT_LISTED))
    blocks.append(_kind(prefill, needed=joins or bool(not_listed)))
    blocks.append(
        field(
            ids.BLOCK_EXPLANATION,
            "In your own words",
            PlainTextInputElement(
                multiline=True,
                max_length=MOST_EXPLANATION,
                initial_value=shorten(prefill.words, MOST_EXPLANATION) or None,
            ),
            hint="No names or details of members of the public, please.",
        )
    )
    blocks += _of_reason(prefill.reason)
    blocks += _delivery(delivery_place)
    blocks += _accessibility(prefill.reason, accessibility_needs=accessibility_needs)
    blocks.append(note(f"Today is {day(today)}. You are told at once what happens next."))
    return View(
        type="modal", callback_id=ids.VIEW_REPLACE, title=TITLE, submit="Ask", close="Cancel", blocks=blocks
    ).to_dict()


def _without_a_part(devices: Sequence[DeviceView], prefill: Prefill) -> Prefill:
    """The screen that broke is a part of something else where they hold no monitor."""
    is_part = prefill.kind is Kind.MONITOR and prefill.reason is Reason.BROKEN
    if not is_part or not devices or any(device.kind is Kind.MONITOR for device in devices):
        return prefill
    return dataclasses.replace(prefill, kind=None)


def _reason(reason: Reason | None, *, manages: bool) -> InputBlock:
    offered = {each: words for each, words in REASONS.items() if not each.only_returns}
    if not manages:
        offered.pop(Reason.JOINER, None)
    options = [Option(value=each.value, text=words) for each, words in offered.items()]
    chosen = next((option for option in options if reason and option.value == reason.value), None)
    menu = StaticSelectElement(options=options, placeholder="Choose", initial_option=chosen)
    return field(ids.BLOCK_REASON, "What happened?", menu, tells=True)


def _recipient() -> list[Block]:
    return [
        field(
            ids.BLOCK_RECIPIENT,
            "Who joins?",
            UserSelectElement(placeholder="Choose a person"),
            optional=True,
            hint="Not here in Slack yet? Give their name and address below.",
        ),
        field(ids.BLOCK_RECIPIENT_NAME, "Their name", PlainTextInputElement(max_length=100), optional=True),
        field(ids.BLOCK_RECIPIENT_EMAIL, "Their e-mail address", PlainTextInputElement(max_length=200), optional=True),
    ]


def _device(devices: Sequence[DeviceView], prefill: Prefill) -> InputBlock:
    """Their own first, and of those what they spoke of: the very one, the first of that kind, or none if they hold
    none.
    """
    listed = [_device_option(device) for device in devices[:MOST_DEVICES]]
    none = Option(value=ids.NOT_LISTED, text="It is not mine, or not listed here")
    options = [*listed, none]
    spoken_of = [option for device, option in zip(devices, listed, strict=False) if device.kind is prefill.kind]
    named = [option for device, option in zip(devices, listed, strict=False) if device.device_id == prefill.device_id]
    chosen = (named or spoken_of or [none])[0] if prefill.kind else (named or options)[0]
    return field(
        ids.BLOCK_DEVICE,
        "Which device?",
        StaticSelectElement(options=options, initial_option=chosen),
        tells=True,
    )


def _kind(prefill: Prefill, *, needed: bool) -> InputBlock:
    options = [Option(value=kind.value, text=kind.value.capitalize()) for kind in BUYABLE]
    spoken_of = None if prefill.device_id else prefill.kind
    chosen = next((option for option in options if spoken_of and option.value == spoken_of.value), None)
    return field(
        ids.BLOCK_KIND,
        "What kind should it be?" if needed else "What kind should the new one be?",
        StaticSelectElement(options=options, placeholder="Choose" if needed else "The same", initial_option=chosen),
        optional=not needed,
        hint=None if needed else "Leave it as it is, unless you need another kind.",
    )


def _of_reason(reason: Reason | None) -> list[Block]:
    blocks: list[Block] = []
    if reason in _SINCE:
        blocks.append(
            field(ids.BLOCK_SINCE, _SINCE[reason], DatePickerElement(placeholder="I do not know"), optional=True)
        )
    if reason in _SHOWN:
        blocks.append(
            field(
                ids.BLOCK_PHOTOS,
                "Photos of it",
                FileInputElement(filetypes=PICTURES, max_files=MOST_PHOTOS),
                optional=True,
                hint="Nobody else in the picture, please.",
            )
        )
    return blocks


def _delivery(place: str) -> list[Block]:
    words = PlainTextInputElement(max_length=200, initial_value=shorten(place, 200) or None)
    return [
        field(
            ids.BLOCK_NEEDED_BY, "When do you need it?", DatePickerElement(placeholder="No fixed day"), optional=True
        ),
        field(ids.BLOCK_DELIVERY, "Where shall we deliver it?", words),
    ]


def _accessibility(reason: Reason | None, *, accessibility_needs: bool) -> list[Block]:
    needed = Option(value=ids.ACCESSIBILITY_NEEDED, text="I use assistive settings or equipment")
    whose = Option(value=ids.ACCESSIBILITY_NEEDED, text="They use assistive settings or equipment")
    option = whose if reason is Reason.JOINER else needed
    boxes = CheckboxesElement(options=[option], initial_options=[option] if accessibility_needs else None)
    blocks: list[Block] = [field(ids.BLOCK_ACCESSIBILITY, "Accessibility", boxes, optional=True, tells=True)]
    if accessibility_needs or reason is Reason.ACCESSIBILITY:
        words = PlainTextInputElement(max_length=MOST_ASSISTIVE, placeholder="A screen reader, a larger keyboard …")
        blocks.append(
            field(
                ids.BLOCK_ASSISTIVE,
                "Which ones?",
                words,
                optional=True,
                hint="They are set up and checked on the new device before the old one goes back.",
            )
        )
    return blocks


def _device_option(device: DeviceView) -> Option:
    name = shorten(" ".join(part for part in (device.model, device.serial) if part), MOST_OPTION)
    kind = device.kind.value if device.kind else ""
    return Option(value=f"{device.device_id}|{kind}", text=name or "a device without a name")
