"""Jamf Pro, by webhook: authenticated by a secret header or Basic, in JSON or XML, and never sent twice.

Jamf gives a delivery no id, so one is made of what names it: event type, webhook, device and timestamp. Bodies are not
always UTF-8: Latin-1 is read then, in which every byte has a meaning.

Allowed to enter an event: Jamf's id or the UDID, serial, model, version of the system, the holder's e-mail address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.envelope import Event
from schemas.events.device import (
    CheckIn,
    DeviceCheckedIn,
    DeviceEnrolled,
    DeviceUnenrolled,
    Enrolment,
    Unenrolment,
)
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import email, epoch_moment, text
from services.intake.reading.identifiers import identifiers, serial, subject
from services.intake.reading.kinds import kind_of
from services.intake.reading.xml_form import read_fields
from services.intake.translation import Context, Malformed, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/jamf"

_ENROLLED = frozenset({"ComputerAdded", "MobileDeviceEnrolled"})
_SEEN = frozenset(
    {
        "ComputerCheckIn",
        "ComputerInventoryCompleted",
        "MobileDeviceCheckIn",
        "MobileDeviceInventoryCompleted",
    }
)
_UNENROLLED = "MobileDeviceUnEnrolled"
OF_NO_USE = frozenset(
    {
        "ComputerPatchPolicyCompleted",
        "ComputerPolicyFinished",
        "ComputerPushCapabilityChanged",
        "DeviceAddedToDEP",
        "DeviceRateLimited",
        "JSSShutdown",
        "JSSStartup",
        "MobileDeviceCommandCompleted",
        "MobileDevicePushSent",
        "PatchSoftwareTitleUpdated",
        "PushSent",
        "RestAPIOperation",
        "SCEPChallenge",
        "SmartGroupComputerMembershipChange",
        "SmartGroupMobileDeviceMembershipChange",
        "SmartGroupUserMembershipChange",
    }
)
"""Known events that say nothing we count. A completed command does not name the command: it is no proof of a wipe."""


class _Webhook(msgspec.Struct):
    # Whatever type a Jamf server writes, fields.py reads it or takes it as absent.
    webhook_event: Any = msgspec.field(name="webhookEvent", default=None)
    event_timestamp: Any = msgspec.field(name="eventTimestamp", default=None)
    id: Any = None


class _Subject(msgspec.Struct):
    jss_id: Any = msgspec.field(name="jssID", default=None)
    jssid: Any = None
    udid: Any = None
    serial_number: Any = msgspec.field(name="serialNumber", default=None)
    model: Any = None
    model_display: Any = msgspec.field(name="modelDisplay", default=None)
    os_version: Any = msgspec.field(name="osVersion", default=None)
    email_address: Any = msgspec.field(name="emailAddress", default=None)
    username: Any = None
    computer: Any = None


class _Delivery(msgspec.Struct):
    webhook: _Webhook
    event: _Subject


_delivery = msgspec.json.Decoder(_Delivery)


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A delivery → enrolment, check-in or un-enrolment; nothing for known events of no use."""
    delivery = _read(body)
    event_name = text(delivery.webhook.webhook_event)
    if event_name is None:
        raise Untranslatable("the webhook names no event", "$.webhook.webhookEvent")
    if event_name in OF_NO_USE:
        return []
    if event_name not in _ENROLLED and event_name not in _SEEN and event_name != _UNENROLLED:
        raise Untranslatable(f"{event_name!r} is no event we know", "$.webhook.webhookEvent")
    at = epoch_moment(delivery.webhook.event_timestamp, "$.webhook.eventTimestamp")
    if at is None:
        raise Untranslatable("the webhook has no timestamp", "$.webhook.eventTimestamp")
    device = delivery.event
    if isinstance(device.computer, dict):  # newer servers nest a computer's fields one level deeper
        device = msgspec.convert(device.computer, _Subject)
    return [_event(event_name, delivery.webhook, device, at)]


def _event(event_name: str, webhook: _Webhook, device: _Subject, at: datetime) -> Event:
    family = "computer" if event_name.startswith("Computer") else "mobile"
    number = text(device.jss_id) or text(device.jssid)
    udid = text(device.udid)
    # Computers and mobile devices are numbered apart, so that the number alone would name two devices.
    jamf = f"{family}/{number}" if number else f"udid/{udid.upper()}" if udid else None
    known = identifiers(serial=serial(device.serial_number), jamf=jamf)
    key = subject(known)
    event_id = f"{event_name}/{text(webhook.id) or '-'}/{jamf or key}/{at.isoformat()}"
    if event_name == _UNENROLLED:
        return DeviceUnenrolled(id=event_id, source=SOURCE, time=at, subject=key, data=Unenrolment(identifiers=known))
    model = text(device.model_display) or text(device.model)
    os = "macOS" if family == "computer" else _mobile_system(model)
    about = {
        "identifiers": known,
        "kind": kind_of(os, model),
        "manufacturer": "Apple",
        "model": model,
        "os": os,
        "os_version": text(device.os_version),
        "holder_email": email(device.email_address, device.username),
    }
    if event_name in _ENROLLED:
        return DeviceEnrolled(id=event_id, source=SOURCE, time=at, subject=key, data=msgspec.convert(about, Enrolment))
    return DeviceCheckedIn(id=event_id, source=SOURCE, time=at, subject=key, data=msgspec.convert(about, CheckIn))


def _mobile_system(model: str | None) -> str | None:
    for family, system in (("iPad", "iPadOS"), ("iPhone", "iOS"), ("iPod", "iOS"), ("Apple TV", "tvOS")):
        if model is not None and model.startswith(family):
            return system
    return None


def _read(body: bytes) -> _Delivery:
    try:
        words = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = body.decode("latin-1")
    words = words.strip()
    if not words.startswith("<"):
        return decode_json(_delivery, words)
    try:
        return msgspec.convert(read_fields(words, "JSSEvent"), _Delivery)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at ")
        raise Untranslatable(reason, path.strip("`")) from None
    except RecursionError:
        raise Malformed("nested too deeply") from None


WEBHOOK = RecordKind("jamf", "jamf", (DEVICE_OBSERVED,), translate)
