"""Which devices have a wipe or a retire under way, as a complete list shows it, and what becomes of those that vanish.

Pure: lists go in, the devices to be looked for by their ids come out. Absence is believed slowly. A device must be
missing from two complete lists on end; a list that is empty, or less than half as long as the one before, or that comes
right after another, is no witness; and Graph, asked for the id, must then say that there is no such device.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from schemas.envelope import Moment
from services.intake.reading.fields import moment, text
from services.intake.reading.identifiers import INTUNE, identifiers, serial
from services.intake.sources.intune.absence import Absence
from services.intake.sources.intune.actions import RETIRES, UNDER_WAY, WIPES, Action
from services.intake.sources.intune.observed import is_personal
from services.intake.sources.intune.translation import ManagedDevice
from services.intake.translation import Untranslatable, decode_json

MISSING_LISTS = 2
LEAST_BETWEEN = timedelta(minutes=30)
"""Two lists read within this count as one: a process that starts over and over must not hasten a proof."""

MOST_WATCHED = 20_000
"""Beyond these no more are watched, and prove nothing: the position has to stay of a size to be stored."""

_WIPE_STATES = frozenset({"wipePending", "wipeIssued"})
_LEAVING_STATES = frozenset({"retirePending", "retireIssued", "deletePending"})


class _Device(ManagedDevice):
    """With the beta endpoint's own word for it, which is heeded where it comes and never asked for."""

    management_state: str | None = None


_device = msgspec.json.Decoder(_Device)


class Watched(msgspec.Struct, kw_only=True):
    """A device with an action under way. `missing` counts the complete lists on end in which it was not."""

    identifiers: dict[str, str]
    action: str
    wipes: bool
    requested_at: Moment | None = None
    last_listed_at: Moment
    missing: int = 0

    def absence(self) -> bytes:
        """The record of its absence."""
        return msgspec.json.encode(
            Absence(
                identifiers=self.identifiers,
                action=self.action,
                wipes=self.wipes,
                requested_at=self.requested_at,
                last_listed_at=self.last_listed_at,
            )
        )


class Watch(msgspec.Struct, kw_only=True):
    """What is remembered from one complete list to the next: devices by Intune's id, how many devices were listed, and
    when a list last counted for absence.
    """

    watched: dict[str, Watched] = {}
    listed: int = 0
    counted_at: Moment | None = None

    def missing(self) -> list[str]:
        """Those that were missing from enough lists to be looked for by id."""
        return [device_id for device_id, each in self.watched.items() if each.missing >= MISSING_LISTS]


class Sighting:
    """One reading of the complete list, as far as it has come."""

    def __init__(self, before: Watch, now: datetime) -> None:
        self._before = before
        self._now = now
        self._listed = 0
        self._seen: set[str | None] = set()
        self._under_way: dict[str, Watched] = {}

    def note(self, record: bytes) -> None:
        """A device stands in the list."""
        self._listed += 1
        try:
            device = decode_json(_device, record)
        except Untranslatable:
            return  # its translation says what is wrong; before anything is made of its absence, its id is asked for
        if (device_id := text(device.id)) in self._before.watched:
            self._seen.add(device_id)
        if len(self._under_way) < MOST_WATCHED and (found := _under_way(device, self._now)) is not None:
            self._under_way[found.identifiers[INTUNE]] = found

    def conclude(self) -> Watch:
        """The list is read to its end: who is watched from now on."""
        is_witness = self._is_witness()
        watched = dict(self._under_way)
        for device_id, each in self._before.watched.items():
            if device_id not in self._seen and device_id not in watched:
                watched[device_id] = msgspec.structs.replace(each, missing=each.missing + is_witness)
        counted_at = self._now if is_witness else self._before.counted_at
        return Watch(watched=watched, listed=self._listed, counted_at=counted_at)

    def _is_witness(self) -> bool:
        counted_at = self._before.counted_at
        is_apart = counted_at is None or abs(self._now - counted_at) >= LEAST_BETWEEN
        return is_apart and self._listed > 0 and 2 * self._listed >= self._before.listed


def _under_way(device: _Device, now: datetime) -> Watched | None:
    """The device with what is under way on it. A retire beside a wipe takes the proof from its absence."""
    device_id = text(device.id)
    if device_id is None or is_personal(device.managed_device_owner_type):
        return None
    actions = device.device_action_results or []
    wipe = _latest(actions, WIPES)
    retire = _latest(actions, RETIRES)
    state = device.management_state
    retires = state in _LEAVING_STATES or (retire is not None and retire.action_state in UNDER_WAY | {"done"})
    wipes = (wipe is not None and wipe.action_state in UNDER_WAY) or (wipe is None and state in _WIPE_STATES)
    if not wipes and not retires:
        return None
    action = retire if retires else wipe
    return Watched(
        identifiers=identifiers(serial=serial(device.serial_number), intune=device_id),
        action=action.action_name if action else ("retire" if retires else "wipe"),
        wipes=wipes and not retires,
        requested_at=_started(action),
        last_listed_at=now,
    )


def _latest(actions: list[Action], names: frozenset[str]) -> Action | None:
    found = [action for action in actions if action.action_name in names]
    return max(found, key=lambda action: action.start_date_time or "", default=None)


def _started(action: Action | None) -> datetime | None:
    try:
        return moment(action.start_date_time, "") if action else None
    except Untranslatable:
        return None
