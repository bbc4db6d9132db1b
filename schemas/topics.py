"""Which events travel on which topic, in how many lanes, and what keeps them in order."""

from __future__ import annotations

import dataclasses
from types import UnionType
from typing import Any, get_args

from schemas.envelope import Event, event_type
from schemas.events.alert import AlertEvent
from schemas.events.budget import BudgetEvent
from schemas.events.custody import CustodyMoved
from schemas.events.desk import RequestTicketChanged, TicketReported
from schemas.events.device import DeviceObserved
from schemas.events.finance import FinanceDocumentRecorded
from schemas.events.intake import SourceMeasured
from schemas.events.loss import LossMoved
from schemas.events.mdm import DeviceCommandProgressed
from schemas.events.person import PersonRecorded
from schemas.events.refresh import RefreshEvent, UnitAgeingMeasured
from schemas.events.register import (
    DeviceChanged,
    DeviceFailed,
    DeviceWipeTold,
    IdentityConflictFound,
    IdentityConflictSettled,
)
from schemas.events.request import RequestEvent
from schemas.events.wave import OrderEvent, WaveReleased

DEFAULT_PREFIX = "quartermaster."
"""What the topics of a deployment begin with, unless its settings say otherwise."""


@dataclasses.dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic: `name` without the deployment's prefix, what it carries, its partitions, its key in words."""

    name: str
    carries: UnionType | type[Event]
    partitions: int
    keyed_by: str

    @property
    def event_types(self) -> tuple[type[Event], ...]:
        """The event classes that may travel here."""
        return get_args(self.carries) or (self.carries,)


DEVICE_OBSERVED = Topic("device-observed", DeviceObserved, 6, "the record's best identifier")
DEVICE_CHANGED = Topic("device-changed", DeviceChanged, 6, "device id")
DEVICE_FAILED = Topic("device-failed", DeviceFailed, 3, "device id")
REQUEST = Topic("request", RequestEvent, 3, "request id")
REFRESH = Topic("refresh", RefreshEvent, 6, "device id")
UNIT_AGEING = Topic("unit-ageing", UnitAgeingMeasured, 3, "unit")
FINANCE_DOCUMENT = Topic("finance-document", FinanceDocumentRecorded, 1, "one lane: approvals come before orders")
BUDGET = Topic("budget", BudgetEvent, 3, "financial year and funding line")
ALERT = Topic("alert", AlertEvent, 3, "alert key")
DESK_TICKET = Topic("desk-ticket", TicketReported, 3, "the desk's own id of the ticket")
DESK_PROGRESS = Topic("desk-progress", RequestTicketChanged, 3, "request id")
PERSON = Topic("person", PersonRecorded, 3, "the directory's id of the person")
SOURCE_HEALTH = Topic("source-health", SourceMeasured, 3, "source")
IDENTITY_CONFLICT = Topic("identity-conflict", IdentityConflictFound | IdentityConflictSettled, 3, "conflict")
WAVE = Topic("wave", WaveReleased, 3, "wave id")
ORDER = Topic("order", OrderEvent, 3, "wave id")
DEVICE_WIPE = Topic("device-wipe", DeviceWipeTold, 3, "device id")
DEVICE_COMMAND_PROGRESS = Topic("device-command-progress", DeviceCommandProgressed, 3, "device id")
LOSS = Topic("loss", LossMoved, 3, "device id")
CUSTODY = Topic("custody", CustodyMoved, 3, "device id")

TOPICS: tuple[Topic, ...] = (
    DEVICE_OBSERVED,
    DEVICE_CHANGED,
    DEVICE_FAILED,
    REQUEST,
    REFRESH,
    UNIT_AGEING,
    FINANCE_DOCUMENT,
    BUDGET,
    ALERT,
    DESK_TICKET,
    DESK_PROGRESS,
    PERSON,
    SOURCE_HEALTH,
    IDENTITY_CONFLICT,
    WAVE,
    ORDER,
    DEVICE_WIPE,
    DEVICE_COMMAND_PROGRESS,
    LOSS,
    CUSTODY,
)


def carriage() -> dict[str, dict[str, Any]]:
    """What readers of a topic rely on beside the types' schemas: each topic's lanes, and the types it carries."""
    return {
        topic.name: {"partitions": topic.partitions, "carries": [event_type(kind) for kind in topic.event_types]}
        for topic in TOPICS
    }
