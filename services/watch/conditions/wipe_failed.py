"""Wipe failed: a device that came back, or is lost, could not be wiped from afar. One alert a record.

It ends when the record moves on: wiped after all, on its way to destruction, found, or written off.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict

CONDITION = "wipe-failed"


class WipeFailedThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How soon somebody must act: nobody knows who has a lost device."""

    custody: AlertSeverity
    loss: AlertSeverity


class FailedWipe(msgspec.Struct, frozen=True, kw_only=True):
    """A loss or a custody record whose device's wipe failed, by its L- or C-number."""

    matter: Literal["custody", "loss"]
    reference: str
    serial: str | None = None
    unit: str | None = None


def key_of(reference: str) -> str:
    """The alert key of a record."""
    return f"{CONDITION}:{reference}"


def judge(key: str, failed: FailedWipe | None, thresholds: WipeFailedThresholds) -> Verdict:
    """How the record of this key stands: `failed` is None once its wipe is no longer a failed one."""
    if failed is None:
        return Verdict(key=key, condition=CONDITION, finding=None)
    device = failed.serial or "a device without a serial number"
    lost = failed.matter == "loss"
    finding = Finding(
        severity=thresholds.loss if lost else thresholds.custody,
        audience="fleet",
        unit=failed.unit,
        headline=f"The wipe of {device} failed",
        detail=(
            f"{failed.reference}: it is lost, and its data may still be on it. Try the wipe again, or write it off."
            if lost
            else f"{failed.reference}: it may still hold data, so it stays until it is wiped or destroyed."
        ),
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)
