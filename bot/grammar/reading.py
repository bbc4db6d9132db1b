"""From a line to what is asked. Pure, and total: every text has an answer."""

from __future__ import annotations

import difflib
import re

from bot.grammar.asked import Asked, Help, Mine, Unknown
from bot.grammar.plain import referred, sentence
from bot.grammar.readers import READERS
from bot.grammar.usage import GREETINGS, SYNONYMS, USAGE

MOST_SAID = 200
_MENTION = re.compile(r"<@(?P<user>[A-Z0-9]+)(?:\|[^>]*)?>")
_OF_SOMEBODY = re.compile(r"\s*(?:<@[^>]+>\s*|/?kit\s+)*(?:cover|deputy|find)\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
"""Commands that speak of a person, whom people mention where they can."""
_OWN_NAME = re.compile(r"^(/?kit\b\s*)+", re.IGNORECASE)
_CONVERSED = frozenset({"help", "request", "find", "loss", "lost", "stolen", "found", "cover", "why"})
"""Commands that a sentence may begin with as well."""


def parse(text: str) -> Asked:
    """Read a line in any case. Never raises."""
    said = _OWN_NAME.sub("", " ".join(_MENTION.sub(" ", text).split()))
    if not said:
        return Mine()
    first, _, rest = said.partition(" ")
    word = first.lower().strip(",.!:;")
    word = SYNONYMS.get(word, word) or "help"
    reader = READERS.get(word)
    if reader is None:
        if (told := sentence(said)) is not None:
            return told
        return Help() if word in GREETINGS else _lost(said, _nearest(word))
    if word == "help" and rest:
        return sentence(rest) or Help()
    if (asked := reader(rest.strip())) is not None:
        return asked
    return (sentence(said) if word in _CONVERSED else referred(said)) or _lost(said, word)


def mentioned(text: str) -> dict[str, str]:
    """Whom a command that takes a person names by a mention: the mention as it stands there → the Slack user's id."""
    found = _OF_SOMEBODY.fullmatch(text)
    return {each[0]: each["user"] for each in _MENTION.finditer(found["rest"])} if found else {}


def _nearest(word: str) -> str | None:
    found = difflib.get_close_matches(word[:40], list(USAGE), n=1, cutoff=0.6)
    return found[0] if found else None


def _lost(said: str, nearest: str | None) -> Unknown:
    usage = USAGE.get(nearest or "", "help")
    return Unknown(said[:MOST_SAID], nearest, usage)
