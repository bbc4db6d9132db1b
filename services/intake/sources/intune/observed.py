"""What each way of reading Intune tells of a device, in one form: a check-in's id is the same by whichever way it came.

The list, the export and the diagnostic records name the same columns differently; what enters an event does not differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from schemas.events.device import CheckIn, DeviceCheckedIn, DeviceEnrolled, Enrolment
from schemas.vocabulary import Kind
from services.intake.reading.fields import email, text
from services.intake.reading.identifiers import INTUNE, identifiers, serial, subject
from services.intake.reading.kinds import kind_of, maker_and_model
from services.intake.translation import Untranslatable

SOURCE = "quartermaster/intake/intune"

_COMPLIANCE = {
    "compliant": True,
    "noncompliant": False,
    "notcompliant": False,
    "ingraceperiod": False,
    "1": True,
    "2": False,
    "254": False,
}
"""In words as Graph writes them, without spaces, and by the numbers that exports hold for them."""

_PERSONAL = frozenset({"personal", "2"})


class Observed(NamedTuple):
    """A device as Intune knew it. Names map a scheme to a value; absent fields are None."""

    known: dict[str, str]
    kind: Kind | None
    manufacturer: str | None
    model: str | None
    os: str | None
    os_version: str | None
    holder_email: str | None
    compliant: bool | None


def observed(
    *,
    device_id: object,
    serial_number: object,
    where: str,
    os: object = None,
    os_version: object = None,
    manufacturer: object = None,
    model: object = None,
    emails: tuple[object, ...] = (),
    compliance: object = None,
) -> Observed:
    """Read a device's fields. Raises Untranslatable at `where` if it has no id."""
    if (intune := text(device_id)) is None:
        raise Untranslatable("the device has no id", where)
    system = text(os)
    maker, name = maker_and_model(text(model), text(manufacturer))
    return Observed(
        known=identifiers(serial=serial(serial_number), intune=intune),
        kind=kind_of(system, name),
        manufacturer=maker,
        model=name,
        os=system,
        os_version=text(os_version),
        holder_email=email(*emails),
        compliant=_COMPLIANCE.get((text(compliance) or "").lower().replace(" ", "")),
    )


def is_personal(owner: object) -> bool:
    """True for a device that its holder owns: none of our business."""
    return (text(owner) or "").lower() in _PERSONAL


def check_in(device: Observed, seen: datetime) -> DeviceCheckedIn:
    """The device spoke to Intune at `seen`."""
    return DeviceCheckedIn(
        id=f"{device.known[INTUNE]}/{seen.isoformat()}",
        source=SOURCE,
        time=seen,
        subject=subject(device.known),
        data=CheckIn(
            identifiers=device.known,
            kind=device.kind,
            manufacturer=device.manufacturer,
            model=device.model,
            os=device.os,
            os_version=device.os_version,
            holder_email=device.holder_email,
            compliant=device.compliant,
        ),
    )


def enrolment(device: Observed, enrolled: datetime) -> DeviceEnrolled:
    """The device joined Intune at `enrolled` and has not spoken since."""
    return DeviceEnrolled(
        id=f"{device.known[INTUNE]}/enrolled/{enrolled.isoformat()}",
        source=SOURCE,
        time=enrolled,
        subject=subject(device.known),
        data=Enrolment(
            identifiers=device.known,
            kind=device.kind,
            manufacturer=device.manufacturer,
            model=device.model,
            os=device.os,
            os_version=device.os_version,
            holder_email=device.holder_email,
        ),
    )
