"""Reader of `cover`: who decides for a manager who is away."""

from __future__ import annotations

import re

from bot.grammar.asked import ArrangeCover, Asked, Covers, EndCover
from bot.grammar.parts import day_of

MOST_NAME = 100
_ARRANGED = re.compile(
    r"(?:by\s+)?(?P<deputy>.+?)\s+from\s+(?P<first>[\w/ -]+?)\s+(?:until|till|to)\s+(?P<last>[\w/ -]+)", re.IGNORECASE
)
_ADDRESS = re.compile(r"<mailto:[^|>]+\|([^>]+)>")
"""How Slack writes an address that somebody typed."""


def cover(rest: str) -> Asked | None:
    """`cover`, `cover Daniel Reyes from 3 Feb 2025 until 14 Feb 2025`, `cover off`."""
    if not rest:
        return Covers()
    if rest.lower() in ("off", "end", "stop"):
        return EndCover()
    found = _ARRANGED.fullmatch(_ADDRESS.sub(r"\1", rest))
    if not found:
        return None
    first, last = day_of(found["first"]), day_of(found["last"])
    if first is None or last is None:
        return None
    return ArrangeCover(found["deputy"].strip()[:MOST_NAME], first, last)
