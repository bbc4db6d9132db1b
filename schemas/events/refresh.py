"""The refresh queue's events. Topics `refresh`, keyed by device id, and `unit-ageing`, keyed by unit."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from schemas.envelope import Event
from schemas.vocabulary import BauCause, Demand, FundingLine, Kind


class QueueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Why a device stands in the queue. `rule` and `policy_version` name what put it there; `score` is 0 to 1000.

    `line` pays for the successor. `cause` is what business-as-usual demand came from; refresh demand has none.
    """

    device_id: UUID
    demand: Demand
    rule: str
    policy_version: str
    due_on: date
    score: int
    score_parts: dict[str, int]
    kind: Kind | None = None
    unit: str | None = None
    serial: str | None = None
    request_reference: str | None = None
    line: FundingLine = FundingLine.REFRESH_AND_BAU
    cause: BauCause | None = None
    status: str = "queued"
    """queued, planned (in a released wave that waits for its money) or ordered."""
    wave: str | None = None
    """The W-number of the wave that holds it."""


class QueueExit(msgspec.Struct, frozen=True, kw_only=True):
    """A device left the queue."""

    device_id: UUID
    cause: str
    """cancelled, ordered or fulfilled."""
    explanation: str


class Ageing(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a unit's devices of a kind are past policy life, at `measured_on`.

    `sequence` grows with every measurement of that unit and kind.
    """

    unit: str
    kind: Kind
    sequence: int
    measured_on: date
    """The day it was counted."""
    deployed: int
    past_policy_life: int


class QueueEntered(Event, frozen=True, kw_only=True, tag="quartermaster.refresh.queue_entered"):
    """A device entered the queue, or its place was decided anew."""

    data: QueueEntry


class QueueLeft(Event, frozen=True, kw_only=True, tag="quartermaster.refresh.queue_left"):
    """A device left the queue."""

    data: QueueExit


class UnitAgeingMeasured(Event, frozen=True, kw_only=True, tag="quartermaster.refresh.unit_ageing_measured"):
    """The share of a unit's devices past policy life was counted."""

    data: Ageing


RefreshEvent = QueueEntered | QueueLeft
