"""What people type, read: one grammar for `/kit …`, mentions and direct messages.

Pure, and total: every text has an answer. Words it does not know come back with the nearest command.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Mapping

from schemas.vocabulary import Kind, RequestReason
from services.register.queries import Dimension

MOST_MONTHS = 60
MOST_SAID = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Mine:
    """My devices and requests."""


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many devices, by what, of which kind, in which unit (in the person's own words)."""

    by: tuple[Dimension, ...] = (Dimension.KIND,)
    kind: Kind | None = None
    unit: str | None = None

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        words = ["counts", self.kind or "", "by", ", ".join(self.by)]
        return " ".join(word for word in [*words, f"in {self.unit}" if self.unit else ""] if word)


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """What falls due in the next months."""

    unit: str | None = None
    months: int = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """The refresh queue."""


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Why a device is where it is."""

    serial: str


@dataclasses.dataclass(frozen=True, slots=True)
class Find:
    """A device by serial or asset tag."""

    term: str


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """A financial year's money; None means the present year."""

    financial_year: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Replace:
    """Open the replacement form."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request, by its R-number."""

    reference: str


@dataclasses.dataclass(frozen=True, slots=True)
class Alerts:
    """Open alerts."""


@dataclasses.dataclass(frozen=True, slots=True)
class Conflicts:
    """Serials that two records claim."""


@dataclasses.dataclass(frozen=True, slots=True)
class Leavers:
    """Devices still with people who have left or moved."""

    unit: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class DeadLetters:
    """What could not be applied; of one source, service or topic if one is named."""

    source: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Help:
    """What one can say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Somebody describes what happened to a device instead of giving a command."""

    reason: RequestReason
    said: str


@dataclasses.dataclass(frozen=True, slots=True)
class Unknown:
    """Words without a meaning here. `nearest` is a line that may have been meant, `hint` says how it goes on."""

    said: str
    nearest: str | None
    hint: str


Asked = (
    Mine
    | Counts
    | Due
    | Queue
    | Why
    | Find
    | Budget
    | Replace
    | Request
    | Alerts
    | Conflicts
    | Leavers
    | DeadLetters
    | Help
    | Fault
    | Unknown
)

USAGE: Mapping[str, str] = {
    "counts": "counts [kind] [by unit, model, age, state, os] [in UNIT]",
    "due": "due [in UNIT] [next N months]",
    "queue": "queue",
    "why": "why SERIAL",
    "find": "find SERIAL",
    "budget": "budget [2024/25]",
    "replace": "replace",
    "request": "request R-123",
    "alerts": "alerts",
    "conflicts": "conflicts",
    "leavers": "leavers [in UNIT]",
    "deadletters": "deadletters [SOURCE]",
    "help": "help",
}

_SYNONYMS = {
    "count": "counts",
    "replacement": "replace",
    "requests": "request",
    "alert": "alerts",
    "conflict": "conflicts",
    "leaver": "leavers",
    "movers": "leavers",
    "deadletter": "deadletters",
    "dead-letters": "deadletters",
    "?": "help",
}
_GREETINGS = {"hello", "hi", "hey", "thanks", "thank", "start", "morning"}
_MENTION = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>")
_OWN_NAME = re.compile(r"^(/?kit\b\s*)+", re.IGNORECASE)
_YEAR = re.compile(r"(?:20)?(\d\d)[/-](?:20)?(\d\d)")
_REFERENCE = re.compile(r"(?:R-?)?(\d{1,9})", re.IGNORECASE)
_TERM = re.compile(r"[\w./:-]{2,64}")
_MONTHS = re.compile(r"\bnext\s+(\d{1,3})\s+months?\b", re.IGNORECASE)
_IN_UNIT = re.compile(r"\bin\s+(.+)$", re.IGNORECASE)
_FAULTS: tuple[tuple[RequestReason, re.Pattern[str]], ...] = (
    (RequestReason.STOLEN, re.compile(r"\b(stolen|nicked|robbed|theft)\b", re.IGNORECASE)),
    (RequestReason.LOST, re.compile(r"\b(lost|missing|left (it|my)|cannot find|can't find)\b", re.IGNORECASE)),
    (RequestReason.SLOW, re.compile(r"\b(slow|sluggish|freez\w+|hangs|crash\w*)\b", re.IGNORECASE)),
    (
        RequestReason.BROKEN,
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
    word = _SYNONYMS.get(word, word) or "help"
    reader = _READERS.get(word)
    if reader is not None:
        return reader(rest.strip()) or _lost(said, word)
    return _described(said) or (Help() if word in _GREETINGS else _lost(said, _nearest(word)))


def _described(said: str) -> Fault | None:
    if " " not in said:
        return None
    for reason, pattern in _FAULTS:
        if pattern.search(said):
            return Fault(reason, said[:MOST_SAID])
    return None


def _nearest(word: str) -> str | None:
    found = difflib.get_close_matches(word[:40], list(USAGE), n=1, cutoff=0.6)
    return found[0] if found else None


def _lost(said: str, nearest: str | None) -> Unknown:
    usage = USAGE.get(nearest or "", "help")
    return Unknown(said[:MOST_SAID], nearest, usage)


def _alone(answer: Asked) -> Callable[[str], Asked | None]:
    return lambda rest: answer if not rest else None


def _counts(rest: str) -> Asked | None:
    unit, rest = _unit(rest)
    before, _, dimensions = f" {rest} ".lower().partition(" by ")
    words = before.split()
    kind: Kind | None = None
    if words:
        kind = _KINDS.get(words[0])
        if kind is None or len(words) > 1:
            return None
    by: list[Dimension] = []
    for word in re.split(r"[,\s]+|\band\b", dimensions):
        if not word:
            continue
        dimension = _DIMENSIONS.get(word)
        if dimension is None:
            return None
        if dimension not in by:
            by.append(dimension)
    default = Dimension.KIND if kind is None else Dimension.MODEL
    return Counts(by=tuple(by[:2]) or (default,), kind=kind, unit=unit)


def _due(rest: str) -> Asked | None:
    months = 12
    found = _MONTHS.search(rest)
    if found:
        months = max(1, min(int(found[1]), MOST_MONTHS))
        rest = (rest[: found.start()] + rest[found.end() :]).strip()
    unit, rest = _unit(rest)
    return Due(unit=unit, months=months) if not rest else None


def _unit(rest: str) -> tuple[str | None, str]:
    found = _IN_UNIT.search(rest)
    if not found:
        return None, rest.strip()
    after = found[1]
    # `in UNIT by …` is as natural as `by … in UNIT`.
    unit, separator, by = after.partition(" by ")
    return unit.strip(), f"{rest[: found.start()]}{separator}{by}".strip()


def _budget(rest: str) -> Asked | None:
    if not rest:
        return Budget()
    found = _YEAR.fullmatch(rest)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        return None
    return Budget(f"20{found[1]}/{found[2]}")


def _request(rest: str) -> Asked | None:
    found = _REFERENCE.fullmatch(rest)
    return Request(f"R-{int(found[1])}") if found else None


def _leavers(rest: str) -> Asked | None:
    unit, rest = _unit(rest)
    return Leavers(unit) if not rest else None


def _why(rest: str) -> Asked | None:
    return Why(rest) if _TERM.fullmatch(rest) else None


def _find(rest: str) -> Asked | None:
    return Find(rest) if _TERM.fullmatch(rest) else None


def _dead_letters(rest: str) -> Asked | None:
    if not rest:
        return DeadLetters()
    return DeadLetters(rest.lower()) if _TERM.fullmatch(rest) else None


_KINDS = {name: kind for kind in Kind for name in (kind.value, f"{kind.value}s")}
_KINDS |= {"phone": Kind.SMARTPHONE, "phones": Kind.SMARTPHONE, "screen": Kind.MONITOR, "screens": Kind.MONITOR}
_DIMENSIONS = {name: each for each in Dimension for name in (each.value, f"{each.value}s")}
_READERS: Mapping[str, Callable[[str], Asked | None]] = {
    "counts": _counts,
    "due": _due,
    "queue": _alone(Queue()),
    "why": _why,
    "find": _find,
    "budget": _budget,
    "replace": lambda rest: Replace(),
    "request": _request,
    "alerts": _alone(Alerts()),
    "conflicts": _alone(Conflicts()),
    "leavers": _leavers,
    "deadletters": _dead_letters,
    "help": lambda rest: Help(),
}
