"""A request on its way, moved by made-up words of the register, refresh and budget."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from schemas.envelope import Event
from schemas.events.budget import Commitment, OrderCommitted
from schemas.events.refresh import QueueEntered, QueueEntry
from schemas.events.register import DeviceChanged, DeviceFacts
from schemas.topics import REQUEST
from schemas.vocabulary import Demand, DeviceState, FundingLine, Kind
from services.database.pool import Pool
from services.eventlog import outbox
from services.eventlog.decoding import EventReader
from services.machines import Actor
from services.register.consumer import RegisterConsumer
from services.requests import moving, store
from services.requests.consumer import RequestsConsumer
from services.requests.facts import answers
from services.requests.moving import Move
from services.requests.queries import RequestView
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of

NAMES = UUID("2b0c9f1e-5a57-4b57-8a4e-5d3c9e0a7b11")
AMARA = email_of("Amara Osei")


def device(name: str) -> UUID:
    """The id of a device that only events speak of."""
    return uuid5(NAMES, name)


def changed(
    device_id: UUID,
    at: datetime,
    *changes: str,
    state: DeviceState = DeviceState.DEPLOYED,
    holder: str | None = AMARA,
    kind: Kind | None = Kind.LAPTOP,
    serial: str | None = None,
    purchased_on: date | None = date(2024, 11, 20),
    revision: int = 1,
) -> DeviceChanged:
    """The register's word on a device."""
    return DeviceChanged(
        id=f"{device_id}/{revision}/{at.isoformat()}/{'+'.join(changes)}/{state}/{holder}",
        source="quartermaster/register",
        time=at,
        subject=str(device_id),
        data=DeviceFacts(
            device_id=device_id,
            revision=revision,
            changed=changes or ("state", "holder_email"),
            state=state,
            serial=serial,
            kind=kind,
            holder_email=holder,
            purchased_on=purchased_on,
        ),
    )


def committed(view: RequestView, at: datetime) -> OrderCommitted:
    """The budget set money aside."""
    return OrderCommitted(
        id=f"{view.request_id}/committed",
        source="quartermaster/budget",
        time=at,
        subject="line",
        data=Commitment(
            request_id=view.request_id,
            request_reference=view.reference,
            order_id=f"QM-{view.reference}",
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            kind=Kind.LAPTOP,
            quantity=1,
            device_id=view.device_id,
        ),
    )


def in_wave(device_id: UUID, at: datetime, status: str = "ordered") -> QueueEntered:
    """Refresh tells where a device stands in its queue."""
    return QueueEntered(
        id=f"{device_id}/{status}",
        source="quartermaster/refresh",
        time=at,
        subject=str(device_id),
        data=QueueEntry(
            device_id=device_id,
            demand=Demand.REFRESH,
            rule="age",
            policy_version="1",
            due_on=at.date(),
            score=1,
            score_parts={},
            status=status,
            wave="W-1",
        ),
    )


async def hear(pool: Pool, *events: Event, size: int = 100) -> list[Event]:
    """Requests hear these; what they tell."""
    return await deliver(pool, RequestsConsumer().apply, events, size=size)


async def put(pool: Pool, request_id: UUID, cause: Cause, actor: Actor, at: datetime, **facts: bool) -> None:
    """Somebody takes a step that has no command here. The request must be where it leads from."""
    async with pool.acquire() as connection, connection.transaction():
        held = (await store.lock_requests(connection, [request_id]))[request_id]
        step = MACHINE.step(held.status, cause, [actor], answers(held, **facts))
        assert step is not None, f"{cause} leads nowhere from {held.status}"
        await outbox.append(connection, await moving.take(connection, [Move(held, step, at, str(cause), "somebody")]))


async def status(pool: Pool, request_id: UUID) -> Status:
    """Where a request stands."""
    return Status(await pool.fetchval("SELECT status FROM requests.requests WHERE request_id = $1", request_id))


async def told(pool: Pool) -> list[Any]:
    """Everything in the outbox, in order."""
    reader = EventReader([REQUEST])
    rows = await pool.fetch("SELECT event FROM requests.outbox ORDER BY position")
    events = [reader.read("request", row["event"]) for row in rows]
    return [event for event in events if event is not None]


async def shelve(pool: Pool, serial: str, number: int, **facts: object) -> UUID:
    """The register hears of a device in stock; its id. `pool` looks in schema `register`."""
    values: dict[str, object] = {
        "kind": Kind.LAPTOP,
        "state": DeviceState.IN_STOCK,
        "unit": "end-user-services",
        "purchased_on": date(2024, 6, 3),
    }
    await deliver(pool, RegisterConsumer().apply, [asset(serial, number, START, **(values | facts))])
    found: UUID = await pool.fetchval("SELECT device_id FROM register.devices WHERE serial = $1", serial)
    return found


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
