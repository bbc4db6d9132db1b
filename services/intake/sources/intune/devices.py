"""Graph's list of managed devices, read by when a device last checked in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import msgspec

from services.intake.calls import Answer, Call
from services.intake.feeds import Page, UnusableAnswer, Walk
from services.intake.fields import moment
from services.intake.sources.intune.translation import FIELDS, MANAGED_DEVICE
from services.intake.translation import Record, Untranslatable, decode_json

PATH = "/v1.0/deviceManagement/managedDevices"
PAGE_SIZE = 1000
OVERLAP = timedelta(minutes=15)
"""Graph's replicas may show a check-in late, so each list begins a little before the last one ended."""


class _List(msgspec.Struct):
    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class _SyncOnly(msgspec.Struct):
    last_sync: str | None = msgspec.field(name="lastSyncDateTime", default=None)


_list = msgspec.json.Decoder(_List)
_sync_only = msgspec.json.Decoder(_SyncOnly)


class DeviceFeed:
    """The list of managed devices. Its position is the latest check-in seen, moved once a whole list was read."""

    name = "intune"
    kind = MANAGED_DEVICE

    def __init__(self, graph_url: str) -> None:
        self._graph_url = graph_url.rstrip("/")

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Begin the list: everything the first time, afterwards what checked in since."""
        # Our own clock may have been set back; a watermark ahead of it would hide what checks in until then.
        since = min(datetime.fromisoformat(position["last_sync"]), now) if position else None
        return _DeviceWalk(self._graph_url, since, now)


class _DeviceWalk:
    """One reading of the list."""

    def __init__(self, graph_url: str, since: datetime | None, now: datetime) -> None:
        self._root = urlsplit(graph_url)
        self._latest = since
        self._now = now
        url = f"{graph_url}{PATH}?$top={PAGE_SIZE}&$select={','.join(FIELDS)}"
        if since is not None:
            from_moment = (since - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
            url += "&$filter=" + quote(f"lastSyncDateTime ge {from_moment}", safe="")
        self.call: Call | None = Call(url)

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page; the position moves with the last one."""
        try:
            page = decode_json(_list, answer.body)
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        for record in page.value:
            self._note(bytes(record))
        self.call = Call(self._checked(page.next_link)) if page.next_link else None
        position = None
        if self.call is None and self._latest is not None:
            position = {"last_sync": self._latest.isoformat()}
        yield Page([Record(bytes(record)) for record in page.value], position)

    def _note(self, record: bytes) -> None:
        # A clock in the future must not carry the watermark past the check-ins still to come.
        try:
            seen = moment(decode_json(_sync_only, record).last_sync, "")
        except Untranslatable:
            return
        if seen is not None and seen <= self._now and (self._latest is None or seen > self._latest):
            self._latest = seen

    def _checked(self, link: str) -> str:
        """The link, if it leads to the list on the configured host: it will carry our token."""
        try:
            parts = urlsplit(link)
        except ValueError as error:
            raise UnusableAnswer(f"@odata.nextLink is no address: {error}") from None
        if (parts.scheme, parts.netloc, parts.path) != (self._root.scheme, self._root.netloc, self._root.path + PATH):
            raise UnusableAnswer("@odata.nextLink leads away from the configured Graph address")
        if self.call is not None and link == self.call.url:
            raise UnusableAnswer("@odata.nextLink leads back to the same page")
        return link
