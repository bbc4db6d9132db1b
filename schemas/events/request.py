"""A person's request for a replacement, from chat. Topic `request`, keyed by request id."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from schemas.envelope import Event
from schemas.vocabulary import Kind, RequestReason


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. `reference` is the R-number that people use."""

    request_id: UUID
    reference: str
    requester_email: str
    unit: str
    kind: Kind
    reason: RequestReason
    device_id: UUID | None = None
    serial: str | None = None
    needed_by: date | None = None
    accessibility_needs: bool = False
    approver_email: str | None = None


class Approved(msgspec.Struct, frozen=True, kw_only=True):
    """A manager said yes: a queue entry and a commitment follow."""

    request_id: UUID
    reference: str
    requester_email: str
    decided_by: str
    unit: str
    kind: Kind
    reason: RequestReason
    device_id: UUID | None = None
    serial: str | None = None
    accessibility_needs: bool = False


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A manager said no."""

    request_id: UUID
    reference: str
    requester_email: str
    decided_by: str
    refusal: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The request moved on by itself: ordered once money is committed, or waiting for money."""

    request_id: UUID
    reference: str
    requester_email: str
    status: str
    explanation: str


class RequestRaised(Event, frozen=True, kw_only=True, tag="quartermaster.request.raised"):
    """Somebody asked for a replacement."""

    data: Raised


class RequestApproved(Event, frozen=True, kw_only=True, tag="quartermaster.request.approved"):
    """A manager approved a request."""

    data: Approved


class RequestRefused(Event, frozen=True, kw_only=True, tag="quartermaster.request.refused"):
    """A manager refused a request."""

    data: Refused


class RequestProgressed(Event, frozen=True, kw_only=True, tag="quartermaster.request.progressed"):
    """A request moved on without anybody deciding."""

    data: Progress


RequestEvent = RequestRaised | RequestApproved | RequestRefused | RequestProgressed
