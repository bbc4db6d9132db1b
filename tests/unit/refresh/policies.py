"""The shipped policy, and devices as short as a test wants them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from schemas.vocabulary import DeviceState, Kind, RequestReason
from services.refresh import policy as policy_module
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.rules import ApprovedRequest, DeviceStanding

FILE = Path(policy_module.__file__).parent / "policies" / "metropolitan.yaml"
FRONTLINE = "central-west-response"
OFFICE = "commercial-finance"
POLICY = PolicyInForce(Policy.load(FILE), {FRONTLINE: "frontline"})
ID = UUID(int=7)


def device(**facts: Any) -> DeviceStanding:
    """A deployed office laptop unless `facts` say otherwise."""
    standing: dict[str, Any] = {"state": DeviceState.DEPLOYED, "kind": Kind.LAPTOP, "unit": OFFICE} | facts
    return DeviceStanding(device_id=ID, **standing)


def request(
    reason: RequestReason, approved_on: date, *, ordered: bool = False, accessibility_needs: bool = False
) -> ApprovedRequest:
    """An approved request."""
    return ApprovedRequest(UUID(int=9), "R-9", reason, approved_on, ordered, accessibility_needs=accessibility_needs)
