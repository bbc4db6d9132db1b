"""From changes to events. Their ids follow from what caused them, so that a repeat makes the same ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from schemas.events.refresh import Ageing, QueueEntered, QueueEntry, QueueExit, QueueLeft, UnitAgeingMeasured
from schemas.topics import REFRESH, UNIT_AGEING
from services.eventlog.outbox import Outgoing
from services.refresh.changes import Changes
from services.refresh.records import Entry

SOURCE = "quartermaster/refresh"
Cause = Callable[[UUID], str]
"""Names what made an entry change, given the entry's id."""


def announce(changes: Changes, ageing: Sequence[Ageing], cause: Cause, now: datetime) -> list[Outgoing]:
    """The events of a batch: entries first, then exits, then at most one measurement a unit and kind."""
    outgoing: list[Outgoing] = [
        (
            REFRESH,
            QueueEntered(
                id=f"{cause(entry.entry_id)}/{entry.entry_id}/entered",
                source=SOURCE,
                time=now,
                subject=str(entry.entry_id),
                data=_entry(entry),
            ),
        )
        for entry in changes.announced
    ]
    for left in changes.left:
        entry_id = left.entry.entry_id
        exit_ = QueueExit(device_id=entry_id, cause=left.cause, explanation=left.explanation)
        event = QueueLeft(
            id=f"{cause(entry_id)}/{entry_id}/left", source=SOURCE, time=now, subject=str(entry_id), data=exit_
        )
        outgoing.append((REFRESH, event))
    for each in ageing:
        measured = UnitAgeingMeasured(
            id=f"ageing/{each.unit}/{each.kind}/{each.sequence}", source=SOURCE, time=now, subject=each.unit, data=each
        )
        outgoing.append((UNIT_AGEING, measured))
    return outgoing


def _entry(entry: Entry) -> QueueEntry:
    return QueueEntry(
        device_id=entry.entry_id,
        demand=entry.demand,
        rule=entry.rule,
        policy_version=entry.policy_version,
        due_on=entry.due_on,
        score=entry.score,
        score_parts=entry.score_parts,
        kind=entry.kind,
        unit=entry.unit,
        serial=entry.serial,
        request_reference=entry.request_reference,
        line=entry.line,
        cause=entry.cause,
        status=entry.status,
        wave=entry.wave,
    )
