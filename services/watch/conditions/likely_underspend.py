"""Likely underspend: before the year ends, even the high end of a line's forecast leaves money.

Told only in the last part of the year: at its beginning the queue and the pace know too little, and every line looks
underspent. The high end decides whether it is likely, the forecast itself how much it is. Both have a margin once the
alert is open, so that neither a device more nor a day makes it flap.
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
from services.watch.conditions.outturn_crossing import LineForecast
from services.watch.conditions.steps import Step, step_reached

CONDITION = "likely-underspend"


class LikelyUnderspendThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in percent of the approved sum that is left; hysteresis in percentage points.

    Looked at in the last `within_days` days of the year. `assumed`: nobody has decided these figures yet.
    """

    within_days: int
    steps: tuple[Step, ...]
    hysteresis: float
    assumed: bool = False


def key_of(financial_year: str, line: str) -> str:
    """The alert key of a line."""
    return f"{CONDITION}:{financial_year}:{line}"


def judge(forecast: LineForecast, thresholds: LikelyUnderspendThresholds, held: float | None, today: date) -> Verdict:
    """How much the line will leave as of the London day `today`. `held` is the threshold of the open alert, if any."""
    key = key_of(forecast.financial_year, forecast.line)
    days_left = (last_day(forecast.financial_year) - today).days
    left = forecast.approved_pence - forecast.outturn_pence
    share = percent_of(left, forecast.approved_pence)
    step = step_reached(share, thresholds.steps, held, thresholds.hysteresis)
    if step is None or not _likely(forecast, thresholds, held) or not 0 <= days_left <= thresholds.within_days:
        return Verdict(key=key, condition=CONDITION, finding=None)
    finding = Finding(
        severity=step.severity,
        audience="budget",
        headline=f"{forecast.financial_year} {line_name(forecast.line)}: {share:.0f} % is likely to be left over",
        detail=sentences(
            f"By {in_words(last_day(forecast.financial_year))} {pounds(left)} of "
            f"{pounds(forecast.approved_pence)} approved is likely to be unspent: the forecast is "
            f"{pounds(forecast.outturn_pence)}, at most about {pounds(forecast.high_pence)}.",
            ASSUMED_PRICES if forecast.assumed_prices else "",
        ),
        measured=round(share, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _likely(forecast: LineForecast, thresholds: LikelyUnderspendThresholds, held: float | None) -> bool:
    if held is None:
        return forecast.high_pence < forecast.approved_pence
    return percent_of(forecast.high_pence, forecast.approved_pence) < 100 + thresholds.hysteresis
