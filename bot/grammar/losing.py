"""Readers of what people say of lost and stolen devices."""

from __future__ import annotations

import re

from bot.grammar.asked import Asked, Fault, Loss, Lost
from bot.grammar.parts import TERM
from bot.grammar.plain import kind_in
from services.losses.queries import How
from services.requests.queries import Reason

MOST_SAID = 200
_REFERENCE = re.compile(r"(?:L-?)?(\d{1,9})", re.IGNORECASE)
_ANY_FIGURE = re.compile(r"\d")


def lost(rest: str) -> Asked | None:
    """`lost SERIAL` reports at once; `lost my laptop on the bus` is somebody in trouble, who gets buttons."""
    return _gone(rest, "lost", Reason.LOST)


def stolen(rest: str) -> Asked | None:
    """`stolen SERIAL`, likewise."""
    return _gone(rest, "stolen", Reason.STOLEN)


def _gone(rest: str, how: How, reason: Reason) -> Asked | None:
    named = rest.strip("` ")
    # A serial or a tag has a figure in it; a word without one describes something.
    if TERM.fullmatch(named) and _ANY_FIGURE.search(named):
        return Lost(named, how)
    return Fault(reason, f"{how} {rest}".strip()[:MOST_SAID], kind_in(rest))


def loss(rest: str) -> Asked | None:
    """`loss L-12`."""
    found = _REFERENCE.fullmatch(rest)
    return Loss(f"L-{int(found[1])}") if found else None
