"""The events that custody tells. Their ids follow from record and revision: the same thing told twice is one event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schemas.events.custody import CustodyMoved, CustodyRecord
from schemas.events.mdm import Command
from services.custody.rules.record import Record
from services.machines import Step

SOURCE = "quartermaster/custody"


def announce_moved(
    record: Record,
    step: Step,
    at: datetime,
    *,
    command: Command | None = None,
    recalled: UUID | None = None,
    batch: str | None = None,
) -> CustodyMoved:
    """What a move tells; `record` as it stands after it. Who did it, and what it brought, is not told."""
    content = CustodyRecord(
        custody_id=record.custody_id,
        reference=record.reference,
        revision=record.revision,
        device_id=record.device_id,
        state=record.state,
        explanation=f"{step.does[:1].upper()}{step.does[1:]}.",
        serial=record.serial,
        kind=record.kind,
        unit=record.unit,
        command=command,
        recalled=recalled,
        proof=record.proof,
        proof_at=record.proof_at,
        batch=batch,
    )
    return CustodyMoved(
        id=f"{record.custody_id}/{record.revision}",
        source=SOURCE,
        time=at,
        subject=str(record.device_id),
        data=content,
    )
