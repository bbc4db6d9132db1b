"""What others may read of requests. Every read takes the viewer, and SQL applies it.

One sees one's own requests, those one is named to decide on, and those of the units one answers for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.events.desk import TicketState
from schemas.vocabulary import Kind, Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.requests.covers import Cover, covered_by, covers_concerning, deputies_of
from services.requests.delivery_queries import (
    DELIVERIES,
    Delivery,
    deliveries,
    delivery_counts,
    devices_set_aside,
    overdue_returns,
    returns_of,
)
from services.requests.facts import facts_of
from services.requests.naming_queries import AskedBefore, asked_before, requests_about, requests_of
from services.requests.policy import Band, RequestPolicy
from services.requests.rules.deciding import actors_of
from services.requests.rules.details import may_see_needs, may_see_photos
from services.requests.rules.guards import holds
from services.requests.rules.machine import AWAITED, OPEN, Cause, Status
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.verdicts import GONE, Reason, Verdict
from services.requests.waiting_queries import (
    DecisionsWaiting,
    DeliveriesWaiting,
    decisions_waiting,
    deliveries_waiting,
)

__all__ = [
    "AWAITED",
    "DELIVERIES",
    "GONE",
    "OPEN",
    "AskedBefore",
    "Band",
    "Cause",
    "Cover",
    "DecisionsWaiting",
    "DeliveriesWaiting",
    "Delivery",
    "DeviceLine",
    "Reason",
    "RequestPolicy",
    "RequestView",
    "Status",
    "TimelineLine",
    "Verdict",
    "asked_before",
    "covered_by",
    "covers_concerning",
    "decisions_waiting",
    "deliveries",
    "deliveries_waiting",
    "delivery_counts",
    "deputies_of",
    "devices_set_aside",
    "overdue_returns",
    "requests_about",
    "requests_of",
    "returns_of",
]

SQL = load_statements(__file__, "queries.sql")
MOST = 200


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a request. `who` is an address, or the service that did it."""

    at: datetime
    what: str
    who: str


class DeviceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a request that is about a device: for it, or of which it came. Says not who did it."""

    at: datetime
    reference: str
    what: str


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a viewer sees it. `verdict` is what policy said when it was raised.

    `ticket` is the service desk's number for it, once it has one; `ticket_link` leads there.
    """

    request_id: UUID
    reference: str
    requester_email: str
    requester_name: str
    unit: str
    kind: Kind
    reason: Reason
    device_id: UUID | None
    serial: str | None
    explanation: str
    needed_by: date | None
    accessibility_needs: bool
    delivery_place: str
    status: Status
    verdict: str
    approver_email: str | None
    decided_by: str | None
    decided_at: datetime | None
    refusal: str | None
    raised_at: datetime
    timeline: list[TimelineLine]
    revision: int = 1
    recipient_email: str | None = None
    """Whom the device is for, where that is not who asked."""
    recipient_name: str | None = None
    verdict_kind: Verdict = Verdict.MANAGER_APPROVAL
    wave_month: date | None = None
    """First day of the month in which its wave orders, where policy says to wait for that."""
    since: date | None = None
    """Since when the trouble is there."""
    photos: tuple[str, ...] = ()
    """Addresses of files in Slack."""
    assistive_technology: str = ""
    question: str | None = None
    answer: str | None = None
    waits_since: datetime | None = None
    chases: int = 0
    successor_device_id: UUID | None = None
    successor_serial: str | None = None
    from_stock: bool = False
    carrier: str | None = None
    tracking: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    received_at: datetime | None = None
    checked_at: datetime | None = None
    checked_by: str | None = None
    old_back_at: datetime | None = None
    return_due_on: date | None = None
    otherwise_device_id: UUID | None = None
    """What its user has by another way since `otherwise_at`, or the lost one, found: then it may be needless."""
    otherwise_serial: str | None = None
    otherwise_at: datetime | None = None
    ending: str | None = None
    """Why it came to nothing, and by whom (`ended_by`, an address), where somebody withdrew or cancelled it."""
    ended_by: str | None = None
    ticket: str | None = None
    ticket_state: TicketState | None = None
    ticket_link: str | None = None
    may: tuple[Cause, ...] = ()
    """What the viewer may do with it now, in the order of the machine."""


def may(view: RequestView | Delivery, viewer: Viewer, covers_for: Sequence[str] = ()) -> tuple[Cause, ...]:
    """What somebody may do with a request now; `covers_for` are the managers whom they cover for today.

    That its user leaves is said of the person, with all that they hold and asked for: no request offers it.
    """
    actors = actors_of(viewer, frozenset(viewer.manages), view, covers_for)
    facts = facts_of(view, device_named=True)
    offers = MACHINE.offers(view.status, actors, lambda guard: holds(guard, facts))
    return tuple(Cause(each) for each in offers if each != Cause.LEAVE)


async def request(
    connection: Connection, viewer: Viewer, request_id: UUID, *, today: date | None = None
) -> RequestView | None:
    """The request with this id; None if there is none the viewer may see. With `today` also one they cover for."""
    return next(iter(await _read(connection, viewer, request_id=request_id, today=today)), None)


async def request_by_reference(
    connection: Connection, viewer: Viewer, reference: str, *, today: date | None = None
) -> RequestView | None:
    """The request with this R-number, in any case; None if there is none the viewer may see, as for `request`."""
    return next(iter(await _read(connection, viewer, reference=reference.strip().upper(), today=today)), None)


async def open_requests(connection: Connection, viewer: Viewer) -> list[RequestView]:
    """The viewer's own requests that are not refused, the oldest first."""
    return await _read(connection, viewer, statuses=list(OPEN), own=True)


async def waiting_for(connection: Connection, viewer: Viewer, *, today: date | None = None) -> list[RequestView]:
    """Requests that the viewer may decide on now: those naming them, and with `today` whom they cover for, first; then
    the oldest.
    """
    return await _read(connection, viewer, statuses=[Status.WAITING_FOR_APPROVAL], waiting=True, today=today)


async def waiting_on(connection: Connection, viewer: Viewer) -> list[RequestView]:
    """Requests that name the viewer to decide and are not decided, those with an open question too."""
    found = await _read(connection, viewer, statuses=[Status.WAITING_FOR_APPROVAL, Status.QUESTION_ASKED], waiting=True)
    return [each for each in found if each.approver_email == viewer.email]


async def device_lines(connection: Connection, viewer: Viewer, device_id: UUID, limit: int = 50) -> list[DeviceLine]:
    """What happened to requests about a device, as far as the viewer may see them: the latest, newest first."""
    rows = await connection.fetch(SQL["device_lines"], viewer.unit_scope, viewer.email, device_id, limit)
    return [DeviceLine(**dict(row)) for row in rows]


async def devices_with_open_request(connection: Connection) -> list[UUID]:
    """Devices that have an open request, but for those whose wave is to replace them: waves leave these others out. For
    services, which order no second successor.
    """
    apart = [status for status in OPEN if status is not Status.WAITING_FOR_WAVE]
    rows = await connection.fetch(SQL["devices_with_open_request"], apart)
    return [row["device_id"] for row in rows]


async def unchecked_devices(connection: Connection, devices: Sequence[UUID]) -> set[UUID]:
    """Of these devices those that must keep what is on them: their user has accessibility settings still to be checked
    on the new one (DESIGN §4 rule 9). For services.
    """
    rows = await connection.fetch(SQL["unchecked_devices"], devices, list(OPEN))
    return {row["device_id"] for row in rows}


async def whole(connection: Connection, request_id: UUID) -> RequestView | None:
    """A request with all that stands of it, offering nothing.

    For the bot, which shows each of its people what is theirs (`seen_by`).
    """
    rows = await connection.fetch(SQL["requests"], None, "", request_id, None, None, False, False, 1, [], [])
    return next((_view(dict(row)) for row in rows), None)


async def _read(
    connection: Connection,
    viewer: Viewer,
    *,
    request_id: UUID | None = None,
    reference: str | None = None,
    statuses: list[Status] | None = None,
    own: bool = False,
    waiting: bool = False,
    today: date | None = None,
) -> list[RequestView]:
    covers_for = [] if today is None else await covered_by(connection, viewer.email, today)
    decides = None if viewer.has(Role.DIRECTOR) else list(viewer.manages)
    rows = await connection.fetch(
        SQL["requests"],
        viewer.unit_scope,
        viewer.email,
        request_id,
        reference,
        statuses,
        own,
        waiting,
        MOST,
        decides,
        [viewer.email, *covers_for],
    )
    return [seen_by(viewer, _view(dict(row)), covers_for) for row in rows]


def seen_by(viewer: Viewer, view: RequestView, covers_for: Sequence[str] = ()) -> RequestView:
    """The view with what this viewer may do, and without what it says of somebody's health and home, unless they need
    it for that.
    """
    return msgspec.structs.replace(
        view,
        may=may(view, viewer, covers_for),
        assistive_technology=view.assistive_technology if may_see_needs(viewer, view, covers_for) else "",
        photos=view.photos if may_see_photos(viewer, view, covers_for) else (),
    )


def _view(values: dict[str, Any]) -> RequestView:
    lines = zip(values.pop("at") or (), values.pop("what") or (), values.pop("who") or (), strict=True)
    timeline = [TimelineLine(at=at, what=what, who=who) for at, what, who in lines]
    return msgspec.convert(values | {"timeline": timeline}, RequestView)
