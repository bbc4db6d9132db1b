"""Graph's list of managed devices, read by when a device last checked in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, Walk
from services.intake.reading.fields import moment
from services.intake.sources.intune.listing import ManagedDevices
from services.intake.sources.intune.translation import MANAGED_DEVICE
from services.intake.translation import Record, Untranslatable, decode_json

OVERLAP = timedelta(minutes=15)
"""Graph's replicas may show a check-in late, so each list begins a little before the last one ended."""


class _SyncOnly(msgspec.Struct):
    last_sync: str | None = msgspec.field(name="lastSyncDateTime", default=None)


_sync_only = msgspec.json.Decoder(_SyncOnly)


class DeviceFeed:
    """The list of managed devices. Its position is the latest check-in seen, moved once a whole list was read."""

    name = "intune"
    kind = MANAGED_DEVICE

    def __init__(self, graph_url: str) -> None:
        self._devices = ManagedDevices(graph_url)

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Begin the list: everything the first time, afterwards what checked in since."""
        # Our own clock may have been set back; a watermark ahead of it would hide what checks in until then.
        since = min(datetime.fromisoformat(position["last_sync"]), now) if position else None
        return _DeviceWalk(self._devices, since, now)


class _DeviceWalk:
    """One reading of the list."""

    def __init__(self, devices: ManagedDevices, since: datetime | None, now: datetime) -> None:
        self._devices = devices
        self._latest = since
        self._now = now
        condition = ""
        if since is not None:
            condition = f"lastSyncDateTime ge {(since - OVERLAP).strftime('%Y-%m-%dT%H:%M:%SZ')}"
        self.call: Call | None = devices.first(condition)

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page; the position moves with the last one."""
        assert self.call is not None, "the walk is over"
        records, self.call = self._devices.read(answer, self.call)
        for record in records:
            self._note(record)
        position = None
        if self.call is None and self._latest is not None:
            position = {"last_sync": self._latest.isoformat()}
        yield Page([Record(record) for record in records], position)

    def _note(self, record: bytes) -> None:
        # A clock in the future must not carry the watermark past the check-ins still to come.
        try:
            seen = moment(decode_json(_sync_only, record).last_sync, "")
        except Untranslatable:
            return
        if seen is not None and seen <= self._now and (self._latest is None or seen > self._latest):
            self._latest = seen
