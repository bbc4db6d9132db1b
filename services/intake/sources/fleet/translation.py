"""Fleet: activities by webhook, the same and the hosts by its API. A webhook is lost unless we answer 429.

An activity has an id in the API only, so one is made of what both tell: type, host, second. A webhook's clock has nine
digits, the API's six or, on old servers, none, each rounded by the database: we round alike. An activity's type is one
of far more than a hundred, and every release adds some: those we do not count are passed over, whatever they hold.

`wiped_host` says that somebody asked for a wipe, never that it was done. The API writes 2000-01-01 for "never".
A host's last sign of life is the later of `seen_time`, which its agent moves, and `detail_updated_at`, which an
iPhone's answer to MDM moves. A host that is only assigned and has not enrolled yet is no check-in.

Allowed to enter an event: the host's id, serial, maker, model, system and its version. Devices that people own
themselves are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from schemas.envelope import Event
from schemas.events.device import (
    CheckIn,
    DeviceCheckedIn,
    DeviceEnrolled,
    DeviceUnenrolled,
    Enrolment,
    Unenrolment,
    Wipe,
    WipeReported,
)
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import moment, text
from services.intake.reading.identifiers import identifiers, serial, subject
from services.intake.reading.kinds import kind_of, maker_and_model
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/fleet"

_ENROLLED = frozenset({"fleet_enrolled", "mdm_enrolled"})
_UNENROLLED = frozenset({"deleted_host", "mdm_unenrolled"})
_WIPES: dict[str, Literal["requested", "failed"]] = {"wiped_host": "requested", "failed_wipe": "failed"}

_SYSTEMS = {
    "darwin": "macOS",
    "windows": "Windows",
    "ios": "iOS",
    "ipados": "iPadOS",
    "android": "Android",
    "chrome": "ChromeOS",
    **dict.fromkeys(
        ("linux", "ubuntu", "debian", "rhel", "centos", "fedora", "amzn", "sles", "opensuse", "arch", "kali", "pop"),
        "Linux",
    ),
}
_FRACTION = re.compile(r"(.*:\d\d)\.(\d{1,9})(.*)", re.ASCII)
_VERSION = re.compile(r"\d+(?:\.\d+)+", re.ASCII)
_UNKNOWN_TIME = "2000-01-01T00:00:00"
_HALF_A_SECOND = timedelta(milliseconds=500)


class _Activity(msgspec.Struct):
    type: Any = None
    timestamp: Any = None  # as a webhook writes it
    created_at: Any = None  # as the API does
    details: msgspec.Raw = msgspec.Raw()
    # By these the other automations are known, should they be sent to the same address.
    data: msgspec.Raw = msgspec.Raw()
    policy: msgspec.Raw = msgspec.Raw()
    vulnerability: msgspec.Raw = msgspec.Raw()


class _Details(msgspec.Struct):
    host_id: Any = None
    host_serial: Any = None
    platform: Any = None


class _Management(msgspec.Struct):
    enrollment_status: Any = None


class _Host(msgspec.Struct):
    id: Any = None
    seen_time: Any = None
    detail_updated_at: Any = None
    hardware_serial: Any = None
    hardware_vendor: Any = None
    hardware_model: Any = None
    platform: Any = None
    os_version: Any = None
    mdm: _Management | None = None


_activity = msgspec.json.Decoder(_Activity)
_details = msgspec.json.Decoder(_Details)
_host = msgspec.json.Decoder(_Host)


def translate_activity(body: bytes, _: Context) -> Sequence[Event]:
    """An activity, pushed or listed → enrolment, un-enrolment, a wipe asked for or failed; nothing for all others."""
    activity = decode_json(_activity, body)
    name = text(activity.type)
    if name is None:
        if any(bytes(other) for other in (activity.data, activity.policy, activity.vulnerability)):
            return []  # a daily count of unseen hosts, or an automation of policies: they name no device that acted
        raise Untranslatable("the activity names no type", "$.type")
    if name not in _ENROLLED | _UNENROLLED | _WIPES.keys():
        return []
    told = decode_json(_details, bytes(activity.details) or b"{}")
    number = _number(told.host_id)
    if number is None and serial(told.host_serial) is None and name.startswith("mdm_"):
        return []  # a Windows computer's enrolment names no device, one that somebody owns shows no serial
    at = _at(activity.timestamp, "$.timestamp") or _at(activity.created_at, "$.created_at")
    if at is None:
        raise Untranslatable("the activity has no time", "$.timestamp")
    known = identifiers(serial=serial(told.host_serial), fleet=number)
    return [_event(name, known, text(told.platform), at)]


def _event(name: str, known: dict[str, str], platform: str | None, at: datetime) -> Event:
    key = subject(known)
    second = (at + _HALF_A_SECOND).replace(microsecond=0)
    event_id = f"{name}/{known.get('fleet') or key}/{second.isoformat()}"
    if name in _ENROLLED:
        os = _SYSTEMS.get(platform or "")
        enrolment = Enrolment(identifiers=known, kind=kind_of(os, None) if os in ("iOS", "iPadOS") else None, os=os)
        return DeviceEnrolled(id=event_id, source=SOURCE, time=at, subject=key, data=enrolment)
    if name in _UNENROLLED:
        return DeviceUnenrolled(id=event_id, source=SOURCE, time=at, subject=key, data=Unenrolment(identifiers=known))
    outcome = _WIPES[name]
    wipe = Wipe(identifiers=known, outcome=outcome, requested_at=at if outcome == "requested" else None)
    return WipeReported(id=event_id, source=SOURCE, time=at, subject=key, data=wipe)


def translate_host(body: bytes, _: Context) -> Sequence[Event]:
    """A listed host → its check-in; nothing for one that was never seen, or that somebody owns."""
    host = decode_json(_host, body)
    number = _number(host.id)
    if number is None:
        raise Untranslatable("the host has no id", "$.id")
    status = (text(host.mdm.enrollment_status if host.mdm else None) or "").lower()
    signs = [_at(host.seen_time, "$.seen_time"), _at(host.detail_updated_at, "$.detail_updated_at")]
    seen = max((sign for sign in signs if sign is not None), default=None)
    if seen is None or status == "pending" or "personal" in status:
        return []
    known = identifiers(serial=serial(host.hardware_serial), fleet=number)
    maker, model = maker_and_model(text(host.hardware_model), text(host.hardware_vendor))
    os = _SYSTEMS.get((text(host.platform) or "").lower())
    return [
        DeviceCheckedIn(
            id=f"host/{number}/{seen.isoformat()}",
            source=SOURCE,
            time=seen,
            subject=subject(known),
            data=CheckIn(
                identifiers=known,
                kind=kind_of(os, model) if os else None,
                manufacturer=maker,
                model=model,
                os=os,
                os_version=_version(text(host.os_version)),
            ),
        )
    ]


def _number(value: object) -> str | None:
    """A host's id, which some activities write as a number and some as text."""
    words = text(value)
    return words if words is not None and words.isascii() and words.isdigit() and words != "0" else None


def _at(value: object, where: str) -> datetime | None:
    """A moment rounded to the microsecond, half up, as the database does."""
    words = text(value) or ""
    if words.startswith(_UNKNOWN_TIME):
        return None
    if (parts := _FRACTION.fullmatch(words)) is None:
        return moment(value, where)
    whole = moment(parts[1] + parts[3], where)
    return whole + timedelta(microseconds=(int(parts[2].ljust(9, "0")) + 500) // 1000) if whole else None


def _version(words: str | None) -> str | None:
    """`Windows 11 Pro 23H2 10.0.22631.4317` → the number at its end; words without one stay as they are."""
    numbers = _VERSION.findall(words or "")
    return numbers[-1] if numbers else words


WEBHOOK = RecordKind("fleet", "fleet", (DEVICE_OBSERVED,), translate_activity)
ACTIVITY = RecordKind("fleet/activity", "fleet", (DEVICE_OBSERVED,), translate_activity)
HOST = RecordKind("fleet/host", "fleet", (DEVICE_OBSERVED,), translate_host)
