"""Writing requests, inside the transaction of the command or batch they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from schemas.events.desk import RequestTicketChanged
from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.requests.rules.machine import OPEN, Status
from services.requests.rules.verdicts import GONE, Reason, Verdict

SQL = load_statements(__file__, "store.sql")


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it is first written; the fields stand in the order of the statement."""

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
    approver_email: str
    raised_at: datetime
    recipient_email: str | None = None
    recipient_name: str | None = None
    verdict_kind: Verdict = Verdict.MANAGER_APPROVAL
    wave_month: date | None = None
    since: date | None = None
    photos: tuple[str, ...] = ()
    assistive_technology: str = ""
    successor_device_id: UUID | None = None
    successor_serial: str | None = None
    from_stock: bool = False
    next_chase_at: datetime | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A request held until the transaction ends, with all that its guards look at."""

    request_id: UUID
    reference: str
    requester_email: str
    requester_name: str
    recipient_email: str | None
    unit: str
    kind: Kind
    reason: Reason
    device_id: UUID | None
    serial: str | None
    accessibility_needs: bool
    approver_email: str
    status: Status
    revision: int
    verdict_kind: Verdict
    successor_device_id: UUID | None
    successor_serial: str | None
    checked_at: datetime | None
    old_back_at: datetime | None
    waits_since: datetime | None
    chases: int
    raised_at: datetime
    decided_at: datetime | None = None
    from_stock: bool = False
    return_due_on: date | None = None
    enrolled_device_id: UUID | None = None
    """A new device that its user was seen with before the request could move on by that."""
    enrolled_serial: str | None = None
    enrolled_at: datetime | None = None
    handed_out_at: datetime | None = None
    otherwise_at: datetime | None = None
    """Since when its user has another device, or the lost one again; None if nobody knows of one."""

    @property
    def for_whom(self) -> str:
        """The address of whom the device is for."""
        return self.recipient_email or self.requester_email

    @property
    def hands_back(self) -> bool:
        """Whether there is an old device to go back."""
        return self.device_id is not None and self.reason not in GONE


class Moment(NamedTuple):
    """One line of a request's timeline; the same cause stands there once."""

    request_id: UUID
    cause: str
    at: datetime
    what: str
    who: str


async def use_key(
    connection: Connection, email: str, command: str, key: str, request_id: UUID, now: datetime
) -> UUID | None:
    """None the first time a key is used; afterwards the request it was used for."""
    if await connection.fetchval(SQL["use_key"], email, command, key, request_id, now) is not None:
        return None
    used: UUID = await connection.fetchval(SQL["used_key"], email, command, key)
    return used


async def next_reference(connection: Connection) -> str:
    """The next R-number."""
    return f"R-{await connection.fetchval(SQL['next_number'])}"


async def open_request_of_device(connection: Connection, device_id: UUID) -> str | None:
    """The reference of the device's open request, if it has one."""
    reference: str | None = await connection.fetchval(SQL["open_request_of_device"], device_id, list(OPEN))
    return reference


async def replaced_by(connection: Connection, device_id: UUID, whose: str) -> str | None:
    """The reference of the request by which somebody got another for a device that they lost."""
    reference: str | None = await connection.fetchval(SQL["replaced_by"], device_id, whose, list(GONE))
    return reference


async def insert_request(connection: Connection, request: NewRequest) -> bool:
    """Write a request; False if its device got an open one meanwhile."""
    return await connection.fetchval(SQL["insert_request"], *msgspec.structs.astuple(request)) is not None


async def lock_request(
    connection: Connection, viewer: Viewer, request_id: UUID, covers_for: Sequence[str] = ()
) -> Held | None:
    """Hold a request until the transaction ends; None if there is none that the viewer may see.

    `covers_for` are the managers whom the viewer covers for today.
    """
    row = await connection.fetchrow(SQL["lock_request"], request_id, viewer.unit_scope, viewer.email, list(covers_for))
    return None if row is None else msgspec.convert(dict(row), Held)


async def set_aside(connection: Connection) -> set[UUID]:
    """Devices that open requests hold, whatever the register says of them yet."""
    return {row["successor_device_id"] for row in await connection.fetch(SQL["set_aside"])}


async def give(connection: Connection, request_id: UUID, device_id: UUID, serial: str) -> None:
    """Set a device from stock aside for a request that is held. The caller holds the lock of placing."""
    await connection.execute(SQL["give"], request_id, device_id, serial)


async def asked_for_more(connection: Connection, email: str, kind: Kind, holds: Sequence[UUID]) -> list[str]:
    """References of open requests that add a device of a kind to what somebody `holds`; nobody else asks for this
    person and kind until the transaction ends.
    """
    await connection.execute(SQL["lock_entitlement"], email, kind)
    rows = await connection.fetch(SQL["asked_for_more"], email, kind, list(OPEN), list(holds))
    return [row["reference"] for row in rows]


async def ask_back(connection: Connection, request_id: UUID, question: str) -> None:
    """Write what who decides wants to know of a request that is held; an earlier answer goes."""
    await connection.execute(SQL["ask_back"], request_id, question)


async def answer(connection: Connection, request_id: UUID, words: str) -> None:
    """Write the answer to the question asked of a request that is held."""
    await connection.execute(SQL["answer"], request_id, words)


async def decide(connection: Connection, request_id: UUID, decided_by: str, now: datetime, refusal: str | None) -> None:
    """Write who decided on a request that is held, and why not."""
    await connection.execute(SQL["decide"], request_id, decided_by, now, refusal)


async def lock_requests(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Hold requests until the transaction ends, by id. For services, which see every request."""
    rows = await connection.fetch(SQL["lock_requests"], ids)
    return {row["request_id"]: msgspec.convert(dict(row), Held) for row in rows}


async def move(connection: Connection, moves: Sequence[tuple[UUID, Status, int, datetime]]) -> None:
    """Write where requests that are held now stand: status, revision, and since when."""
    if moves:
        await connection.execute(SQL["move"], *(list(column) for column in zip(*moves, strict=True)))


async def ticket_revisions(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The revision of the desk's ticket by request, of those that have one. The requests must be held."""
    return {row["request_id"]: row["revision"] for row in await connection.fetch(SQL["ticket_revisions"], ids)}


async def keep_tickets(connection: Connection, events: Sequence[RequestTicketChanged]) -> None:
    """Write how tickets stand, one event a request."""
    if events:
        rows = [
            (each.request_id, each.desk, each.ticket, each.state, each.link, each.revision, event.time)
            for event in events
            for each in (event.data,)
        ]
        await connection.execute(SQL["keep_tickets"], *(list(column) for column in zip(*rows, strict=True)))


async def remember(connection: Connection, moments: Sequence[Moment]) -> None:
    """Append to timelines."""
    if moments:
        await connection.execute(SQL["remember"], *(list(column) for column in zip(*moments, strict=True)))
