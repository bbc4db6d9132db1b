"""Devices heard of lately, kept as they were last written, so that the next check-in need not read them again.

Only what was committed is put back, and every write compares versions, so a device that another consumer wrote
meanwhile is found out (`TryAgain`), and by then it is no longer here. Taking a device takes it away: no two batches
ever fold into the same one.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.register.rules.facts import Device

MOST = 100_000
"""Devices kept at most; about 2 kB each."""


class RecentDevices:
    """A bounded shelf of devices, found by any of their names. The one put back longest ago makes room."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._by_name: dict[str, Device] = {}
        self._shelf: dict[int, Device] = {}

    def take(self, names: Iterable[str]) -> dict[str, Device]:
        """The devices known here by these names, each name with its device, ready for a new batch."""
        taken: dict[str, Device] = {}
        by_name = self._by_name
        for name in names:
            device = taken.get(name) or by_name.get(name)
            if device is None:
                continue
            taken[name] = device
            if self._shelf.pop(id(device), None) is not None:
                device.begin_again()
        for device in taken.values():
            for name in device.names:
                by_name.pop(name, None)
        return taken

    def put_back(self, devices: Iterable[Device]) -> None:
        """Keep devices as they now stand in the database."""
        for device in devices:
            self._shelf[id(device)] = device
            for name in device.names:
                self._by_name[name] = device
        while len(self._shelf) > self._most:
            oldest = self._shelf.pop(next(iter(self._shelf)))
            for name in oldest.names:
                if self._by_name.get(name) is oldest:
                    del self._by_name[name]
