"""Microsoft Intune, by polling Graph's list of managed devices: Intune itself pushes nothing about devices.

Allowed to enter an event: Intune's id, serial, system and its version, maker, model, compliance, the holder's e-mail
address, and how remote wipes stand. Names, telephone numbers and network addresses are not even asked for. Devices
that people own themselves are none of our business and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import msgspec

from schemas.envelope import Event
from schemas.events.device import (
    CheckIn,
    DeviceCheckedIn,
    DeviceEnrolled,
    Enrolment,
    Wipe,
    WipeReported,
)
from schemas.topics import DEVICE_OBSERVED
from services.intake.feeds import Page, UnusableAnswer, Walk
from services.intake.fields import email, moment, text
from services.intake.identifiers import INTUNE, identifiers, serial, subject
from services.intake.kinds import kind_of, maker_and_model
from services.intake.translation import Context, Record, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/intune"
SCOPE = "https://graph.microsoft.com/.default"
PATH = "/v1.0/deviceManagement/managedDevices"
PAGE_SIZE = 1000
OVERLAP = timedelta(minutes=15)
"""Graph's replicas may show a check-in late, so each list begins a little before the last one ended."""

_WIPES = frozenset({"wipe", "factoryReset"})
"""Actions that empty a device. `retire` removes company data only and is no sanitisation."""

_OUTCOMES: dict[str, str | None] = {
    "none": None,
    "pending": "requested",
    "active": "requested",
    "done": "done",
    "failed": "failed",
    "notSupported": "failed",
    "canceled": "cancelled",
}
_COMPLIANT = {"compliant": True, "noncompliant": False, "inGracePeriod": False}


class _Action(msgspec.Struct, rename="camel"):
    action_name: str = ""
    action_state: str = ""
    start_date_time: str | None = None
    last_updated_date_time: str | None = None


class _Device(msgspec.Struct, rename="camel"):
    id: str
    serial_number: str | int | None = None
    last_sync_date_time: str | None = None
    enrolled_date_time: str | None = None
    operating_system: str | None = None
    os_version: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    compliance_state: str | None = None
    email_address: str | None = None
    user_principal_name: str | None = None
    managed_device_owner_type: str | None = None
    device_action_results: list[_Action] | None = None


class _List(msgspec.Struct):
    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class _SyncOnly(msgspec.Struct):
    last_sync: str | None = msgspec.field(name="lastSyncDateTime", default=None)


_device = msgspec.json.Decoder(_Device)
_list = msgspec.json.Decoder(_List)
_sync_only = msgspec.json.Decoder(_SyncOnly)
_SELECT = ",".join(field.encode_name for field in msgspec.structs.fields(_Device))


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A managed device → its check-in, or its enrolment while it never synchronised, and its wipes."""
    device = decode_json(_device, body)
    if device.managed_device_owner_type == "personal":
        return []
    device_id = text(device.id)
    if device_id is None:
        raise Untranslatable("the device has no id", "$.id")
    known = identifiers(serial=serial(device.serial_number), intune=device_id)
    key = subject(known)
    seen = moment(device.last_sync_date_time, "$.lastSyncDateTime")
    events: list[Event] = [_seen(device, known, key, seen) if seen else _enrolled(device, known, key)]
    for place, action in enumerate(device.device_action_results or ()):
        if action.action_name in _WIPES and (wipe := _wipe(action, known, key, place)) is not None:
            events.append(wipe)
    return events


def _seen(device: _Device, known: dict[str, str], key: str, seen: datetime) -> DeviceCheckedIn:
    maker, model = maker_and_model(text(device.model), text(device.manufacturer))
    os = text(device.operating_system)
    return DeviceCheckedIn(
        id=f"{known[INTUNE]}/{seen.isoformat()}",
        source=SOURCE,
        time=seen,
        subject=key,
        data=CheckIn(
            identifiers=known,
            kind=kind_of(os, model),
            manufacturer=maker,
            model=model,
            os=os,
            os_version=text(device.os_version),
            holder_email=email(device.email_address, device.user_principal_name),
            compliant=_COMPLIANT.get(device.compliance_state or ""),
        ),
    )


def _enrolled(device: _Device, known: dict[str, str], key: str) -> DeviceEnrolled:
    enrolled = moment(device.enrolled_date_time, "$.enrolledDateTime")
    if enrolled is None:
        raise Untranslatable("the device neither enrolled nor synchronised", "$.enrolledDateTime")
    maker, model = maker_and_model(text(device.model), text(device.manufacturer))
    os = text(device.operating_system)
    return DeviceEnrolled(
        id=f"{known[INTUNE]}/enrolled/{enrolled.isoformat()}",
        source=SOURCE,
        time=enrolled,
        subject=key,
        data=Enrolment(
            identifiers=known,
            kind=kind_of(os, model),
            manufacturer=maker,
            model=model,
            os=os,
            os_version=text(device.os_version),
            holder_email=email(device.email_address, device.user_principal_name),
        ),
    )


def _wipe(action: _Action, known: dict[str, str], key: str, place: int) -> WipeReported | None:
    where = f"$.deviceActionResults[{place}]"
    if action.action_state not in _OUTCOMES:
        raise Untranslatable(f"{action.action_state!r} is no state of an action we know", f"{where}.actionState")
    outcome = _OUTCOMES[action.action_state]
    if outcome is None:
        return None
    started = moment(action.start_date_time, f"{where}.startDateTime")
    at = moment(action.last_updated_date_time, f"{where}.lastUpdatedDateTime") or started
    if at is None:
        raise Untranslatable("the wipe has no time", where)
    begun = started.isoformat() if started else "unknown"
    return WipeReported(
        id=f"{known[INTUNE]}/{action.action_name}/{begun}/{action.action_state}",
        source=SOURCE,
        time=at,
        subject=key,
        data=Wipe(identifiers=known, outcome=outcome, requested_at=started),  # type: ignore[arg-type]  # _OUTCOMES holds Wipe's words; msgspec does not narrow them
    )


MANAGED_DEVICE = RecordKind("intune", "intune", DEVICE_OBSERVED, translate)


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
        self.url: str | None = f"{graph_url}{PATH}?$top={PAGE_SIZE}&$select={_SELECT}"
        if since is not None:
            from_moment = (since - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
            self.url += "&$filter=" + quote(f"lastSyncDateTime ge {from_moment}", safe="")

    def read(self, body: bytes) -> Page:
        """Take in a page; the position moves with the last one."""
        try:
            page = decode_json(_list, body)
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        for record in page.value:
            self._note(bytes(record))
        self.url = self._checked(page.next_link) if page.next_link else None
        position = None
        if self.url is None and self._latest is not None:
            position = {"last_sync": self._latest.isoformat()}
        return Page([Record(bytes(record)) for record in page.value], position)

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
        parts = urlsplit(link)
        if (parts.scheme, parts.netloc, parts.path) != (self._root.scheme, self._root.netloc, self._root.path + PATH):
            raise UnusableAnswer("@odata.nextLink leads away from the configured Graph address")
        if link == self.url:
            raise UnusableAnswer("@odata.nextLink leads back to the same page")
        return link
