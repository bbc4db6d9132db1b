"""A device lost, a device in custody, and the commands and wipes that both wait for."""

from __future__ import annotations

from uuid import UUID

from schemas.envelope import Event
from schemas.events.custody import CustodyMoved, CustodyRecord
from schemas.events.loss import Loss, LossMoved
from schemas.events.mdm import Command, CommandStanding, DeviceCommandProgressed
from schemas.events.register import DeviceWipe, DeviceWipeTold
from schemas.examples.things import AT, DEVICE
from schemas.vocabulary import Kind

LOSS = UUID("4b0c5b0e-52c9-5a0e-8d1b-0c8d5f1d6a77")
CUSTODY = UUID("9d2c8f61-1c58-5f0b-9a55-2c7c1f9f3f10")
COMMAND = UUID("6a1f1d55-7f77-5d0f-8f4e-5b7f2d7a9c31")

CUSTODY_EXAMPLES: tuple[Event, ...] = (
    LossMoved(
        id=f"{LOSS}/1",
        source="quartermaster/losses",
        time=AT,
        subject=str(DEVICE),
        data=Loss(
            loss_id=LOSS,
            reference="L-12",
            revision=1,
            device_id=DEVICE,
            state="reported",
            how="stolen",
            reported_at=AT,
            explanation="Reported stolen; a lock is on its way.",
            serial="5CG0412QTM",
            kind=Kind.LAPTOP,
            unit="central-west-response",
            command=Command(
                command_id=COMMAND,
                device_id=DEVICE,
                action="lock",
                reference="L-12",
                wanted_at=AT,
                serial="5CG0412QTM",
            ),
        ),
    ),
    DeviceCommandProgressed(
        id=f"{COMMAND}/sent",
        source="quartermaster/mdm",
        time=AT,
        subject=str(DEVICE),
        data=CommandStanding(
            command_id=COMMAND,
            device_id=DEVICE,
            action="lock",
            reference="L-12",
            state="sent",
            explanation="Intune took the command.",
            mdm="intune",
        ),
    ),
    DeviceWipeTold(
        id=f"{DEVICE}/wipe/done",
        source="quartermaster/register",
        time=AT,
        subject=str(DEVICE),
        data=DeviceWipe(
            device_id=DEVICE,
            outcome="done",
            told_by="quartermaster/intake/intune",
            requested_at=AT,
            serial="5CG0412QTM",
        ),
    ),
    CustodyMoved(
        id=f"{CUSTODY}/3",
        source="quartermaster/custody",
        time=AT,
        subject=str(DEVICE),
        data=CustodyRecord(
            custody_id=CUSTODY,
            reference="C-40",
            revision=3,
            device_id=DEVICE,
            state="sanitised",
            explanation="Device management tells that it is wiped.",
            serial="5CG0412QTM",
            kind=Kind.LAPTOP,
            unit="central-west-response",
            proof="mdm",
        ),
    ),
)
