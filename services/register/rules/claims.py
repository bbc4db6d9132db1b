"""What each of several rival names says of one device, kept apart while they stand beside each other.

A claim is what the device would be if that name alone had spoken. It is kept only for names of one scheme that share
a device, so almost no device has any. A device's only name of a scheme needs none: the device's own facts are its
word, and its claim is made of them the moment a rival comes. So it does not matter who of the two is heard first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.register.rules.conflicts import ASSET_SCHEMES, Claimed, rivals, scheme_of
from services.register.rules.facts import (
    FROM_DESK,
    LAST_SEEN_AT,
    NEVER,
    RECORDED_STATE,
    SERIAL,
    Device,
    Field,
    Observation,
)

_COMPANIONS = ("asset_tag:", "servicenow_ci:")
"""Names that belong to an asset record and go where it goes."""


class Claim:
    """One name's own word. Mutable like the device it belongs to."""

    __slots__ = ("companions", "first_seen_at", "name", "unwritten", "values", "weights")

    def __init__(
        self,
        name: str,
        *,
        first_seen_at: datetime = NEVER,
        values: list[Any] | None = None,
        weights: list[int] | None = None,
        companions: set[str] | None = None,
        unwritten: bool = True,
    ) -> None:
        self.name = name
        self.first_seen_at = first_seen_at
        self.values: list[Any] = values or [None] * len(Field)
        self.weights = weights or [-1] * len(Field)
        self.companions = companions or set()
        self.unwritten = unwritten

    def observe(self, facts: Sequence[Observation], weight: int) -> None:
        """Take what was said under this name. The serial is what is disputed, so it is left out."""
        for field, value in facts:
            if value is None or field is SERIAL or weight < self.weights[field]:
                continue
            if weight > self.weights[field] or value > self.values[field]:
                self.values[field] = value
                self.weights[field] = weight
        self.unwritten = True

    def came_with(self, names: Sequence[str]) -> None:
        """Remember the asset tag and configuration item that were told under this name."""
        if scheme_of(self.name) in ASSET_SCHEMES:
            self.companions.update(name for name in names if name.startswith(_COMPANIONS))

    def claimed(self) -> Claimed:
        """The claim as conflicts are judged by."""
        first = None if self.first_seen_at == NEVER else self.first_seen_at
        return Claimed(self.name, first, self.values[LAST_SEEN_AT], self.values[RECORDED_STATE])


def claims_of(holders: Sequence[Device], names: set[str]) -> dict[str, Claim] | None:
    """The claims of those of `names` that are rivals, each by the device in `holders` that goes by it as yet.

    None if there are no rivals.
    """
    claims: dict[str, Claim] = {}
    for rival_names in rivals(names).values():
        for name in rival_names:
            holder = next((device for device in holders if name in device.names), None)
            claims[name] = Claim(name) if holder is None else _claim_of(holder, name)
    return claims or None


def _claim_of(device: Device, name: str) -> Claim:
    if device.claims is not None and name in device.claims:
        return device.claims[name]
    scheme = scheme_of(name)
    if any(other != name and scheme_of(other) == scheme for other in device.names):
        return Claim(name)  # it shared the device before claims were kept: nobody can tell whose word was whose
    of_desk = scheme in ASSET_SCHEMES
    claim = Claim(name)
    for field in Field:
        weight = device.weights[field]
        if weight >= 0 and field is not SERIAL and (weight >= FROM_DESK) == of_desk:
            claim.values[field], claim.weights[field] = device.values[field], weight
    if of_desk:
        claim.came_with(sorted(device.names))
    elif (last := device.values[LAST_SEEN_AT]) is not None:
        # Where two MDMs manage the device, its days are not this name's alone; only the last one is sure.
        alone = not any(other != name and _is_mdm(other) for other in device.names)
        claim.first_seen_at = min(device.first_seen_at, last) if alone else last
    return claim


def _is_mdm(name: str) -> bool:
    scheme = scheme_of(name)
    return scheme is not None and scheme not in ASSET_SCHEMES
