"""One reader a word: what follows it, read; None where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.grammar import acts, covering, custody, losing
from bot.grammar.asked import (
    Alerts,
    Asked,
    Audit,
    Budget,
    BudgetSide,
    Conflicts,
    Contracts,
    Counts,
    DeadLetters,
    Deliveries,
    Due,
    Find,
    Help,
    Idle,
    Leavers,
    Losses,
    Override,
    Queue,
    Replace,
    Request,
    Surplus,
    Virement,
    Waves,
    Why,
)
from bot.grammar.own import OwnRequests
from bot.grammar.parts import KINDS, TERM, person_of, unit_of, year_of
from schemas.vocabulary import Kind
from services.register.queries import Dimension

MOST_MONTHS = 60
_REFERENCE = re.compile(r"(?:R-?)?(\d{1,9})", re.IGNORECASE)
_MONTHS = re.compile(r"\bnext\s+(\d{1,3})\s+months?\b", re.IGNORECASE)
_OWN = re.compile(r"(my|the|a|our|out)\b", re.IGNORECASE)
"""With these begins no name, serial or tag."""
_MINE = frozenset({"mine", "my", "my own", "own"})
_ALL_OPEN = frozenset({"", "all", "open", "all open"})
_DAYS = re.compile(r"\b(\d{1,3})\s+days?\b", re.IGNORECASE)
_AFTER = re.compile(r"\bafter\s+(\d{1,9})$", re.IGNORECASE)
_BEFORE = re.compile(r"\bbefore\s+(\d{1,18})$", re.IGNORECASE)
_DIMENSIONS = {name: each for each in Dimension for name in (each.value, f"{each.value}s")}
_SIDES = {name: each for each in BudgetSide for name in (each.value, f"{each.value}s")}

Reader = Callable[[str], Asked | None]


def _alone(answer: Asked) -> Reader:
    return lambda rest: answer if not rest else None


def _counts(rest: str) -> Asked | None:
    unit, rest = unit_of(rest)
    before, _, dimensions = f" {rest} ".lower().partition(" by ")
    words = before.split()
    kind: Kind | None = None
    if words:
        kind = KINDS.get(words[0])
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
    unit, rest = unit_of(rest)
    if not rest:
        return Due(unit=unit, months=months)
    kind = KINDS.get(rest.lower())
    return Due(unit=unit, months=months, kind=kind) if kind else None


def _passed_over(rest: str) -> tuple[int, str]:
    """How many lines a `More` button has shown already, and the rest without that."""
    found = _AFTER.search(rest)
    return (int(found[1]), rest[: found.start()].strip()) if found else (0, rest)


def _queue(rest: str) -> Asked | None:
    unit, rest = unit_of(rest)
    after, rest = _passed_over(rest)
    if not rest:
        return Queue(unit=unit, after=after)
    kind = KINDS.get(rest.lower())
    return Queue(kind=kind, unit=unit, after=after) if kind else None


def _budget(rest: str) -> Asked | None:
    before, by, side = f" {rest.lower()} ".partition(" by ")
    written, asked = before.strip(), _SIDES.get(side.strip())
    year = year_of(written) if written else None
    if (by and asked is None) or (written and year is None):
        return None
    return Budget(year, asked)


def _request(rest: str) -> Asked | None:
    """`request R-12`; without a number, one's own."""
    if not rest:
        return OwnRequests()
    found = _REFERENCE.fullmatch(rest)
    return Request(f"R-{int(found[1])}") if found else None


def _leavers(rest: str) -> Asked | None:
    unit, rest = unit_of(rest)
    return Leavers(unit) if not rest else None


def _idle(rest: str) -> Asked | None:
    days = 30
    found = _DAYS.search(rest)
    if found:
        days = max(1, int(found[1]))
        rest = " ".join(f"{rest[: found.start()]} {rest[found.end() :]}".split())
    unit, rest = unit_of(rest)
    after, rest = _passed_over(rest)
    return Idle(unit, days, after) if not rest else None


def _surplus(rest: str) -> Asked | None:
    unit, rest = unit_of(rest)
    after, rest = _passed_over(rest)
    return Surplus(unit, after) if not rest else None


def _deliveries(rest: str) -> Asked | None:
    unit, rest = unit_of(rest)
    return Deliveries(unit) if not rest else None


def _why(rest: str) -> Asked | None:
    return Why(rest) if TERM.fullmatch(rest) else None


def _find(rest: str) -> Asked | None:
    after, rest = _passed_over(rest)
    if _OWN.match(rest):
        return None
    term = rest if TERM.fullmatch(rest) else person_of(rest)
    return Find(term, after) if term else None


def _alerts(rest: str) -> Asked | None:
    said = rest.lower()
    if said in _MINE:
        return Alerts(mine=True)
    return Alerts() if said in _ALL_OPEN else None


def _audit(rest: str) -> Asked | None:
    before = None
    found = _BEFORE.search(rest)
    if found:
        before = int(found[1]) or None
        rest = rest[: found.start()].strip()
    if _OWN.match(rest):
        return None
    term = rest if TERM.fullmatch(rest) else person_of(rest)
    return Audit(term, before) if term else None


def _dead_letters(rest: str) -> Asked | None:
    if not rest:
        return DeadLetters()
    return DeadLetters(rest.lower()) if TERM.fullmatch(rest) else None


READERS: Mapping[str, Reader] = {
    "counts": _counts,
    "due": _due,
    "queue": _queue,
    "why": _why,
    "find": _find,
    "budget": _budget,
    "replace": lambda rest: Replace(),
    "lost": losing.lost,
    "stolen": losing.stolen,
    "found": losing.found,
    "losses": _alone(Losses()),
    "loss": losing.loss,
    "request": _request,
    "cover": covering.cover,
    "alerts": _alerts,
    "audit": _audit,
    "conflicts": _alone(Conflicts()),
    "leavers": _leavers,
    "idle": _idle,
    "surplus": _surplus,
    "deliveries": _deliveries,
    "deadletters": _dead_letters,
    "wave": acts.wave,
    "waves": _alone(Waves()),
    "demand": acts.plan_demand,
    "override": _alone(Override()),
    "virement": _alone(Virement()),
    "rollover": acts.roll_over,
    "reverse": acts.reverse,
    "contracts": _alone(Contracts()),
    "acts": acts.acts,
    "custody": custody.custody,
    "disposals": custody.disposals,
    "help": lambda rest: Help(),
}
