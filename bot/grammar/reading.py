"""From a line to what is asked. Pure, and total: every text has an answer."""

from __future__ import annotations

import difflib
import re

from bot.grammar.asked import Asked, Fault, Help, Mine, Unknown
from bot.grammar.parts import KINDS
from bot.grammar.readers import READERS
from bot.grammar.usage import GREETINGS, SYNONYMS, USAGE
from schemas.vocabulary import Kind
from services.requests.queries import Reason

MOST_SAID = 200
MOST_TOLD = 1000
"""Of what happened; it goes into the form."""
_KIND_WORDS = KINDS | {
    "mobile": Kind.SMARTPHONE,
    "iphone": Kind.SMARTPHONE,
    "handset": Kind.SMARTPHONE,
    "notebook": Kind.LAPTOP,
    "macbook": Kind.LAPTOP,
    "display": Kind.MONITOR,
    "ipad": Kind.TABLET,
    "computer": Kind.DESKTOP,
    "pc": Kind.DESKTOP,
}
_MENTION = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>")
_OWN_NAME = re.compile(r"^(/?kit\b\s*)+", re.IGNORECASE)
_FAULTS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (Reason.STOLEN, re.compile(r"\b(stolen|nicked|robbed|theft)\b", re.IGNORECASE)),
    (Reason.LOST, re.compile(r"\b(lost|missing|left (it|my)|cannot find|can't find)\b", re.IGNORECASE)),
    (Reason.SLOW, re.compile(r"\b(slow|sluggish|freez\w+|hangs|crash\w*)\b", re.IGNORECASE)),
    (
        Reason.BROKEN,
        re.compile(
            r"\b(broken?|broke|crack\w*|smashed|dead|dropped|spilt|spilled|faulty|won't|wont|doesn't|not working"
            r"|stopped|swollen|flicker\w*|damaged)\b",
            re.IGNORECASE,
        ),
    ),
)


def parse(text: str) -> Asked:
    """Read a line in any case. Never raises."""
    said = _OWN_NAME.sub("", " ".join(_MENTION.sub(" ", text).split()))
    if not said:
        return Mine()
    first, _, rest = said.partition(" ")
    word = first.lower().strip(",.!:;")
    word = SYNONYMS.get(word, word) or "help"
    reader = READERS.get(word)
    if reader is not None:
        return reader(rest.strip()) or _lost(said, word)
    return _described(said) or (Help() if word in GREETINGS else _lost(said, _nearest(word)))


def _described(said: str) -> Fault | None:
    if " " not in said:
        return None
    for reason, pattern in _FAULTS:
        if pattern.search(said):
            return Fault(reason, said[:MOST_TOLD], _kind_in(said))
    return None


def _kind_in(said: str) -> Kind | None:
    """The kind of device they speak of. A screen is a part of what is named beside it."""
    named = [kind for word in re.findall(r"[a-z]+", said.lower()) if (kind := _KIND_WORDS.get(word)) is not None]
    return next((kind for kind in named if kind is not Kind.MONITOR), next(iter(named), None))


def _nearest(word: str) -> str | None:
    found = difflib.get_close_matches(word[:40], list(USAGE), n=1, cutoff=0.6)
    return found[0] if found else None


def _lost(said: str, nearest: str | None) -> Unknown:
    usage = USAGE.get(nearest or "", "help")
    return Unknown(said[:MOST_SAID], nearest, usage)
