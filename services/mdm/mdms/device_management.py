"""What a device management must be able to do. Every call may raise what services.outbound.errors names."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from services.mdm.rules.looking import Action, Seen


class DeviceManagement(Protocol):
    """One management. `settles` is how long after an attempt that broke off `look` may not show it yet."""

    name: str
    title: str
    """What people call it."""
    settles: timedelta

    async def look(self, device: str, action: Action) -> Seen | None:
        """The device by the id that the register knows, and the newest such action; None if there is no such device."""

    async def send(self, handle: str, action: Action) -> None:
        """Ask for the action, once. Refused says why in the management's own words, free of anything secret."""
