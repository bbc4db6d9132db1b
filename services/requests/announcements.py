"""The events that requests tell. Their ids follow from request and revision, so the same thing told twice is one event.

Who asked and who decided is told where a reader needs it; what they wrote stays here.
"""

from __future__ import annotations

from datetime import datetime

from schemas.events.request import (
    Approved,
    Progress,
    Raised,
    Refused,
    RequestApproved,
    RequestEvent,
    RequestProgressed,
    RequestRaised,
    RequestRefused,
)
from services.requests.rules.machine import Cause, Status
from services.requests.store import Held, NewRequest

SOURCE = "quartermaster/requests"
BY_POLICY = "policy"
"""Stands for who decided where policy asks nobody."""


def announce_raised(request: NewRequest) -> RequestRaised:
    """Somebody asked; where the request stands says what policy's verdict was."""
    reason, cause = request.reason.told
    content = Raised(
        request_id=request.request_id,
        reference=request.reference,
        requester_email=request.requester_email,
        unit=request.unit,
        kind=request.kind,
        reason=reason,
        device_id=request.device_id,
        serial=request.serial,
        needed_by=request.needed_by,
        accessibility_needs=request.accessibility_needs,
        approver_email=request.approver_email,
        recipient_email=request.recipient_email,
        cause=cause,
        status=request.status,
        revision=1,
    )
    subject = str(request.request_id)
    return RequestRaised(id=f"{subject}/raised", source=SOURCE, time=request.raised_at, subject=subject, data=content)


def announce_approved(request: Held | NewRequest, decided_by: str, revision: int, at: datetime) -> RequestApproved:
    """Somebody said yes, or policy asks nobody: a queue entry and, unless stock serves it, a commitment follow."""
    reason, cause = request.reason.told
    content = Approved(
        request_id=request.request_id,
        reference=request.reference,
        requester_email=request.requester_email,
        decided_by=decided_by,
        unit=request.unit,
        kind=request.kind,
        reason=reason,
        device_id=request.device_id,
        serial=request.serial,
        accessibility_needs=request.accessibility_needs,
        recipient_email=request.recipient_email,
        cause=cause,
        successor_device_id=request.successor_device_id,
        revision=revision,
    )
    subject = str(request.request_id)
    return RequestApproved(id=f"{subject}/approved", source=SOURCE, time=at, subject=subject, data=content)


def announce_moved(held: Held, cause: str, explanation: str, who: str, at: datetime) -> RequestEvent:
    """What a move tells; `held` is the request as it stands after it."""
    subject = str(held.request_id)
    if cause == Cause.APPROVE:
        return announce_approved(held, who, held.revision, at)
    if held.status is Status.REFUSED:
        refused = Refused(
            request_id=held.request_id,
            reference=held.reference,
            requester_email=held.requester_email,
            decided_by=who,
            refusal=explanation,
            revision=held.revision,
        )
        return RequestRefused(id=f"{subject}/refused", source=SOURCE, time=at, subject=subject, data=refused)
    progress = Progress(
        request_id=held.request_id,
        reference=held.reference,
        requester_email=held.requester_email,
        status=held.status,
        explanation=explanation,
        revision=held.revision,
        device_id=held.device_id,
        successor_device_id=held.successor_device_id,
        from_stock=held.from_stock if held.successor_device_id else None,
    )
    return RequestProgressed(id=f"{subject}/{held.revision}", source=SOURCE, time=at, subject=subject, data=progress)
