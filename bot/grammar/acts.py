"""Readers of what planners, finance and directors do: waves, planned demand, the budget's acts."""

from __future__ import annotations

import re

from bot.grammar.asked import Acts, Asked, Demands, PlanDemand, Propose, Reverse, RollOver, Wave, WithdrawDemand
from bot.grammar.parts import KINDS, pence_of, year_of
from schemas.vocabulary import BauCause, Kind

MOST_PLANNED = 5000
MOST_REASON = 500
LONGEST_DOCUMENT = 200

_WAVE = re.compile(r"(?:W-?)?(\d{1,9})", re.IGNORECASE)
_UP_TO = re.compile(r"\b(?:up to|within|at most)\s+(.+)$", re.IGNORECASE)
_CAUSES = {
    "joiner": BauCause.JOINER,
    "joiners": BauCause.JOINER,
    "new joiners": BauCause.JOINER,
    "growth": BauCause.GROWTH,
}
"""What one can foresee. The other causes come as requests, each for its device."""
_DEMAND = re.compile(
    r"(?P<quantity>\d{1,9})\s+(?P<kind>\w+)\s+for\s+(?P<cause>.+?)\s+in\s+(?P<unit>.+)"
    r"\s+by\s+(?P<day>[\w/., -]+?)\s+(?:because|as|since)\s+(?P<reason>.+)",
    re.IGNORECASE,
)

_WITHDRAWN = re.compile(
    r"withdraw\s+(?:D-?)?(?P<number>\d{1,9})\s+(?:because|as|since)\s+(?P<reason>.+)", re.IGNORECASE
)


def wave(rest: str) -> Asked | None:
    """`wave`, `wave W-12`, `wave propose laptops up to £2m`."""
    if not rest:
        return Wave()
    first, _, more = rest.partition(" ")
    if first.lower() in ("propose", "plan", "new"):
        return _propose(more)
    found = _WAVE.fullmatch(rest)
    return Wave(f"W-{int(found[1])}") if found else None


def _propose(rest: str) -> Asked | None:
    most = None
    found = _UP_TO.search(rest)
    if found:
        most = pence_of(found[1])
        if most is None:
            return None
        rest = rest[: found.start()]
    kinds: list[Kind] = []
    for word in re.split(r"[,\s]+|\band\b", rest.lower()):
        if not word:
            continue
        if (kind := KINDS.get(word)) is None:
            return None
        if kind not in kinds:
            kinds.append(kind)
    return Propose(kinds=tuple(kinds), most_pence=most)


def plan_demand(rest: str) -> Asked | None:
    """`demand`, `demand 40 laptops for joiners in UNIT by 1 Feb 2025 because …`, `demand withdraw D-4 because …`."""
    if not rest:
        return Demands()
    if withdrawn := _WITHDRAWN.fullmatch(rest):
        return WithdrawDemand(f"D-{int(withdrawn['number'])}", withdrawn["reason"].strip()[:MOST_REASON])
    found = _DEMAND.fullmatch(rest)
    if not found:
        return None
    kind, cause = KINDS.get(found["kind"].lower()), _CAUSES.get(found["cause"].lower())
    quantity = int(found["quantity"])
    if kind is None or cause is None or not 1 <= quantity <= MOST_PLANNED:
        return None
    return PlanDemand(
        quantity, kind, cause, found["unit"].strip(), found["day"].strip(), found["reason"].strip()[:MOST_REASON]
    )


def roll_over(rest: str) -> Asked | None:
    """`rollover 2023/24`: a year must be named."""
    year = year_of(rest)
    return RollOver(year) if year else None


def reverse(rest: str) -> Asked | None:
    """`reverse PO-100`, or an entry's number. Finance names documents as it likes, so all that follows is the name."""
    named = rest.strip("` ")
    return Reverse(named) if 0 < len(named) <= LONGEST_DOCUMENT else None


def acts(rest: str) -> Asked | None:
    """`acts`, of this year or of the one named."""
    if not rest:
        return Acts()
    year = year_of(rest)
    return Acts(year) if year else None
