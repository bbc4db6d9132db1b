"""Folding one batch of observations into the devices they mean, in memory, before anything is written."""

from __future__ import annotations

from uuid import UUID

from schemas.events.device import DeviceObserved
from services.errors import BadInput
from services.register.rules.facts import (
    FIELD_NAMES,
    IN_USE_AT,
    RECORDED_STATE,
    REMEMBERED,
    WIPED_AT,
    Device,
    Field,
    observations,
    weight_of,
)
from services.register.rules.identity import may_be_one, new_device_id, serial_among
from services.register.rules.lifecycle import derived_state
from services.register.store import HistoryRow

_STATE_FIELDS = frozenset({RECORDED_STATE, IN_USE_AT, WIPED_AT})
"""Fields from which the state is derived."""


class Batch:
    """The devices of one batch. Feed it what is known, fold events in, then read what must be written."""

    def __init__(self, known: dict[str, Device]) -> None:
        self._by_name = known
        self._stored_names = frozenset(known)
        self.touched: dict[UUID, Device] = {}
        self.named: dict[str, UUID] = {}
        self.merged: dict[UUID, Device] = {}
        self.gone: list[Device] = []
        self.history: list[HistoryRow] = []

    @property
    def new_names(self) -> dict[str, UUID]:
        """Names that nobody had before this batch."""
        return {name: device for name, device in self.named.items() if name not in self._stored_names}

    @property
    def moved_names(self) -> dict[str, UUID]:
        """Names that meant another device before this batch."""
        return {name: device for name, device in self.named.items() if name in self._stored_names}

    def fold(self, event: DeviceObserved, names: list[str]) -> Device:
        """Apply one event that goes by these names (`names_of`). Raises BadInput for one that names no device."""
        device = self._device_meant(event, names)
        authority, seen = observations(event)
        news = device.observe(seen, weight_of(authority, event.time))
        for field, before in news:
            if field in REMEMBERED:
                self._remember(device, event, FIELD_NAMES[field], before, device.values[field])
            if field in _STATE_FIELDS:
                self._derive_state(device, event)
        if device.heard_at is None:
            self.touched[device.device_id] = device
        device.heard_at = event.time
        return device

    def _device_meant(self, event: DeviceObserved, names: list[str]) -> Device:
        if not names:
            raise BadInput("the event names no device; a serial, asset tag or MDM id is needed", where="identifiers")
        device = self._by_name.get(names[0])
        if device is not None and device.names.issuperset(names):
            return device
        known = [found for name in names if (found := self._by_name.get(name)) is not None]
        if known and (not names[0].startswith("serial:") or serial_among(known[0].names) in (None, names[0])):
            device = known[0]
        else:
            # Unknown, or an MDM id that moved to a device with another serial: a device of its own.
            device = self._new_device(names, event)
        named = device.names.union(names)
        for other in known:
            if other is not device and other.device_id not in self.merged and may_be_one(named, other.names):
                self._merge(other, device, event)
        for name in names:
            self._give_name(name, device)
        return device

    def _new_device(self, names: list[str], event: DeviceObserved) -> Device:
        device = Device.unknown(new_device_id(names))
        self.history.append(HistoryRow(device.device_id, event.time, "registered", None, names[0], event.source))
        return device

    def _give_name(self, name: str, device: Device) -> None:
        owner = self._by_name.get(name)
        if owner is device and name in device.names:
            return
        if owner is not None and owner is not device:
            owner.names.discard(name)
            owner.names_changed = True
            self.touched[owner.device_id] = owner
        device.names.add(name)
        device.names_changed = True
        self._by_name[name] = device
        self.named[name] = device.device_id

    def _merge(self, other: Device, device: Device, event: DeviceObserved) -> None:
        for field in Field:
            device.observe([(field, other.values[field])], other.weights[field])
        self._derive_state(device, event)
        for name in list(other.names):
            other.names.discard(name)
            device.names.add(name)
            self._by_name[name] = device
            self.named[name] = device.device_id
        device.names_changed = True
        self.touched.pop(other.device_id, None)
        self.gone.append(other)
        self.merged[other.device_id] = device
        for earlier, into in self.merged.items():
            if into is other:
                self.merged[earlier] = device
        self.history.append(
            HistoryRow(
                device.device_id, event.time, "merged", str(other.device_id), str(device.device_id), event.source
            )
        )

    def _derive_state(self, device: Device, event: DeviceObserved) -> None:
        values = device.values
        state = derived_state(values[RECORDED_STATE], values[IN_USE_AT], values[WIPED_AT])
        if state is not device.state:
            self._remember(device, event, "state", device.state, state)
            device.state = state

    def _remember(self, device: Device, event: DeviceObserved, field: str, before: object, after: object) -> None:
        if device.is_new:
            return
        old = None if before is None else str(before)
        self.history.append(HistoryRow(device.device_id, event.time, field, old, str(after), event.source))
