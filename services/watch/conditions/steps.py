"""Thresholds in steps: which one a measure has reached, with hysteresis so that it does not flap around one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.vocabulary import AlertSeverity


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A threshold in percent and how soon somebody must act once it is reached."""

    at: float
    severity: AlertSeverity


def step_reached(measured: float, steps: Sequence[Step], held: float | None, hysteresis: float) -> Step | None:
    """The highest step that `measured` (percent) has reached, or None.

    `held` is the threshold of the open alert: steps up to it are only left again `hysteresis` points below them.
    """
    reached = [
        step for step in steps if measured >= step.at - (hysteresis if held is not None and step.at <= held else 0.0)
    ]
    return max(reached, key=lambda step: step.at, default=None)
