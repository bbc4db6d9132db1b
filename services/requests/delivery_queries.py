"""Reading requests on their way after the decision. For `queries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.requests.rules.machine import Status
from services.requests.rules.verdicts import Reason

SQL = load_statements(__file__, "delivery_queries.sql")
MOST = 200
TO_ALLOCATE = (Status.ORDERED, Status.WAITING_FOR_MONEY)
"""Waits for a device: on order, or without money while one in stock might serve."""
ON_THEIR_WAY = (*TO_ALLOCATE, Status.ALLOCATED, Status.SHIPPED, Status.DELIVERED, Status.WAITING_FOR_CHECK)
DELIVERIES = (*ON_THEIR_WAY, Status.RETURN_DUE)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A request after its decision, as whoever sees to it needs it. `return_due_on` is the old device's day."""

    request_id: UUID
    reference: str
    status: Status
    kind: Kind
    reason: Reason
    unit: str
    serial: str | None
    device_id: UUID | None
    requester_email: str
    requester_name: str
    approver_email: str | None
    recipient_email: str | None
    recipient_name: str | None
    delivery_place: str
    needed_by: date | None
    accessibility_needs: bool
    successor_device_id: UUID | None
    successor_serial: str | None
    from_stock: bool
    carrier: str | None
    tracking: str | None
    waits_since: datetime | None
    return_due_on: date | None
    chases: int
    checked_at: datetime | None
    old_back_at: datetime | None
    raised_at: datetime
    revision: int

    @property
    def for_whom(self) -> str:
        """The address of whom it is for."""
        return self.recipient_email or self.requester_email


async def deliveries(
    connection: Connection, viewer: Viewer, statuses: Sequence[Status] = DELIVERIES, limit: int = MOST
) -> list[Delivery]:
    """Requests of the viewer's units that stand in these states, the longest waiting first."""
    return await _read(connection, viewer, statuses, limit=limit)


async def delivery_counts(connection: Connection, viewer: Viewer) -> Mapping[Status, int]:
    """How many stand in each state after the decision."""
    rows = await connection.fetch(SQL["count_deliveries"], viewer.unit_scope, list(DELIVERIES))
    return {Status(row["status"]): row["requests"] for row in rows}


async def overdue_returns(connection: Connection, viewer: Viewer, today: date, limit: int = MOST) -> list[Delivery]:
    """Old devices of the viewer's units that were to be back before today, the longest waiting first."""
    return await _read(connection, viewer, [Status.RETURN_DUE], before=today, limit=limit)


async def returns_of(connection: Connection, viewer: Viewer, email: str) -> list[Delivery]:
    """What a person still has to hand back."""
    return await _read(connection, viewer, [Status.RETURN_DUE], email=email.lower())


async def devices_set_aside(connection: Connection) -> list[UUID]:
    """Devices on the shelf that requests have set aside. For services, which give them to nobody else."""
    return [row["successor_device_id"] for row in await connection.fetch(SQL["devices_set_aside"])]


async def _read(
    connection: Connection,
    viewer: Viewer,
    statuses: Sequence[Status],
    *,
    before: date | None = None,
    email: str | None = None,
    limit: int = MOST,
) -> list[Delivery]:
    rows = await connection.fetch(SQL["deliveries"], viewer.unit_scope, list(statuses), before, email, limit)
    return [msgspec.convert(dict(row), Delivery) for row in rows]
