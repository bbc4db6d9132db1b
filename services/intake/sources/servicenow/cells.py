"""A field of ServiceNow in each of its spellings, and what all records have: an id and a count of modifications.

`sysparm_display_value=all` writes both what is stored and what a user is shown, `false` only the former and `true` only
the latter; a reference is then an object with a link, an empty one an empty text. What is stored is the same for every
user, in UTC. What is shown follows a user's language, format and zone: of it we take labels, and a time only where it
is written year first and the zone of the user who reads it is UTC; `02/03/2026` could be either, and is refused.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import msgspec

from services.intake.reading.fields import moment, text
from services.intake.translation import Untranslatable

_SYS_ID = re.compile(r"[0-9a-f]{32}")
_COUNT = re.compile(r"\d{1,3}(?:,\d{3}){1,2}|\d{1,9}", re.ASCII)
_LARGEST_COUNT = 499_999  # twice this, and one, is still less than a second of microseconds


class Cell(msgspec.Struct):
    """A field as the Table API writes it: `value` is what is stored, `display_value` what a user is shown."""

    value: str | None = None
    display_value: str | None = None
    link: str | None = None


Field = Cell | str | None


def stored(field: Field) -> str | None:
    """What is stored; where only what is shown was sent, that."""
    if isinstance(field, Cell):
        return text(field.display_value if field.value is None else field.value)
    return text(field)


def shown(field: Field) -> str | None:
    """What a reference shows; a bare text may be the id of something, which shows nothing."""
    if isinstance(field, Cell):
        return text(field.display_value)
    words = text(field)
    return words if words is not None and not _SYS_ID.fullmatch(words) else None


def reference(field: Field) -> str | None:
    """The id of what a reference points to; where only what it shows was sent, its link ends with it."""
    if isinstance(field, Cell) and field.value is None:
        words = (text(field.link) or "").rpartition("/")[2]
    else:
        words = stored(field) or ""
    return words if _SYS_ID.fullmatch(words) else None


def revision(sys_id: Field, mod_count: Field, updated: Field, *, pushed: bool) -> tuple[str, int, datetime]:
    """Which record, in which modification, at what time. Raises Untranslatable where one is missing."""
    name = (stored(sys_id) or "").lower()
    if not _SYS_ID.fullmatch(name):
        raise Untranslatable("a sys_id of 32 hexadecimal digits is required", "sys_id")
    words = stored(mod_count)
    if words is None or not _COUNT.fullmatch(words):
        raise Untranslatable("a modification count is required", "sys_mod_count")
    count = int(words.replace(",", ""))
    at = moment(stored(updated), "sys_updated_on")
    if at is None:
        raise Untranslatable("the time of the modification is required", "sys_updated_on")
    step = 2 * min(count, _LARGEST_COUNT) + (not pushed)
    return name, count, at.replace(microsecond=0) + timedelta(microseconds=step)


def code(field: Field) -> str | None:
    """A choice's code or label, in the one spelling that both are looked up by."""
    words = stored(field)
    return words.lower().replace(" ", "_") if words is not None else None
