"""The events that requests tell. Their ids follow from the request, so that the same thing told twice is one event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

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
from services.requests.rules import Status
from services.requests.store import Held, NewRequest

SOURCE = "quartermaster/requests"


def announce_raised(request: NewRequest) -> RequestRaised:
    """Somebody asked."""
    content = Raised(
        request_id=request.request_id,
        reference=request.reference,
        requester_email=request.requester_email,
        unit=request.unit,
        kind=request.kind,
        reason=request.reason,
        device_id=request.device_id,
        serial=request.serial,
        needed_by=request.needed_by,
        accessibility_needs=request.accessibility_needs,
        approver_email=request.approver_email,
    )
    subject = str(request.request_id)
    return RequestRaised(id=f"{subject}/raised", source=SOURCE, time=request.raised_at, subject=subject, data=content)


def announce_decision(
    request: Held, decided_by: str, now: datetime, refusal: str | None
) -> RequestApproved | RequestRefused:
    """A manager said yes, or no with a reason."""
    subject = str(request.request_id)
    if refusal is None:
        approved = Approved(
            request_id=request.request_id,
            reference=request.reference,
            requester_email=request.requester_email,
            decided_by=decided_by,
            unit=request.unit,
            kind=request.kind,
            reason=request.reason,
            device_id=request.device_id,
            serial=request.serial,
            accessibility_needs=request.accessibility_needs,
        )
        return RequestApproved(id=f"{subject}/approved", source=SOURCE, time=now, subject=subject, data=approved)
    refused = Refused(
        request_id=request.request_id,
        reference=request.reference,
        requester_email=request.requester_email,
        decided_by=decided_by,
        refusal=refusal,
    )
    return RequestRefused(id=f"{subject}/refused", source=SOURCE, time=now, subject=subject, data=refused)


def announce_progress(
    request_id: UUID, reference: str, requester_email: str, status: Status, explanation: str, at: datetime
) -> RequestProgressed:
    """A request moved on by itself. It comes to a status once, so the status names the event."""
    content = Progress(
        request_id=request_id,
        reference=reference,
        requester_email=requester_email,
        status=status,
        explanation=explanation,
    )
    subject = str(request_id)
    return RequestProgressed(id=f"{subject}/{status}", source=SOURCE, time=at, subject=subject, data=content)
