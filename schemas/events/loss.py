"""Devices lost or stolen. Topic `loss`, keyed by device id."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from schemas.envelope import Event, Moment
from schemas.events.mdm import Command
from schemas.vocabulary import Kind


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """A loss as it stands, whole each time. `revision` counts its moves: a reader ignores one not above what it holds.

    Who lost it, and what they said of it, stays with the losses.
    """

    loss_id: UUID
    reference: str
    """The L-number that people use."""
    revision: int
    device_id: UUID
    state: str
    """reported, locked, wipe_asked, wiping, wipe_failed, wiped, written_off or found."""
    how: Literal["lost", "stolen"]
    reported_at: Moment
    explanation: str
    """What this move was, in a sentence without names."""
    serial: str | None = None
    kind: Kind | None = None
    unit: str | None = None
    command: Command | None = None
    """What this move asks of device management."""
    recalled: UUID | None = None
    """The command that this move no longer wants. One that device management took already is not undone by it."""


class LossMoved(Event, frozen=True, kw_only=True, tag="quartermaster.loss.moved"):
    """A loss was reported, or moved on."""

    data: Loss
