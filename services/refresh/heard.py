"""A batch of events, sorted by what they say: the newest facts, failures, approvals, orders. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.envelope import Event
from schemas.events.budget import CommitmentRefused, OrderCommitted
from schemas.events.register import DeviceChanged, DeviceFailed
from schemas.events.request import RequestApproved, RequestProgressed
from schemas.events.wave import WaveCommitted, WaveRefused
from schemas.vocabulary import DeviceState
from services.clock import london_date
from services.eventlog.inbox import event_key
from services.refresh.placements import Answer, Move
from services.refresh.records import FailureTold, Request, Told


@dataclasses.dataclass(slots=True)
class Heard:
    """What a batch says. `causes` names, for a device, request or wave, the last event that touched it."""

    facts: dict[UUID, Told] = dataclasses.field(default_factory=dict)
    failures: dict[tuple[UUID, str], FailureTold] = dataclasses.field(default_factory=dict)
    requests: dict[UUID, Request] = dataclasses.field(default_factory=dict)
    refused_at: dict[UUID, datetime] = dataclasses.field(default_factory=dict)
    causes: dict[UUID, Event] = dataclasses.field(default_factory=dict)
    answers: dict[tuple[UUID, int], Answer] = dataclasses.field(default_factory=dict)
    """By wave and attempt."""
    moves: list[Move] = dataclasses.field(default_factory=list)
    """All that was told of devices not on the shelf, also where newer facts were told."""
    merged: dict[UUID, UUID] = dataclasses.field(default_factory=dict)
    """Records that proved to be another's."""

    @classmethod
    def of(cls, events: Sequence[Event]) -> Heard:
        """Sort a batch. Events of other types say nothing here."""
        heard = cls()
        for event in events:
            if isinstance(event, DeviceChanged):
                heard._changed(event)
            elif isinstance(event, DeviceFailed):
                heard._failed(event)
            elif isinstance(event, RequestApproved):
                heard._approved(event)
            elif isinstance(event, RequestProgressed):
                heard._progressed(event)
            elif isinstance(event, OrderCommitted):
                heard._ordered(event)
            elif isinstance(event, CommitmentRefused):
                heard._without_money(event)
            elif isinstance(event, WaveCommitted | WaveRefused):
                heard._answered(event)
        return heard

    def cause(self, *ids: UUID) -> str:
        """The name of the event behind a change."""
        event = next(self.causes[each] for each in ids if each in self.causes)
        return str(event_key(event.source, event.id))

    def _changed(self, event: DeviceChanged) -> None:
        facts = event.data
        former = self.facts.get(facts.device_id)
        if former is None or facts.revision > former.facts.revision:
            self.facts[facts.device_id] = Told(facts, london_date(event.time))
        if facts.state is not DeviceState.IN_STOCK or facts.merged_into is not None:
            handed = facts.state is DeviceState.DEPLOYED and facts.merged_into is None
            self.moves.append(Move(facts.device_id, facts.revision, handed))
        if facts.merged_into is not None:
            self.merged[facts.device_id] = facts.merged_into
            self.causes.setdefault(facts.merged_into, event)
        self.causes[facts.device_id] = event

    def _failed(self, event: DeviceFailed) -> None:
        failure = event.data
        told = FailureTold(event.time, failure.withdrawn, london_date(failure.failed_at), failure.revision)
        key = (failure.device_id, failure.ticket)
        self.failures[key] = told.joined(self.failures.get(key, told))
        self.causes[failure.device_id] = event

    def _approved(self, event: RequestApproved) -> None:
        said = event.data
        self._request(
            event,
            Request(
                said.request_id,
                said.reference,
                said.device_id,
                said.serial,
                said.unit,
                said.kind,
                said.reason,
                london_date(event.time),
                accessibility_needs=said.accessibility_needs,
                from_stock=True if said.successor_device_id is not None else None,
            ),
        )

    def _progressed(self, event: RequestProgressed) -> None:
        """That a device from stock serves it, or that it is over; of the rest the budget and the register tell."""
        said = event.data
        from_stock = True if said.from_stock else None
        ended = True if said.status == "withdrawn" else None
        closed_on = london_date(event.time) if said.status == "closed" else None
        if from_stock or ended or closed_on:
            known = Request(said.request_id, said.reference, said.device_id)
            told = msgspec.structs.replace(known, from_stock=from_stock, ended=ended, closed_on=closed_on)
            self._request(event, told)

    def _ordered(self, event: OrderCommitted) -> None:
        said = event.data
        self._request(event, Request(said.request_id, said.request_reference, said.device_id, order_id=said.order_id))

    def _without_money(self, event: CommitmentRefused) -> None:
        said = event.data
        former = self.refused_at.get(said.request_id)
        words = self.requests[said.request_id].waiting_for if former is not None else None
        if former is None or (event.time, said.explanation) > (former, words or ""):
            self.refused_at[said.request_id] = event.time
            words = said.explanation
        self._request(event, Request(said.request_id, said.request_reference, said.device_id, waiting_for=words))

    def _answered(self, event: WaveCommitted | WaveRefused) -> None:
        said, committed = event.data, isinstance(event, WaveCommitted)
        former = self.answers.get((said.wave_id, said.attempt))
        if former is None or not former.committed:
            told = Answer(said.wave_id, said.attempt, committed, said.explanation)
            self.answers[said.wave_id, said.attempt] = told
        self.causes[said.wave_id] = event

    def _request(self, event: Event, said: Request) -> None:
        """Add to what the batch already said of the request; only the words about money are ever replaced."""
        former = self.requests.get(said.request_id)
        if former is not None:
            merged = {
                name: value if (value := getattr(former, name)) is not None else getattr(said, name)
                for name in Request.__struct_fields__
            }
            merged["waiting_for"] = said.waiting_for or former.waiting_for
            said = msgspec.structs.replace(former, **merged)
        self.requests[said.request_id] = said
        self.causes[said.request_id] = event
        if said.device_id is not None:
            self.causes[said.device_id] = event
