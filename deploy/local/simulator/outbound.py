"""What the vendors push, as the live events see it: four verbs, and no bytes yet.

A restart replays the past to rebuild its state; it does so against `Silence`, so that nothing is sent twice.
"""

from __future__ import annotations

from typing import Protocol

from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.incidents import Incident
from deploy.local.simulator.orders import Order


class Outbound(Protocol):
    """Where changes are announced; `at` is in microseconds since 1970."""

    def jamf(self, event: str, device: Device, at: int) -> None: ...

    def hardware(self, device: Device, operation: str) -> None: ...

    def incident(self, incident: Incident, operation: str) -> None: ...

    def ordered(self, order: Order) -> None: ...

    def delivered(self, order: Order) -> None: ...


class Silence:
    """Announces nothing."""

    def jamf(self, event: str, device: Device, at: int) -> None:
        """Nothing."""

    def hardware(self, device: Device, operation: str) -> None:
        """Nothing."""

    def incident(self, incident: Incident, operation: str) -> None:
        """Nothing."""

    def ordered(self, order: Order) -> None:
        """Nothing."""

    def delivered(self, order: Order) -> None:
        """Nothing."""
