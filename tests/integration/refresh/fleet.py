"""A made-up fleet's events, as register, requests and budget would tell them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from schemas.envelope import Event
from schemas.events.budget import Commitment, CommitmentRefusal, CommitmentRefused, OrderCommitted
from schemas.events.register import DeviceChanged, DeviceFacts, DeviceFailed, DeviceFailure
from schemas.events.request import Approved, RequestApproved
from schemas.vocabulary import DeviceState, FundingLine, Kind, RequestReason, Role
from services.access.directory import Directory, Person, Unit
from services.access.viewer import viewer_for
from services.requests.rules.machine import Status
from services.requests.rules.verdicts import Reason
from services.requests.store import NewRequest

NOW = datetime(2024, 11, 4, 9, tzinfo=UTC)
TODAY = NOW.date()
UNITS = ("central-west-response", "central-north-response", "commercial-finance")
DIRECTORY = Directory(
    [
        Unit(code="metropolitan", name="Metropolitan"),
        Unit(code="frontline-policing", name="Frontline Policing", parent="metropolitan"),
        Unit(code="central-west", name="Central West", parent="frontline-policing"),
        Unit(code="central-west-response", name="Central West Response", parent="central-west"),
        Unit(code="central-north", name="Central North", parent="frontline-policing"),
        Unit(code="central-north-response", name="Central North Response", parent="central-north"),
        Unit(code="commercial-finance", name="Commercial and Finance", parent="metropolitan"),
    ],
    [
        Person(email=f"{name}@metropolitan.example", name=name, unit=unit, roles=frozenset({role}))
        for name, unit, role in (
            ("catherine.doyle", "metropolitan", Role.DIRECTOR),
            ("priya.nair", "central-west", Role.MANAGER),
            ("daniel.reyes", "central-north", Role.MANAGER),
            ("amara.osei", "central-west-response", Role.STAFF),
            ("helen.marsh", "metropolitan", Role.PLANNER),
            ("farid.amin", "commercial-finance", Role.FINANCE),
        )
    ],
)
DIRECTOR, PRIYA, DANIEL, AMARA, PLANNER, FINANCE = (viewer_for(email, DIRECTORY) for email in DIRECTORY.people)


def device_id(number: int) -> UUID:
    """The id of device `number`."""
    return UUID(int=0x1000 + number)


def request_id(number: int) -> UUID:
    """The id of request `number`."""
    return UUID(int=0xF000 + number)


def changed(number: int, revision: int = 1, **facts: Any) -> DeviceChanged:
    """The register tells a device's facts: a deployed office laptop bought in 2019 unless `facts` say otherwise."""
    whole: dict[str, Any] = {
        "state": DeviceState.DEPLOYED,
        "kind": Kind.LAPTOP,
        "model": "Latitude 5440",
        "unit": "commercial-finance",
        "serial": f"SN{number:04}",
        "purchased_on": date(2019, 5, 1),
    } | facts
    return DeviceChanged(
        id=f"{device_id(number)}/{revision}",
        source="quartermaster/register",
        time=NOW - timedelta(days=3 * (revision % 5)),
        subject=str(device_id(number)),
        data=DeviceFacts(device_id=device_id(number), revision=revision, changed=("state",), **whole),
    )


def failed(number: int, ticket: str, days_ago: int, *, withdrawn: bool = False, revision: int = 0) -> DeviceFailed:
    """The register tells of a ticket, or that it proved no failure."""
    at = NOW - timedelta(days=days_ago)
    return DeviceFailed(
        id=f"{ticket}/{withdrawn}/{revision}",
        source="quartermaster/register",
        time=at + timedelta(hours=withdrawn),
        subject=str(device_id(number)),
        data=DeviceFailure(
            device_id=device_id(number), ticket=ticket, failed_at=at, withdrawn=withdrawn, revision=revision
        ),
    )


def approved(
    number: int, of: int | None, reason: RequestReason = RequestReason.BROKEN, *, needs: bool = False
) -> RequestApproved:
    """A manager approved request `number` for device `of`, or for no device; `needs`: with an accessibility need."""
    return RequestApproved(
        id=f"R-{number}/approved",
        source="quartermaster/requests",
        time=NOW - timedelta(minutes=number),
        subject=str(request_id(number)),
        data=Approved(
            request_id=request_id(number),
            reference=f"R-{number}",
            requester_email="amara.osei@metropolitan.example",
            decided_by="priya.nair@metropolitan.example",
            unit="central-west-response",
            kind=Kind.LAPTOP,
            reason=reason,
            device_id=None if of is None else device_id(of),
            accessibility_needs=needs,
        ),
    )


def committed(number: int, of: int | None, order_id: str | None = None) -> OrderCommitted:
    """Budget set money aside for request `number`, or found that a wave orders for it already."""
    return OrderCommitted(
        id=f"R-{number}/committed",
        source="quartermaster/budget",
        time=NOW,
        subject="2024/25",
        data=Commitment(
            request_id=request_id(number),
            request_reference=f"R-{number}",
            order_id=order_id or f"PO-{number}",
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            kind=Kind.LAPTOP,
            quantity=1,
            device_id=None if of is None else device_id(of),
        ),
    )


def without_money(number: int, of: int | None, words: str = "Nothing is left.") -> CommitmentRefused:
    """Budget could set no money aside for request `number`."""
    return CommitmentRefused(
        id=f"R-{number}/refused/{words}",
        source="quartermaster/budget",
        time=NOW - timedelta(hours=1),
        subject="2024/25",
        data=CommitmentRefusal(
            request_id=request_id(number),
            request_reference=f"R-{number}",
            explanation=words,
            device_id=None if of is None else device_id(of),
        ),
    )


def raised_request(number: int, reason: Reason = Reason.BROKEN) -> NewRequest:
    """Request `number` for device `number`, as the requests service keeps it before anybody decided."""
    return NewRequest(
        request_id=request_id(number),
        reference=f"R-{number}",
        requester_email="amara.osei@metropolitan.example",
        requester_name="Amara Osei",
        unit="central-west-response",
        kind=Kind.LAPTOP,
        reason=reason,
        device_id=device_id(number),
        serial=None,
        explanation="",
        needed_by=None,
        accessibility_needs=False,
        delivery_place="",
        status=Status.WAITING_FOR_APPROVAL,
        verdict="",
        approver_email="priya.nair@metropolitan.example",
        raised_at=NOW,
    )


def some_events(seed: int, devices: int = 25, events: int = 250) -> list[Event]:
    """A seeded run about a few devices and requests. Revisions grow in the order told."""
    chance = Random(seed)
    revisions = dict.fromkeys(range(devices), 0)
    run: dict[str, Event] = {}
    for step in range(events):
        number, dice = chance.randrange(devices), chance.random()
        request, of = chance.randrange(20), None
        if request % 4:
            of = request % devices
        event: Event
        if dice < 0.55:
            revisions[number] += 1
            event = changed(
                number,
                revisions[number],
                state=chance.choice([DeviceState.DEPLOYED] * 4 + [DeviceState.IN_REPAIR, DeviceState.RETURNED]),
                kind=chance.choice([Kind.LAPTOP, Kind.LAPTOP, Kind.DESKTOP, Kind.TABLET, None]),
                battery_health_percent=chance.choice([None, 95, 58]),
                warranty_ends_on=chance.choice([None, date(2022, 6, 30)]),
                unit=chance.choice([*UNITS, None]),
                purchased_on=chance.choice([None, date(2018 + chance.randrange(7), 3, 31)]),
                model=chance.choice(["Latitude 7400", "Latitude 5440", None]),
            )
        elif dice < 0.75:
            event = failed(number, f"INC{step % 40}-{number}", 10 * (step % 40), withdrawn=chance.random() < 0.3)
        elif dice < 0.87:
            event = approved(request, of, list(RequestReason)[request % 6], needs=request % 5 == 0)
        elif dice < 0.94:
            event = committed(request, of)
        else:
            event = without_money(request, of, chance.choice(["Nothing is left.", "The cap is reached."]))
        run[f"{event.source} {event.id}"] = event
    return list(run.values())
