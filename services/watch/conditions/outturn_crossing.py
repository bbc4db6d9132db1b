"""Outturn crossing: what a funding line is forecast to come to by the year's end passes a step of what was approved.

The sister of `budget_crossing`, which looks at what is committed and invoiced already. The forecast is the budget's own
(ADR 0019), with its range; it is cut to the line's money, so that what is wanted beyond it is told beside it. One key
a line and year. A year that is over has no forecast.
"""

from __future__ import annotations

from datetime import date

import msgspec

from services.clock import in_words
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.money_words import (
    ASSUMED_PRICES,
    last_day,
    line_name,
    percent_of,
    pounds,
    sentences,
)
from services.watch.conditions.steps import Step, step_reached

CONDITION = "outturn-crossing"


class OutturnCrossingThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in percent of the approved sum; hysteresis in percentage points. `assumed`: nobody has decided them yet."""

    steps: tuple[Step, ...]
    hysteresis: float
    assumed: bool = False


class LineForecast(msgspec.Struct, frozen=True, kw_only=True):
    """A line's forecast outturn in pence, VAT included: `low_pence` to `high_pence` holds about four of five."""

    financial_year: str
    line: str
    approved_pence: int
    low_pence: int
    outturn_pence: int
    high_pence: int
    beyond_money_pence: int
    """What is wanted this year and the line has no money for."""
    assumed_prices: bool


def key_of(financial_year: str, line: str) -> str:
    """The alert key of a line."""
    return f"{CONDITION}:{financial_year}:{line}"


def judge(forecast: LineForecast, thresholds: OutturnCrossingThresholds, held: float | None, today: date) -> Verdict:
    """How the line will end, as of the London day `today`. `held` is the threshold of the open alert, if any."""
    key = key_of(forecast.financial_year, forecast.line)
    used = percent_of(forecast.outturn_pence, forecast.approved_pence)
    step = step_reached(used, thresholds.steps, held, thresholds.hysteresis)
    if step is None or today > last_day(forecast.financial_year):
        return Verdict(key=key, condition=CONDITION, finding=None)
    finding = Finding(
        severity=step.severity,
        audience="budget",
        headline=(
            f"{forecast.financial_year} {line_name(forecast.line)}: "
            f"{step.at:.0f} % of the approved sum is forecast to be reached"
        ),
        detail=sentences(
            f"The forecast for {in_words(last_day(forecast.financial_year))} is {pounds(forecast.outturn_pence)} of "
            f"{pounds(forecast.approved_pence)} approved, in four cases of five between {pounds(forecast.low_pence)} "
            f"and {pounds(forecast.high_pence)}.",
            f"{pounds(forecast.beyond_money_pence)} more is wanted this year than there is money for."
            if forecast.beyond_money_pence > 0
            else "",
            ASSUMED_PRICES if forecast.assumed_prices else "",
        ),
        measured=round(used, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)
