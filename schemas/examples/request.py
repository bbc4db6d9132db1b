"""A request on its way, and the queue it leads to."""

from __future__ import annotations

from datetime import date

from schemas.envelope import Event
from schemas.events.refresh import Ageing, QueueEntered, QueueEntry, QueueExit, QueueLeft, UnitAgeingMeasured
from schemas.events.request import (
    Approved,
    Progress,
    Raised,
    Refused,
    RequestApproved,
    RequestProgressed,
    RequestRaised,
    RequestRefused,
)
from schemas.examples.things import AT, DEVICE, REFRESH_POLICY, REQUEST
from schemas.vocabulary import Demand, Kind, RequestReason

REQUEST_EXAMPLES: tuple[Event, ...] = (
    RequestRaised(
        id=f"{REQUEST}/raised",
        source="quartermaster/requests",
        time=AT,
        subject=str(REQUEST),
        data=Raised(
            request_id=REQUEST,
            reference="R-123",
            requester_email="amara.osei@metropolitan.example",
            unit="central-west-response",
            kind=Kind.LAPTOP,
            reason=RequestReason.BROKEN,
            device_id=DEVICE,
            serial="5CG0412QTM",
            needed_by=date(2024, 11, 18),
            approver_email="priya.nair@metropolitan.example",
        ),
    ),
    RequestApproved(
        id=f"{REQUEST}/approved",
        source="quartermaster/requests",
        time=AT,
        subject=str(REQUEST),
        data=Approved(
            request_id=REQUEST,
            reference="R-123",
            requester_email="amara.osei@metropolitan.example",
            decided_by="priya.nair@metropolitan.example",
            unit="central-west-response",
            kind=Kind.LAPTOP,
            reason=RequestReason.BROKEN,
            device_id=DEVICE,
            serial="5CG0412QTM",
        ),
    ),
    RequestRefused(
        id=f"{REQUEST}/refused",
        source="quartermaster/requests",
        time=AT,
        subject=str(REQUEST),
        data=Refused(
            request_id=REQUEST,
            reference="R-123",
            requester_email="amara.osei@metropolitan.example",
            decided_by="priya.nair@metropolitan.example",
            refusal="A pool laptop is free on the second floor.",
        ),
    ),
    RequestProgressed(
        id=f"{REQUEST}/ordered",
        source="quartermaster/requests",
        time=AT,
        subject=str(REQUEST),
        data=Progress(
            request_id=REQUEST,
            reference="R-123",
            requester_email="amara.osei@metropolitan.example",
            status="ordered",
            explanation="The money is set aside; the order may be placed.",
        ),
    ),
    QueueEntered(
        id=f"{DEVICE}/queue/4",
        source="quartermaster/refresh",
        time=AT,
        subject=str(DEVICE),
        data=QueueEntry(
            device_id=DEVICE,
            demand=Demand.REFRESH,
            rule="laptop.life",
            policy_version=REFRESH_POLICY,
            due_on=date(2024, 6, 15),
            score=540,
            score_parts={"overdue": 240, "failures": 100, "role": 200},
            kind=Kind.LAPTOP,
            unit="central-west-response",
            serial="5CG0412QTM",
        ),
    ),
    QueueLeft(
        id=f"{DEVICE}/left/5",
        source="quartermaster/refresh",
        time=AT,
        subject=str(DEVICE),
        data=QueueExit(device_id=DEVICE, cause="ordered", explanation="Ordered with R-123."),
    ),
    UnitAgeingMeasured(
        id="central-west-response/laptop/12",
        source="quartermaster/refresh",
        time=AT,
        subject="central-west-response",
        data=Ageing(
            unit="central-west-response",
            kind=Kind.LAPTOP,
            sequence=12,
            measured_on=date(2024, 11, 4),
            deployed=410,
            past_policy_life=96,
        ),
    ),
)
