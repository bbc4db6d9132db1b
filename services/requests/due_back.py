"""Writing requests by which devices only go back: what a leaver holds, and what a manager asks for.

Each begins where its device is due back, with a day, and then goes the way of every return: reminders, the manager of
who is late, the register's word, custody.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from schemas.topics import REQUEST
from schemas.vocabulary import Kind
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.eventlog import outbox
from services.register.queries import HeldDevice
from services.requests import store
from services.requests.announcements import announce_raised
from services.requests.rules.machine import Status
from services.requests.rules.verdicts import Reason
from services.requests.store import Moment, NewRequest

SQL = load_statements(__file__, "due_back.sql")


@dataclasses.dataclass(frozen=True, slots=True)
class DueBack:
    """From whom devices are due back, said by whom, why and when. `act` names it, so that it is written once."""

    viewer: Viewer
    email: str
    name: str
    reason: Reason
    explanation: str
    first_line: str
    act: UUID
    now: datetime
    due_on: date


async def write(
    connection: Connection, directory: Directory, due: DueBack, devices: Sequence[HeldDevice], status: Status
) -> list[NewRequest]:
    """A request for each device that has no open one, told; those that were written."""
    if not devices:
        return []
    numbers = await connection.fetch(SQL["next_numbers"], len(devices))
    followed_by = manager_of(directory, due.email) or due.viewer.email
    requests = [
        _request(due, device, f"R-{row['number']}", status, followed_by)
        for device, row in zip(devices, numbers, strict=True)
    ]
    columns = [
        (each.request_id, each.reference, each.unit, each.kind, each.device_id, each.serial) for each in requests
    ]
    rows = await connection.fetch(
        SQL["due_back"],
        *(list(column) for column in zip(*columns, strict=True)),
        due.viewer.email,
        due.viewer.name,
        due.email,
        due.name,
        due.explanation,
        followed_by,
        due.now,
        due.due_on,
        due.reason,
    )
    written = {row["request_id"] for row in rows}
    added = [each for each in requests if each.request_id in written]
    moments = [Moment(each.request_id, "raised", due.now, due.first_line, due.viewer.email) for each in added]
    await store.remember(connection, moments)
    await outbox.append(connection, [(REQUEST, announce_raised(each)) for each in added])
    return added


def manager_of(directory: Directory, email: str) -> str | None:
    """Who answers for somebody; None for whom the directory does not know."""
    person = directory.person(email)
    manager = None if person is None else directory.approver_of(person)
    return None if manager is None else manager.email.lower()


def _request(due: DueBack, device: HeldDevice, reference: str, status: Status, followed_by: str) -> NewRequest:
    return NewRequest(
        request_id=uuid5(due.act, str(device.device_id)),
        reference=reference,
        requester_email=due.viewer.email,
        requester_name=due.viewer.name,
        unit=device.unit or due.viewer.unit or "",
        kind=device.kind or Kind.LAPTOP,
        reason=due.reason,
        device_id=device.device_id,
        serial=device.serial,
        explanation=due.explanation,
        needed_by=None,
        accessibility_needs=False,
        delivery_place="",
        status=status,
        verdict="",
        approver_email=followed_by,
        raised_at=due.now,
        recipient_email=due.email,
        recipient_name=due.name,
    )
