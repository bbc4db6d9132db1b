"""Sentences, read: what is said in one's own words instead of as a command. Pure; None for what says nothing to us."""

from __future__ import annotations

import difflib
import re

from bot.grammar.asked import Asked, Fault, Find, Found, Loss, Request, Wave
from bot.grammar.custody import CustodyBatch, CustodyRecord
from bot.grammar.own import OwnLosses, Wish
from bot.grammar.sayings import (
    AFTER_FAULTS,
    BEFORE_FAULTS,
    ELSEWHERE,
    FAULTY,
    FOUND,
    GONE,
    KIND_WORDS,
    OFTEN_MISSPELT,
    WANTS,
    Sayings,
)
from schemas.vocabulary import Kind

MOST_TOLD = 1000
"""Of what happened; it goes into the form."""
_REFERENCE = re.compile(r"(?<![\w-])([RLCBW])(-?)0*([1-9]\d{0,8})(?![\w-])", re.IGNORECASE)
_SERIAL = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{6,64}", re.IGNORECASE)
_LABEL = re.compile(r"\b(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z\d-]{7,64}\b")
"""A serial or tag inside a sentence is known by its capitals."""
_LOOKS_UP = re.compile(r"\b(who|whose|where|what|which|find|show|about)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{5,20}")
_CLOSE = 0.82


def sentence(said: str) -> Asked | None:
    """A number, what happened to a device, or anything else that we can answer."""
    if (named := referred(said)) is not None:
        return named
    told, spelt, kind = said[:MOST_TOLD], _spelt(said), kind_in(said)
    label = _LABEL.search(said)
    if label and said.lower().startswith("found "):
        return Found(label[0])
    if FOUND.search(spelt) and not re.search(r"\b(not|never|n'?t)\b", spelt, re.IGNORECASE):
        return Found(label[0]) if label else OwnLosses()
    if gone := next((reason for reason, words in GONE if words.search(spelt)), None):
        return Fault(gone, told, kind)
    if (asked := _meant(BEFORE_FAULTS, spelt, told, kind)) is not None:
        return asked
    if faulty := next((reason for reason, words in FAULTY if words.search(spelt)), None):
        return Fault(faulty, told, kind)
    if (asked := _meant(AFTER_FAULTS, spelt, told, kind)) is not None:
        return asked
    if kind is not None and (" " not in said or WANTS.search(spelt)):
        return Wish(told, kind)
    return _meant(ELSEWHERE, spelt, told, kind) or _looked_up(said)


def referred(said: str) -> Asked | None:
    """`R-12`, `cancel r-12 please`: what the first number in it names, which shows what can be done with it."""
    found = _REFERENCE.search(said)
    if found is None or not (found[2] or found[0] == said):
        return None
    letter = found[1].upper()
    name = f"{letter}-{found[3]}"
    match letter:
        case "R":
            return Request(name)
        case "L":
            return Loss(name)
        case "C":
            return CustodyRecord(name)
        case "B":
            return CustodyBatch(name)
        case _:
            return Wave(name)


def kind_in(said: str) -> Kind | None:
    """The kind of device they speak of. A screen is a part of what is named beside it."""
    spelt = _spelt(said).lower().replace("lap top", "laptop").replace("screen reader", "")
    named = [kind for word in re.findall(r"[a-z]+", spelt) if (kind := KIND_WORDS.get(word)) is not None]
    return next((kind for kind in named if kind is not Kind.MONITOR), next(iter(named), None))


def _meant(sayings: Sayings, spelt: str, told: str, kind: Kind | None) -> Asked | None:
    return next((meant(told, kind) for words, meant in sayings if words.search(spelt)), None)


def _looked_up(said: str) -> Find | None:
    """`5CG1234XYZ`, or `who has 5CG1234XYZ?`."""
    if _SERIAL.fullmatch(said):
        return Find(said)
    label = _LABEL.search(said)
    return Find(label[0]) if label and _LOOKS_UP.search(said) else None


def _spelt(said: str) -> str:
    """The same with slips of the finger put right in the words that matter here."""
    return _WORD.sub(lambda word: _right(word[0]), said[:MOST_TOLD])


def _right(word: str) -> str:
    found = difflib.get_close_matches(word.lower(), OFTEN_MISSPELT, n=1, cutoff=_CLOSE)
    return found[0] if found else word
