"""Budget crossing: committed and invoiced money of a funding line passes a step of what was approved.

One key a line and year, not one a step: chat shows one message that tells how the line stands now. Passing a higher
step is an update with a higher threshold and mostly a higher severity, so that every crossing is an event of its own.
A year that is over is not watched: its money can no longer be kept from being spent.
"""

from __future__ import annotations

from datetime import date

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.money_words import last_day, line_name, percent_of, pounds
from services.watch.conditions.steps import Step, step_reached

CONDITION = "budget-crossing"


class BudgetCrossingThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in percent of the approved sum; hysteresis in percentage points."""

    steps: tuple[Step, ...]
    hysteresis: float


class LineStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A line's sums in pence."""

    financial_year: str
    line: str
    approved_pence: int
    committed_pence: int
    invoiced_pence: int


def key_of(financial_year: str, line: str) -> str:
    """The alert key of a line."""
    return f"{CONDITION}:{financial_year}:{line}"


def judge(standing: LineStanding, thresholds: BudgetCrossingThresholds, held: float | None, today: date) -> Verdict:
    """How the line stands on the London day `today`. `held` is the threshold of the open alert, if there is one."""
    key = key_of(standing.financial_year, standing.line)
    spent = standing.committed_pence + standing.invoiced_pence
    used = percent_of(spent, standing.approved_pence)
    step = step_reached(used, thresholds.steps, held, thresholds.hysteresis)
    if step is None or today > last_day(standing.financial_year):
        return Verdict(key=key, condition=CONDITION, finding=None)
    left = standing.approved_pence - spent
    line = line_name(standing.line)
    finding = Finding(
        severity=step.severity,
        audience="budget",
        headline=f"{standing.financial_year} {line}: {step.at:.0f} % of the approved sum is reached",
        detail=(
            f"{used:.0f} % is used: {pounds(standing.committed_pence)} committed and "
            f"{pounds(standing.invoiced_pence)} invoiced of {pounds(standing.approved_pence)} approved, "
            + (f"{pounds(left)} left." if left >= 0 else f"{pounds(-left)} too much.")
        ),
        measured=round(used, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)
