"""Reader of `cover`: who decides for a manager who is away. The days stay as they were said; `days` reads them."""

from __future__ import annotations

import re

from bot.grammar.asked import ArrangeCover, Asked, Covers, EndCover

MOST_NAME = 100
MOST_WHEN = 100
_WHO = r"(?:by\s+)?(?P<deputy>.+?),?\s+"
_DAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
_BEGINS = rf"(?:until|till|for|on|next|this|in|today|now|tomorrow|{_DAY})\b|\d"
_ARRANGED = tuple(re.compile(rf"{_WHO}(?P<when>(?:{begins}).*)", re.IGNORECASE) for begins in (r"from\b", _BEGINS))
"""`from` first: a name may hold another of these words."""
_NOBODY = re.compile(r"(for|me|my|i|from|until|on|next)\b", re.IGNORECASE)
"""With these begins no name: it is a sentence about oneself."""
_ADDRESS = re.compile(r"<mailto:[^|>]+\|([^>]+)>")
"""How Slack writes an address that somebody typed."""


def cover(rest: str) -> Asked | None:
    """`cover`, `cover Daniel Reyes from today until Friday`, `cover Daniel Reyes next week`, `cover off`."""
    if not rest:
        return Covers()
    if rest.lower() in ("off", "end", "stop"):
        return EndCover()
    said = _ADDRESS.sub(r"\1", rest)
    found = next((found for each in _ARRANGED if (found := each.fullmatch(said))), None)
    if not found or _NOBODY.match(said):
        return None
    return ArrangeCover(found["deputy"].strip()[:MOST_NAME], found["when"].strip()[:MOST_WHEN])
