"""The small language the Block Kit checks are written in: a check looks at one value and notes what is wrong
where.

Families of checks read as tables of fields; this is the only module that says how a table is applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Check = Callable[[Any, str, list[str]], None]


def note(problems: list[str], pointer: str, what: str) -> None:
    """Add one problem in Slack's form: the complaint, then where."""
    problems.append(f"{what} [json-pointer:{pointer}]")


def string(most: int, least: int = 1, pattern: str | None = None, wording: str = "invalid format") -> Check:
    """A string of a length and, if asked, a shape."""
    shape = re.compile(pattern) if pattern else None

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            note(problems, pointer, "must provide a string")
        elif len(value) < least:
            note(problems, pointer, f"must be more than {least - 1} characters")
        elif len(value) > most:
            note(problems, pointer, f"must be less than {most + 1} characters")
        elif shape and not shape.fullmatch(value):
            note(problems, pointer, wording)

    return check


def choice(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if value not in allowed:
            note(problems, pointer, f"must be one of: {', '.join(allowed)}")

    return check


def boolean(value: Any, pointer: str, problems: list[str]) -> None:
    """True or false, not a word that means it."""
    if not isinstance(value, bool):
        note(problems, pointer, "must provide a boolean")


def integer(least: int, most: int) -> Check:
    """A whole number within bounds."""

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            note(problems, pointer, "must provide an integer")
        elif not least <= value <= most:
            note(problems, pointer, f"must be between {least} and {most}")

    return check


def array(item: Check, most: int, least: int = 1) -> Check:
    """A list of so many items, each checked."""

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            note(problems, pointer, "must provide an array")
            return
        if len(value) < least:
            note(problems, pointer, f"no fewer than {least} items allowed")
        if len(value) > most:
            note(problems, pointer, f"no more than {most} items allowed")
            return
        for place, entry in enumerate(value):
            item(entry, f"{pointer}/{place}", problems)

    return check


def record(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *also: Check,
) -> Check:
    """An object with exactly these fields; `also` are checks of fields against one another."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            note(problems, pointer, "must provide an object")
            return
        before = len(problems)
        for name in required:
            if value.get(name) is None:
                note(problems, pointer, f"missing required field: {name}")
        for name, entry in value.items():
            if name not in known:
                note(problems, pointer, f"invalid additional property: {name}")
            elif entry is not None:
                known[name](entry, f"{pointer}/{name}", problems)
        if len(problems) == before:
            for extra in also:
                extra(value, pointer, problems)

    return check


def anything(value: Any, pointer: str, problems: list[str]) -> None:
    """Accepts what was already looked at."""


def kind(name: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """A record whose `type` is fixed."""
    return record({"type": choice(name), **required}, optional, *also)


def by_type(checks: Mapping[str, Check], only: Sequence[str] | None = None) -> Check:
    """Choose the check by the object's `type`; a type not among `only` is unsupported in this place."""

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            note(problems, pointer, "must provide an object")
            return
        name = value.get("type")
        if not isinstance(name, str):
            note(problems, pointer, "missing required field: type")
        elif name not in checks or (only is not None and name not in only):
            note(problems, f"{pointer}/type", f"unsupported type: {name}")
        else:
            checks[name](value, pointer, problems)

    return check


def exactly_one(*names: str) -> Check:
    """Exactly one of the fields is given."""

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        given = [name for name in names if value.get(name) is not None]
        if len(given) != 1:
            note(problems, pointer, f"exactly one of these fields is required: {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Check:
    """One of the fields or more are given."""

    def check(value: Any, pointer: str, problems: list[str]) -> None:
        if not any(value.get(name) for name in names):
            note(problems, pointer, f"at least one of these fields is required: {', '.join(names)}")

    return check


URL = string(3000, pattern=r"https?://[^\s]+", wording="must be a valid URL")
IDENTIFIER = string(255)
DATE = string(
    10,
    pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    wording="must be a date in the form YYYY-MM-DD",
)
TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d", wording="must be a time in the form HH:mm")
