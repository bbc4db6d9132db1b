"""The forms of a loss: the few questions after a report, and writing off."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)
from slack_sdk.models.views import View

from bot import ids
from bot.render import loss_words as words
from bot.render.fields import Values, chosen_in, field, held, text_in, words_field
from bot.render.message import escape, note, section, shorten
from services.losses.queries import Cause, LossView

TITLE = "Lost or stolen"
WRITE_OFF = "Write off"
LONGEST_PLACE, LONGEST_REFERENCE, LONGEST_WORDS = 200, 50, 1000
REPLACE = "replace"


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the form carries."""

    loss_id: UUID
    asks_replacement: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What somebody answered. A replacement is wanted only where the form offered one."""

    loss_id: UUID
    last_seen_on: date | None
    where: str
    was_unlocked: bool | None
    sensitive: bool | None
    crime_reference: str
    explanation: str
    wipe_asked: bool
    replacement: bool
    delivery_place: str
    accessibility_needs: bool


def questions(
    loss: LossView, offers: Sequence[Cause], *, before: str = "", delivery_place: str | None = None
) -> dict[str, Any]:
    """The questions that matter. `before` says what was done already; with a `delivery_place` a replacement is offered.

    None of them must be answered: whoever closes the form has reported the device all the same.
    """
    said = f"{before}\n" if before else ""
    told = f"{said}*{escape(loss.reference)}* is reported: {words.device(loss)}. {words.lock(loss)}"
    # No day is chosen beforehand: whoever only adds a reference later would say that they saw it today.
    seen_on = loss.last_seen_on.isoformat() if loss.last_seen_on else None
    seen = DatePickerElement(initial_date=seen_on, placeholder="Choose a day")
    where = PlainTextInputElement(max_length=LONGEST_PLACE, initial_value=loss.last_seen_where or None)
    blocks: list[Block] = [
        section(told),
        note("These answers help security. Leave empty what you do not know; closing this loses nothing."),
        field(ids.BLOCK_LAST_SEEN_ON, "When did you last see it?", seen, optional=True),
        field(ids.BLOCK_LAST_SEEN_WHERE, "Where?", where, optional=True),
        _yes_or_no(ids.BLOCK_UNLOCKED, "Was it unlocked?", said=loss.was_unlocked),
        _yes_or_no(ids.BLOCK_SENSITIVE, "Was anything sensitive on it?", said=loss.sensitive),
    ]
    if loss.how == "stolen":
        reference = PlainTextInputElement(max_length=LONGEST_REFERENCE, initial_value=loss.crime_reference or None)
        hint = "It can be added later: press “Tell more…” on our message."
        blocks.append(field(ids.BLOCK_CRIME_REFERENCE, "Crime reference", reference, optional=True, hint=hint))
    more = PlainTextInputElement(multiline=True, max_length=LONGEST_WORDS, initial_value=loss.explanation or None)
    hint = "No names or details of members of the public, please."
    blocks.append(
        field(ids.BLOCK_EXPLANATION, "Anything else that security should know?", more, optional=True, hint=hint)
    )
    if Cause.ASK_WIPE in offers:
        second = " Somebody else must confirm it." if loss.needs_two else ""
        wish = Option(value=ids.YES, text="Yes, wipe it: all that is on it will be gone")
        blocks.append(
            field(
                ids.BLOCK_WIPE,
                "Shall it be wiped?",
                CheckboxesElement(options=[wish]),
                optional=True,
                hint=f"A wiped device must be set up anew if it turns up.{second}",
            )
        )
    if delivery_place is not None:
        blocks += _replacement(delivery_place)
    carried = _Held(loss_id=loss.loss_id, asks_replacement=delivery_place is not None)
    return View(
        type="modal",
        callback_id=ids.VIEW_LOSS,
        title=TITLE,
        submit="Send",
        close="Close",
        private_metadata=msgspec.json.encode(carried).decode(),
        blocks=blocks,
    ).to_dict()


def read_questions(private_metadata: str, values: Values, today: date) -> Told | dict[str, str]:
    """What was answered; or, by block, what must be put right."""
    carried = msgspec.json.decode(private_metadata, type=_Held)
    seen = held(values, ids.BLOCK_LAST_SEEN_ON).get("selected_date")
    last_seen_on = date.fromisoformat(seen) if seen else None
    wanted = _ticked(values, ids.BLOCK_REPLACEMENT)
    told = Told(
        loss_id=carried.loss_id,
        last_seen_on=last_seen_on,
        where=text_in(values, ids.BLOCK_LAST_SEEN_WHERE),
        was_unlocked=_answer(values, ids.BLOCK_UNLOCKED),
        sensitive=_answer(values, ids.BLOCK_SENSITIVE),
        crime_reference=text_in(values, ids.BLOCK_CRIME_REFERENCE),
        explanation=text_in(values, ids.BLOCK_EXPLANATION),
        wipe_asked=ids.YES in _ticked(values, ids.BLOCK_WIPE),
        replacement=carried.asks_replacement and REPLACE in wanted,
        delivery_place=text_in(values, ids.BLOCK_DELIVERY),
        accessibility_needs=ids.ACCESSIBILITY_NEEDED in wanted,
    )
    if last_seen_on is not None and last_seen_on > today:
        return {ids.BLOCK_LAST_SEEN_ON: "That day is still to come; choose today or an earlier one."}
    if told.replacement and not told.delivery_place:
        return {ids.BLOCK_DELIVERY: "Where should the new one be brought?"}
    return told


def write_off_form(loss: LossView) -> dict[str, Any]:
    """Asks for the reason."""
    blocks: list[Block] = [
        section(f"*{escape(loss.reference)}*: {words.device(loss)}. It leaves the organisation's books for good."),
        words_field(ids.BLOCK_WHY, "Why is it written off?"),
    ]
    return View(
        type="modal",
        callback_id=ids.VIEW_WRITE_OFF,
        title=WRITE_OFF,
        submit="Write off",
        close="Cancel",
        private_metadata=str(loss.loss_id),
        blocks=blocks,
    ).to_dict()


def _yes_or_no(block_id: str, label: str, *, said: bool | None) -> Block:
    options = [Option(value=ids.YES, text="Yes"), Option(value=ids.NO, text="No")]
    chosen = None if said is None else options[0 if said else 1]
    return field(block_id, label, RadioButtonsElement(options=options, initial_option=chosen), optional=True)


def _replacement(delivery_place: str) -> list[Block]:
    new = Option(value=REPLACE, text="Ask for a replacement")
    needs = Option(value=ids.ACCESSIBILITY_NEEDED, text="I use assistive settings or equipment")
    place = PlainTextInputElement(
        max_length=LONGEST_PLACE, initial_value=shorten(delivery_place, LONGEST_PLACE) or None
    )
    return [
        field(
            ids.BLOCK_REPLACEMENT,
            "A new one?",
            CheckboxesElement(options=[new, needs], initial_options=[new]),
            optional=True,
        ),
        field(ids.BLOCK_DELIVERY, "Where shall we deliver it?", place, optional=True),
    ]


def _answer(values: Values, block_id: str) -> bool | None:
    chosen = chosen_in(values, block_id)
    return None if chosen is None else chosen == ids.YES


def _ticked(values: Values, block_id: str) -> set[str]:
    return {option["value"] for option in held(values, block_id).get("selected_options") or ()}
