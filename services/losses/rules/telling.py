"""What somebody tells of a loss after the report, and what of it can be taken."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec.structs import replace

from services.errors import BadInput
from services.losses.rules.standing import Standing

LONGEST_TEXT = 1_000
LONGEST_PLACE = 200
LONGEST_REFERENCE = 50


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing of it is needed."""

    last_seen_on: date | None = None
    last_seen_where: str = ""
    crime_reference: str = ""
    was_unlocked: bool | None = None
    sensitive: bool | None = None
    explanation: str = ""


def check(told: Told, today: date) -> None:
    """Raise BadInput naming the field that cannot be taken."""
    limits = (
        ("where", told.last_seen_where, LONGEST_PLACE),
        ("crime reference", told.crime_reference, LONGEST_REFERENCE),
    )
    for name, text, most in (*limits, ("explanation", told.explanation, LONGEST_TEXT)):
        if len(text) > most:
            raise BadInput(f"is longer than {most} characters; please shorten it", where=name)
    if told.last_seen_on is not None and told.last_seen_on > today:
        raise BadInput("lies in the future; choose today or earlier", where="last seen on")


def with_told(loss: Standing, told: Told) -> Standing:
    """The loss with what was told. What was left empty stays as it was."""
    return replace(
        loss,
        last_seen_on=told.last_seen_on or loss.last_seen_on,
        last_seen_where=told.last_seen_where or loss.last_seen_where,
        crime_reference=told.crime_reference or loss.crime_reference,
        was_unlocked=loss.was_unlocked if told.was_unlocked is None else told.was_unlocked,
        sensitive=loss.sensitive if told.sensitive is None else told.sensitive,
        explanation=told.explanation or loss.explanation,
    )


def checked_reason(reason: str) -> str:
    """The reason without white space about it. Raises BadInput without one."""
    words = reason.strip()
    if not words or len(words) > LONGEST_TEXT:
        raise BadInput(f"say why in up to {LONGEST_TEXT} characters", where="reason")
    return words
