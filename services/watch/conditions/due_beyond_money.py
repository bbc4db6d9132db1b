"""Due beyond money: the devices that fall due soon cost more than the money left on their line.

One key a line and year. The sum of one kind alone would tell its price to those who know the number, and planners read
this channel, so then no sum is told: neither in words nor as a measure.
"""

from __future__ import annotations

from datetime import date

import msgspec

from services.clock import in_words
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.money_words import (
    ASSUMED_PRICES,
    NO_MONEY_AT_ALL,
    line_name,
    percent_of,
    pounds,
    sentences,
)
from services.watch.conditions.steps import Step, step_reached

CONDITION = "due-beyond-money"


class DueBeyondMoneyThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What falls due within `days` days; steps in percent of the money left, hysteresis in percentage points.

    `assumed`: nobody has decided the steps yet.
    """

    days: int
    steps: tuple[Step, ...]
    hysteresis: float
    assumed: bool = False


class LineDue(msgspec.Struct, frozen=True, kw_only=True):
    """What waits on a line or falls due by `until`, what it costs, and what the line has left. Pence, VAT included."""

    financial_year: str
    line: str
    until: date
    devices: int
    gross_pence: int
    left_pence: int
    one_kind: bool
    assumed_prices: bool


def key_of(financial_year: str, line: str) -> str:
    """The alert key of a line."""
    return f"{CONDITION}:{financial_year}:{line}"


def judge(due: LineDue, thresholds: DueBeyondMoneyThresholds, held: float | None) -> Verdict:
    """Whether the money suffices for what is due. `held` is the threshold of the open alert, if there is one."""
    key = key_of(due.financial_year, due.line)
    share = _share(due)
    step = step_reached(share, thresholds.steps, held, thresholds.hysteresis)
    # Exactly the money left is enough, so the first step is passed by a penny more, or kept by the margin below it.
    enough = due.gross_pence <= due.left_pence
    if step is None or (held is None and enough):
        return Verdict(key=key, condition=CONDITION, finding=None)
    relation = "cost about what is left" if enough else "cost more than the money left"
    figures = (
        "What they cost is not told here, since it would tell a price."
        if due.one_kind
        else f"They cost about {pounds(due.gross_pence)}, and {pounds(due.left_pence)} may still be committed."
    )
    finding = Finding(
        severity=step.severity,
        audience="budget",
        headline=f"{due.financial_year} {line_name(due.line)}: devices due by {in_words(due.until)} {relation}",
        detail=sentences(
            f"{due.devices:,} wait or fall due by then and are not ordered.",
            figures,
            ASSUMED_PRICES if due.assumed_prices else "",
        ),
        measured=None if due.one_kind else round(share, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _share(due: LineDue) -> float:
    if due.left_pence <= 0 < due.gross_pence:
        return NO_MONEY_AT_ALL
    return min(NO_MONEY_AT_ALL, percent_of(due.gross_pence, due.left_pence))
