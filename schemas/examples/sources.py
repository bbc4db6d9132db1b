"""What the desk and the directory service tell, and how intake's sources stand."""

from __future__ import annotations

from datetime import timedelta

from schemas.envelope import Event
from schemas.events.desk import RequestTicket, RequestTicketChanged, Ticket, TicketReported
from schemas.events.intake import SourceMeasured, SourceStanding
from schemas.events.person import Person, PersonRecorded
from schemas.events.register import IdentityConflict, IdentityConflictFound, IdentityConflictSettled
from schemas.examples.things import AT, DEVICE, MDM_ID, REQUEST

_PERSON = "8a1f0b52-7d2c-4c0e-9f31-0d5b6a7c8e90"
_CONFLICT = "serial:5CG0412QTM/intune"
_CLAIMANTS = (f"intune:{MDM_ID}", "intune:c1b7e3a2-44d0-4f7c-8a55-90e1d2c3b4a5")

SOURCE_EXAMPLES: tuple[Event, ...] = (
    TicketReported(
        id="sc_request/4e5f60718293a4b5c6d7e8f901a2b3c4/3",
        source="quartermaster/intake/servicenow",
        time=AT,
        subject="4e5f60718293a4b5c6d7e8f901a2b3c4",
        data=Ticket(
            desk="servicenow",
            record="4e5f60718293a4b5c6d7e8f901a2b3c4",
            ticket="REQ0010482",
            state="in_progress",
            opened_at=AT - timedelta(days=1),
            requester_email="amara.osei@metropolitan.example",
            correlation="quartermaster-R-123",
        ),
    ),
    RequestTicketChanged(
        id=f"{REQUEST}/2",
        source="quartermaster/desk",
        time=AT,
        subject=str(REQUEST),
        data=RequestTicket(
            request_id=REQUEST,
            request_reference="R-123",
            desk="servicenow",
            ticket="REQ0010482",
            state="in_progress",
            revision=2,
        ),
    ),
    PersonRecorded(
        id=f"{_PERSON}/2024-11-04T09:30:00Z",
        source="quartermaster/intake/entra",
        time=AT,
        subject=_PERSON,
        data=Person(person_id=_PERSON, active=False, email="amara.osei@metropolitan.example"),
    ),
    SourceMeasured(
        id="jamf/412",
        source="quartermaster/intake",
        time=AT,
        subject="jamf",
        data=SourceStanding(
            source="jamf",
            sequence=412,
            last_heard_at=AT - timedelta(minutes=3),
            silent_after_seconds=86_400,
            open_dead_letters=2,
            oldest_dead_letter_at=AT - timedelta(days=2),
            configured_at=AT - timedelta(days=90),
        ),
    ),
    IdentityConflictFound(
        id=f"{_CONFLICT}/1",
        source="quartermaster/register",
        time=AT,
        subject=_CONFLICT,
        data=IdentityConflict(
            conflict=_CONFLICT,
            device_id=DEVICE,
            serial="5CG0412QTM",
            claimants=_CLAIMANTS,
            found_at=AT,
            unit="central-west-response",
        ),
    ),
    IdentityConflictSettled(
        id=f"{_CONFLICT}/1/settled",
        source="quartermaster/register",
        time=AT + timedelta(hours=2),
        subject=_CONFLICT,
        data=IdentityConflict(
            conflict=_CONFLICT,
            device_id=DEVICE,
            serial="5CG0412QTM",
            claimants=_CLAIMANTS,
            found_at=AT,
            unit="central-west-response",
            ruling="two_devices",
            ruled_by="helen.marsh@metropolitan.example",
        ),
    ),
)
