"""Folding one batch of observations into the devices they mean, in memory, before anything is written."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schemas.events.device import AssetRecorded, DeviceCheckedIn, DeviceEnrolled, DeviceObserved, WipeReported
from services.errors import BadInput
from services.register.rules.claims import Claim, claims_of
from services.register.rules.conflicts import has_rival
from services.register.rules.facts import (
    FIELD_NAMES,
    FROM_DESK,
    IN_USE_AT,
    RECORDED_STATE,
    REMEMBERED,
    WIPED_AT,
    Device,
    Field,
    Observation,
    weight_of,
)
from services.register.rules.identity import Apart, apart_id, may_be_one, new_device_id, serial_among
from services.register.rules.lifecycle import state_of
from services.register.rules.observing import SEEN_BY, observations
from services.register.rules.words import Ending
from services.register.store import HistoryRow

_STATE_FIELDS = frozenset({RECORDED_STATE, IN_USE_AT, WIPED_AT})
"""Fields from which the state is derived."""

WIPED_BY_ABSENCE = "wiped_by_absence"
"""In a history, a wipe known because the record was gone, not because the MDM said that it was done."""


class Batch:
    """The devices of one batch. Feed it what is known, fold events in, then read what must be written."""

    def __init__(self, known: dict[str, Device], apart: Apart | None = None) -> None:
        self._by_name = known
        self._apart = apart or Apart()
        self._stored_names = frozenset(known)
        self.touched: dict[UUID, Device] = {}
        self.named: dict[str, UUID] = {}
        self.merged: dict[UUID, Device] = {}
        self.gone: list[Device] = []
        self.history: list[HistoryRow] = []
        self.wipes: list[tuple[WipeReported, Device]] = []
        """What device management told of wipes, each with the device it named then."""
        self.wiped_by_merging: list[tuple[Device, Device]] = []
        """Records that were merged away, with the device that is wiped by their word."""
        self.disputed: dict[UUID, Device] = {}
        """Devices of which rivals spoke, or which have none any more: whether they contradict is to be judged."""
        self.dropped_claims: set[str] = set()
        """Names that were rivals of another before this batch, and perhaps are not after it."""

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
        weight = weight_of(authority, event.time)
        if event.time < device.first_seen_at and type(event) in SEEN_BY:
            device.first_seen_at = event.time
            device.seen_earlier = True
        if device.claims is not None:
            self._observe_claims(device, event, names, seen, weight)
        news = device.observe(seen, weight)
        if type(event) is not DeviceCheckedIn:
            self._beside_facts(device, event, news)
        elif device.values[WIPED_AT] is not None or device.ending is not None:
            # What proved it empty may be void: it lives.
            self._derive_state(device, event.time, event.source)
        for field, before in news:
            if field in REMEMBERED:
                self._remember(device, event.time, event.source, _told_as(field, event), before, device.values[field])
            if field in _STATE_FIELDS:
                self._derive_state(device, event.time, event.source)
        if device.ending is not None and type(event) is AssetRecorded:
            # Also a record that only repeats an earlier one: it is newer, and custody's word may be older than it now.
            self._derive_state(device, event.time, event.source)
        if device.heard_at is None:
            self.touched[device.device_id] = device
        device.heard_at = event.time
        return device

    def _beside_facts(self, device: Device, event: DeviceObserved, news: list[tuple[Field, object]]) -> None:
        if isinstance(event, WipeReported):
            self.wipes.append((event, device))
        elif isinstance(event, DeviceEnrolled):
            # Enrolled anew it holds data again, whatever proved it empty before. Weighed as the desk's records of use.
            news += device.observe(((IN_USE_AT, event.time),), weight_of(FROM_DESK, event.time))

    def called(self, name: str | None) -> Device | None:
        """The device that goes by this name now."""
        return None if name is None else self._by_name.get(name)

    def tell(self, device: Device, ending: Ending, at: datetime, source: str) -> None:
        """What losses and custody say of the device from now on; `source` said the last of it, at `at`."""
        device.remember_before()
        device.moved = True
        device.ending = ending
        self._derive_state(device, at, source)
        self.touched[device.device_id] = device
        device.heard_at = device.heard_at or at

    def _device_meant(self, event: DeviceObserved, names: list[str]) -> Device:
        if not names:
            raise BadInput("the event names no device; a serial, asset tag or MDM id is needed", where="identifiers")
        device = self._by_name.get(names[0])
        if device is not None and device.names.issuperset(names):
            return device
        known = [found for name in names if (found := self._by_name.get(name)) is not None]
        if self._apart:
            known, names = self._without_the_ruled_off(known, names)
        if known and (not names[0].startswith("serial:") or serial_among(known[0].names) in (None, names[0])):
            device = known[0]
        else:
            # Unknown, or an MDM id that moved to a device with another serial: a device of its own.
            device = self._new_device(names, event)
        named = device.names.union(names)
        for other in known:
            if other is device or other.device_id in self.merged or not may_be_one(named, other.names):
                continue
            if not self._apart.parts(named, other.names):
                self._merge(other, device, event)
        for name in names:
            self._give_name(name, device)
        return device

    def _without_the_ruled_off(self, known: list[Device], names: list[str]) -> tuple[list[Device], list[str]]:
        """Devices that these names may mean, and the names that may be given, where rulings keep some apart.

        A lesser name that two devices share, such as an asset tag, stays with the one that has the serial.
        """
        own = set(names)
        foreign = [device for device in known if self._apart.parts(own, device.names)]
        if not foreign:
            return known, names
        of_serials = set().union(*(device.names for device in foreign if serial_among(device.names) is not None))
        kept = [names[0], *(name for name in names[1:] if name not in of_serials)]
        return [device for device in known if device not in foreign], kept

    def _new_device(self, names: list[str], event: DeviceObserved) -> Device:
        disowned = self._apart.disowned_by(names[0])
        device = Device.unknown(new_device_id(names) if disowned is None else apart_id(names[0], disowned))
        self.history.append(HistoryRow(device.device_id, event.time, "registered", None, names[0], event.source))
        return device

    def _give_name(self, name: str, device: Device) -> None:
        owner = self._by_name.get(name)
        if owner is device and name in device.names:
            return
        if owner is not None and owner is not device:
            self._take_name(name, owner)
        if len(device.names) > 1 and name not in device.names and has_rival(name, device.names):
            self._rival(device, claims_of([device], device.names | {name}))
        device.names.add(name)
        device.names_changed = True
        self._by_name[name] = device
        self.named[name] = device.device_id

    def _take_name(self, name: str, owner: Device) -> None:
        owner.names.discard(name)
        owner.names_changed = True
        self.touched[owner.device_id] = owner
        if owner.claims is not None:
            self.dropped_claims.update(owner.claims)
            self._rival(owner, claims_of([owner], owner.names))
            self.disputed[owner.device_id] = owner

    def _rival(self, device: Device, claims: dict[str, Claim] | None) -> None:
        device.claims = claims
        if claims is not None:
            self.disputed[device.device_id] = device
            for claim in claims.values():
                claim.unwritten = True

    def _observe_claims(
        self, device: Device, event: DeviceObserved, names: list[str], seen: tuple[Observation, ...], weight: int
    ) -> None:
        for name in names:
            claim = device.claims.get(name) if device.claims is not None else None
            if claim is not None:
                claim.observe(seen, weight)
                claim.came_with(names)
                if event.time < claim.first_seen_at and type(event) in SEEN_BY:
                    claim.first_seen_at = event.time
                self.disputed[device.device_id] = device

    def _merge(self, other: Device, device: Device, event: DeviceObserved) -> None:
        if other.claims is not None:
            self.dropped_claims.update(other.claims)
        self._rival(device, claims_of([device, other], device.names | other.names))
        device.first_seen_at = min(device.first_seen_at, other.first_seen_at)
        wiped_at = device.values[WIPED_AT]
        for field in Field:
            device.observe([(field, other.values[field])], other.weights[field])
        if device.values[WIPED_AT] != wiped_at:
            self.wiped_by_merging.append((other, device))
        if other.ending is not None:
            device.remember_before()
            device.moved = True
            device.ending = other.ending.joined(device.ending or Ending())
        self._derive_state(device, event.time, event.source)
        for name in list(other.names):
            other.names.discard(name)
            device.names.add(name)
            self._by_name[name] = device
            self.named[name] = device.device_id
        device.names_changed = True
        self.touched.pop(other.device_id, None)
        self.disputed.pop(other.device_id, None)
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

    def _derive_state(self, device: Device, at: datetime, source: str) -> None:
        state = state_of(device)
        if state is not device.state:
            device.remember_before()
            device.moved = True
            self._remember(device, at, source, "state", device.state, state)
            device.state = state

    def _remember(self, device: Device, at: datetime, source: str, field: str, before: object, after: object) -> None:
        if device.is_new:
            return
        old = None if before is None else str(before)
        self.history.append(HistoryRow(device.device_id, at, field, old, str(after), source))


def _told_as(field: Field, event: DeviceObserved) -> str:
    if field is WIPED_AT and isinstance(event, WipeReported) and event.data.evidence == "absence":
        return WIPED_BY_ABSENCE
    return FIELD_NAMES[field]
