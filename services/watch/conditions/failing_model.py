"""Failing model: a model fails more often than in the window before, beyond what chance explains.

If nothing has changed, each failure of two neighbouring windows of equal length falls into the later one with
probability one half, whatever the model's rate and however many there are of it (a fleet hardly changes its size in
such a time). So the later count is binomial, and its upper tail is how surprising it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import comb

import msgspec

from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict

CONDITION = "failing-model"


class WindowThreshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A window's length and the fewest failures in it that raise an alert, or keep one open."""

    days: int
    minimum: int
    minimum_to_hold: int


class FailingModelThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Raised where chance explains the count with a probability below `raise_below`, kept up to `clear_above`."""

    windows: tuple[WindowThreshold, ...]
    raise_below: float
    clear_above: float
    severity: AlertSeverity


class WindowCount(msgspec.Struct, frozen=True, kw_only=True):
    """A model's failures in the last `days` days and in as many days before them."""

    days: int
    recent: int
    before: int


def key_of(model: str) -> str:
    """The alert key of a model."""
    return f"{CONDITION}:{model}"


def model_of(key: str) -> str:
    """The model of an alert key."""
    return key.removeprefix(f"{CONDITION}:")


def chance_of(recent: int, before: int) -> float:
    """The probability of at least `recent` failures in the later of two equal windows if nothing has changed.

    Exact: a sum of whole numbers, divided once.
    """
    together = recent + before
    return sum(comb(together, k) for k in range(recent, together + 1)) / (1 << together)


def judge(
    model: str,
    counts: Sequence[WindowCount],
    thresholds: FailingModelThresholds,
    *,
    held: bool,
    known_since: datetime | None,
    now: datetime,
) -> Verdict:
    """How the model stands at `now`. `held` says that its alert is open.

    `known_since` is the first failure of any model we know of: a window before that was not watched is not compared.
    """
    by_days = {count.days: count for count in counts}
    worst: tuple[float, WindowCount] | None = None
    for window in thresholds.windows:
        count = by_days.get(window.days, WindowCount(days=window.days, recent=0, before=0))
        watched = known_since is not None and known_since <= now - timedelta(days=2 * window.days)
        if not watched or count.recent < (window.minimum_to_hold if held else window.minimum):
            continue
        chance = chance_of(count.recent, count.before)
        if chance < (thresholds.clear_above if held else thresholds.raise_below) and (
            worst is None or chance < worst[0]
        ):
            worst = chance, count
    finding = None if worst is None else _finding(model, worst[1], thresholds.severity)
    return Verdict(key=key_of(model), condition=CONDITION, finding=finding)


def _finding(model: str, count: WindowCount, severity: AlertSeverity) -> Finding:
    return Finding(
        severity=severity,
        audience="fleet",
        headline=f"{model} fails more often than before",
        detail=f"{count.recent} failures in the last {count.days} days, {count.before} in the {count.days} before.",
        measured=float(count.recent),
        threshold=float(count.before),
    )
