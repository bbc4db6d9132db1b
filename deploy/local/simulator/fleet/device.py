"""One device and one holder as the simulator remembers them: small, for there are a hundred thousand."""

from __future__ import annotations

import dataclasses
from datetime import date

from deploy.local.scenarios.scenario import Kind, ModelPlan

# Asset states of a ServiceNow hardware record.
IN_USE, ON_ORDER, IN_MAINTENANCE, IN_STOCK, RETIRED, MISSING = 1, 2, 3, 6, 7, 8

MICROSOFT, JAMF, UNMANAGED = "microsoft", "jamf", ""
_MANAGED_BY = {
    "windows": MICROSOFT,
    "android": MICROSOFT,
    "macos": JAMF,
    "ios": JAMF,
    "ipados": JAMF,
    "none": UNMANAGED,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """A model of a kind, with its plan from the scenario and its place in the list of models."""

    number: int
    kind: Kind
    plan: ModelPlan
    vendor: str

    @classmethod
    def of(cls, number: int, kind: Kind, plan: ModelPlan) -> Model:
        return cls(number, kind, plan, _MANAGED_BY[plan.platform])


@dataclasses.dataclass(slots=True)
class Holder:
    """A person who may hold devices. `acting` ones appear in the directory and keep what they hold."""

    number: int
    name: str
    email: str
    unit: str
    title: str
    acting: bool


@dataclasses.dataclass(slots=True)
class Action:
    """A remote action on a device, such as a wipe; moments in microseconds."""

    name: str
    state: str
    started: int
    updated: int


@dataclasses.dataclass(slots=True)
class Device:
    """One item. Moments are microseconds since 1970, 0 for never; `status`, `substatus` are the asset's."""

    number: int
    model: Model
    serial: str
    unit: str
    holder: Holder | None
    purchased: date
    enrolled: int
    last_sync: int
    os_version: str
    status: int
    substatus: str
    managed: bool
    created: int
    updated: int
    mod_count: int
    action: Action | None = None
    commanded: tuple[Action, ...] = ()
    """Remote actions that somebody asked for over the vendor's API, the newest last."""
