"""Procurement gate reached: an order or a wave is worth a published threshold or more, and lacks what that asks for.

A wave that is not decided yet has an alert of its own, in the words of the gates that it would fail, which name no
price. Orders that finance placed are facts already: one alert for all of them, for those who see orders.
It ends when commercial has entered the route or the approval, or the wave is superseded or sent back.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.money_words import sentences

CONDITION = "procurement-gate"
ORDERS_KEY = f"{CONDITION}:orders"
MOST_NAMED = 3


class ProcurementGateThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How soon somebody must act: where a procurement route is missing, and where an approval is.

    From how much each is needed is published, and stands in the budget's `procurement.yaml`. `assumed`: nobody has
    decided the severities yet. No hysteresis: a route that was entered stays.
    """

    route: AlertSeverity
    approval: AlertSeverity
    assumed: bool = False


class OrderLacks(msgspec.Struct, frozen=True, kw_only=True):
    """An order of finance's that was placed without what its worth asks for."""

    order_id: str
    lacks_route: bool
    lacks_approval: bool


class WaveLacks(msgspec.Struct, frozen=True, kw_only=True):
    """A wave that is to be decided. `sentences` say what is missing, and name no price."""

    wave: str
    financial_year: str
    lacks_approval: bool
    sentences: Sequence[str]


def key_of(wave: str) -> str:
    """The alert key of a wave."""
    return f"{CONDITION}:wave:{wave}"


def judge_orders(orders: Sequence[OrderLacks], thresholds: ProcurementGateThresholds) -> Verdict:
    """How finance's orders stand: those that lack something, the dearest first."""
    if not orders:
        return Verdict(key=ORDERS_KEY, condition=CONDITION, finding=None)
    no_approval = sum(each.lacks_approval for each in orders)
    no_route = sum(each.lacks_route for each in orders)
    number = len(orders)
    more = number - MOST_NAMED
    named = ", ".join(each.order_id for each in orders[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    subject = "1 order lacks" if number == 1 else f"{number:,} orders lack"
    finding = Finding(
        severity=thresholds.approval if no_approval else thresholds.route,
        audience="commercial",
        headline=f"{subject} a procurement route or approval",
        detail=sentences(
            f"{named}.",
            f"Without a compliant procurement route: {no_route:,}." if no_route else "",
            f"Without the Deputy Mayor's approval: {no_approval:,}." if no_approval else "",
            "Commercial can enter what is missing, or a contract that carries it.",
        ),
        measured=float(number),
        threshold=1.0,
    )
    return Verdict(key=ORDERS_KEY, condition=CONDITION, finding=finding)


def judge_wave(wave: WaveLacks, thresholds: ProcurementGateThresholds) -> Verdict:
    """How a wave stands that is to be decided."""
    key = key_of(wave.wave)
    if not wave.sentences:
        return Verdict(key=key, condition=CONDITION, finding=None)
    what = "an approval" if wave.lacks_approval else "a procurement route or approval"
    finding = Finding(
        severity=thresholds.approval if wave.lacks_approval else thresholds.route,
        audience="budget",
        headline=f"{wave.wave} for {wave.financial_year} needs {what} before its orders can be placed",
        detail=sentences(*dict.fromkeys(wave.sentences)),
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)
