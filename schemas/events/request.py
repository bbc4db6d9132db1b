"""A person's request for a replacement, from chat. Topic `request`, keyed by request id."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from schemas.envelope import Event
from schemas.vocabulary import BauCause, Kind, RequestReason


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. `reference` is the R-number that people use.

    `revision` counts what became of a request, from 1; an event of before it was told carries 0. `cause` says what
    `reason` has no word for: a joiner, for whom nothing is replaced.
    """

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
    recipient_email: str | None = None
    """Whom the device is for, where that is not who asked."""
    cause: BauCause | None = None
    status: str = "waiting_for_approval"
    """Where the request stands after policy's verdict."""
    revision: int = 0


class Approved(msgspec.Struct, frozen=True, kw_only=True):
    """A manager said yes, or policy asks none: a queue entry and a commitment follow.

    With a `successor_device_id` a device from stock serves it, and nothing is to be bought.
    """

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
    recipient_email: str | None = None
    """Whom the device is for, where that is not who asked."""
    cause: BauCause | None = None
    """Business-as-usual demand that `reason` has no word for."""
    successor_device_id: UUID | None = None
    """The device from stock that is set aside for it."""
    revision: int = 0
    """Counts what became of the request."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A manager said no."""

    request_id: UUID
    reference: str
    requester_email: str
    decided_by: str
    refusal: str
    revision: int = 0
    """Counts what became of the request."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The request moved on: everything that is neither asking, approving nor refusing."""

    request_id: UUID
    reference: str
    requester_email: str
    status: str
    explanation: str
    revision: int = 0
    """Counts what became of the request: of two words the one with the higher revision holds."""
    device_id: UUID | None = None
    """The device that is replaced."""
    successor_device_id: UUID | None = None
    """The device that is set aside or delivered, once there is one."""
    from_stock: bool | None = None
    """True if that device was in stock anyway, so that nothing is bought for the request."""


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
    """A request moved on: ordered, delivered, withdrawn, its old device back …"""

    data: Progress


RequestEvent = RequestRaised | RequestApproved | RequestRefused | RequestProgressed
