"""Devices in custody, from their return to their end. Topic `custody`, keyed by device id."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from schemas.envelope import Event, Moment
from schemas.events.mdm import Command
from schemas.vocabulary import Kind


class CustodyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A custody record as it stands, whole each time. `revision` counts its moves: a reader ignores one not above what
    it holds. What resale brought is commercial and is not told here.
    """

    custody_id: UUID
    reference: str
    """The C-number that people use."""
    revision: int
    device_id: UUID
    state: str
    """returned, wipe_requested, wipe_failed, to_destruction, destroyed, sanitised, reviewed, resold, redistributed,
    recycled, back_in_use, written_off or joined."""
    explanation: str
    """What this move was, in a sentence without names."""
    serial: str | None = None
    kind: Kind | None = None
    unit: str | None = None
    command: Command | None = None
    """What this move asks of device management."""
    recalled: UUID | None = None
    """The command that this move no longer wants. One that device management took already is not undone by it."""
    proof: Literal["mdm", "certificate", "inspection", "destruction"] | None = None
    """What proves it empty, once something does."""
    proof_at: Moment | None = None
    """When it was proved empty. Use after that makes the proof void."""
    batch: str | None = None
    """The B-number of the act that moved it together with others."""


class CustodyMoved(Event, frozen=True, kw_only=True, tag="quartermaster.custody.moved"):
    """A device came into custody, or moved on there."""

    data: CustodyRecord
