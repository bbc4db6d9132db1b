"""Readers of what people say of lost and stolen devices."""

from __future__ import annotations

import re

from bot.grammar.asked import Asked, Fault, Found, Loss, Lost
from bot.grammar.parts import TERM
from bot.grammar.plain import kind_in
from services.losses.queries import How
from services.requests.queries import Reason

MOST_SAID = 200
_REFERENCE = re.compile(r"(?:L-?)?(\d{1,9})", re.IGNORECASE)
_NUMBERED = re.compile(r"[RLCBW]-\d{1,9}", re.IGNORECASE)
"""Numbers of ours, which name no device."""
_ANY_FIGURE = re.compile(r"\d")


def lost(rest: str) -> Asked | None:
    """`lost SERIAL` reports at once; `lost my laptop on the bus` is somebody in trouble, who gets buttons."""
    return _gone(rest, "lost", Reason.LOST)


def stolen(rest: str) -> Asked | None:
    """`stolen SERIAL`, likewise."""
    return _gone(rest, "stolen", Reason.STOLEN)


def found(rest: str) -> Asked | None:
    """`found SERIAL` leads to that device; `found it on the bus` is a sentence."""
    named = rest.strip("` .!")
    return Found(named) if _names_device(named) and not _NUMBERED.fullmatch(named) else None


def _gone(rest: str, how: How, reason: Reason) -> Asked | None:
    named = rest.strip("` ")
    if _names_device(named):
        return Lost(named, how)
    return Fault(reason, f"{how} {rest}".strip()[:MOST_SAID], kind_in(rest))


def _names_device(named: str) -> bool:
    """A serial or a tag has a figure in it; a word without one describes something."""
    return bool(TERM.fullmatch(named) and _ANY_FIGURE.search(named))


def loss(rest: str) -> Asked | None:
    """`loss L-12`."""
    found = _REFERENCE.fullmatch(rest)
    return Loss(f"L-{int(found[1])}") if found else None
