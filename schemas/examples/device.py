"""What vendors tell of a device, and what the register makes of it."""

from __future__ import annotations

from datetime import date

from schemas.envelope import Event
from schemas.events.device import (
    Asset,
    AssetRecorded,
    CheckIn,
    DeviceCheckedIn,
    DeviceEnrolled,
    DeviceUnenrolled,
    Enrolment,
    Failure,
    FailureReported,
    Unenrolment,
    Wipe,
    WipeReported,
)
from schemas.events.register import DeviceChanged, DeviceFacts, DeviceFailed, DeviceFailure
from schemas.examples.things import AT, DEVICE, IDENTIFIERS, MDM_ID
from schemas.vocabulary import DeviceState, Kind

DEVICE_EXAMPLES: tuple[Event, ...] = (
    DeviceCheckedIn(
        id=f"{MDM_ID}/2024-11-04T09:30:00Z",
        source="quartermaster/intake/intune",
        time=AT,
        subject="5CG0412QTM",
        data=CheckIn(
            identifiers=IDENTIFIERS,
            kind=Kind.LAPTOP,
            manufacturer="HP",
            model="EliteBook 840 G9",
            os="Windows",
            os_version="10.0.22631.4317",
            holder_email="amara.osei@metropolitan.example",
            compliant=True,
        ),
    ),
    DeviceEnrolled(
        id="ComputerAdded/2210/1730712600000",
        source="quartermaster/intake/jamf",
        time=AT,
        subject="C02ZK1QTMD6R",
        data=Enrolment(
            identifiers={"serial": "C02ZK1QTMD6R", "jamf": "2210"},
            kind=Kind.LAPTOP,
            manufacturer="Apple",
            model="MacBook Pro (14-inch, 2023)",
            os="macOS",
            os_version="14.7.1",
        ),
    ),
    DeviceUnenrolled(
        id=f"{MDM_ID}/gone/2024-11-04T09:30:00Z",
        source="quartermaster/intake/intune",
        time=AT,
        subject="5CG0412QTM",
        data=Unenrolment(identifiers=IDENTIFIERS),
    ),
    AssetRecorded(
        id="0f3c1e2d4b5a69788796a5b4c3d2e1f0/7",
        source="quartermaster/intake/servicenow",
        time=AT,
        subject="5CG0412QTM",
        data=Asset(
            identifiers={"serial": "5CG0412QTM", "asset_tag": "QM-004127"},
            kind=Kind.LAPTOP,
            manufacturer="HP",
            model="EliteBook 840 G9",
            state=DeviceState.DEPLOYED,
            unit="central-west-response",
            holder_email="amara.osei@metropolitan.example",
            purchased_on=date(2020, 6, 15),
            warranty_ends_on=date(2023, 6, 14),
            cost_pence=93_600,
        ),
    ),
    FailureReported(
        id="1a2b3c4d5e6f708192a3b4c5d6e7f809/2",
        source="quartermaster/intake/servicenow",
        time=AT,
        subject="5CG0412QTM",
        data=Failure(
            identifiers={"serial": "5CG0412QTM"},
            ticket="INC0041277",
            ticket_state="open",
            opened_at=AT,
        ),
    ),
    WipeReported(
        id=f"{MDM_ID}/wipe/done/2024-11-04T09:30:00Z",
        source="quartermaster/intake/intune",
        time=AT,
        subject="5CG0412QTM",
        data=Wipe(identifiers=IDENTIFIERS, outcome="done", requested_at=AT),
    ),
    DeviceChanged(
        id=f"{DEVICE}/4",
        source="quartermaster/register",
        time=AT,
        subject=str(DEVICE),
        data=DeviceFacts(
            device_id=DEVICE,
            revision=4,
            changed=("os_version",),
            state=DeviceState.DEPLOYED,
            serial="5CG0412QTM",
            asset_tag="QM-004127",
            kind=Kind.LAPTOP,
            manufacturer="HP",
            model="EliteBook 840 G9",
            os="Windows",
            os_version="10.0.22631.4317",
            unit="central-west-response",
            holder_email="amara.osei@metropolitan.example",
            purchased_on=date(2020, 6, 15),
            warranty_ends_on=date(2023, 6, 14),
        ),
    ),
    DeviceFailed(
        id="INC0041277/failed",
        source="quartermaster/register",
        time=AT,
        subject=str(DEVICE),
        data=DeviceFailure(
            device_id=DEVICE,
            ticket="INC0041277",
            failed_at=AT,
            kind=Kind.LAPTOP,
            model="EliteBook 840 G9",
            unit="central-west-response",
            purchased_on=date(2020, 6, 15),
        ),
    ),
)
