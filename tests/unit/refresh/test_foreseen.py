"""Demand that a planner foresees: urgent as a request, first for a first tier, and nothing for age or failures."""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import BauCause, Kind
from services.refresh.rules.foreseen import foreseen_parts
from services.refresh.rules.standing import DeviceStanding
from tests.unit.refresh.policies import FRONTLINE, ID, OFFICE, POLICY

TODAY = date(2024, 11, 4)


def parts(cause: BauCause, unit: str) -> dict[str, int]:
    return foreseen_parts(cause, DeviceStanding(ID, None, Kind.LAPTOP, unit=unit), POLICY, TODAY)


def test_a_joiner_before_growth_and_both_below_a_broken_device() -> None:
    most = POLICY.policy.weights.request
    joiner, growth = parts(BauCause.JOINER, OFFICE), parts(BauCause.GROWTH, OFFICE)
    assert joiner == dict.fromkeys(POLICY.parts, 0) | {"request": most * 800 // 1000}
    assert growth == dict.fromkeys(POLICY.parts, 0) | {"request": most * 300 // 1000}
    assert growth["request"] < joiner["request"] < most


def test_a_frontline_unit_comes_first() -> None:
    frontline, office = parts(BauCause.JOINER, FRONTLINE), parts(BauCause.JOINER, OFFICE)
    assert frontline["tier"] > office["tier"]
    assert frontline | {"tier": 0} == office | {"tier": 0}
