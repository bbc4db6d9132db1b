"""Volume crossing: the devices of a kind that are ordered, or forecast to be, pass a step of the kind's volume cap.

No money is approved by kind; what limits a kind is how many of it may be ordered in the year. Volumes are public, and a
kind's sum would tell its price, so these alerts speak of devices alone. Two keys a kind and year: one on what is
ordered, one on what is forecast.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.money_words import last_day, percent_of, sentences
from services.watch.conditions.steps import Step, step_reached

ORDERED: Final = "volume-crossing"
FORECAST: Final = "volume-outturn-crossing"
Basis = Literal["volume-crossing", "volume-outturn-crossing"]


class VolumeCrossingThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in percent of what may be ordered; hysteresis in percentage points. `assumed`: nobody has decided them."""

    ordered: tuple[Step, ...]
    forecast: tuple[Step, ...]
    hysteresis: float
    assumed: bool = False


class KindVolume(msgspec.Struct, frozen=True, kw_only=True):
    """A kind's devices in a year. `beyond` more are wanted than may be ordered."""

    financial_year: str
    kind: str
    cap: int
    override: int
    """What a director's overrides allow beyond the cap."""
    ordered: int
    expected: int
    """Still to be ordered this year, as forecast."""
    beyond: int
    assumed_cap: bool


def key_of(basis: Basis, financial_year: str, kind: str) -> str:
    """The alert key of a kind."""
    return f"{basis}:{financial_year}:{kind}"


def judge(
    basis: Basis, volume: KindVolume, thresholds: VolumeCrossingThresholds, held: float | None, today: date
) -> Verdict:
    """How the kind stands on the London day `today`. `held` is the threshold of the open alert, if there is one."""
    key = key_of(basis, volume.financial_year, volume.kind)
    number = volume.ordered if basis == ORDERED else volume.ordered + volume.expected
    allowed = volume.cap + volume.override
    used = percent_of(number, allowed)
    steps = thresholds.ordered if basis == ORDERED else thresholds.forecast
    step = step_reached(used, steps, held, thresholds.hysteresis)
    if step is None or today > last_day(volume.financial_year):
        return Verdict(key=key, condition=basis, finding=None)
    verb = "is ordered" if basis == ORDERED else "is forecast to be ordered"
    finding = Finding(
        severity=step.severity,
        audience="budget",
        headline=f"{volume.financial_year} {volume.kind}s: {step.at:.0f} % of the volume cap {verb}",
        detail=sentences(
            f"{number:,} of {allowed:,}"
            + (f", of which an override allows {volume.override:,}" if volume.override else "")
            + (f"; {volume.ordered:,} are ordered so far." if basis == FORECAST else "."),
            f"{volume.beyond:,} more are wanted this year." if volume.beyond > 0 else "",
            "The cap is assumed." if volume.assumed_cap else "",
        ),
        measured=round(used, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=basis, finding=finding)
