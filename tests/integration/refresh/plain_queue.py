"""The queue worked out anew from all that was ever told: plain, slow, and by no code of the service but its rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from schemas.envelope import Event
from schemas.events.budget import CommitmentRefused, OrderCommitted
from schemas.events.register import DeviceChanged, DeviceFailed
from schemas.events.request import RequestApproved
from schemas.events.wave import WaveCommitted, WaveRefused
from schemas.vocabulary import DeviceState
from services.clock import london_date
from services.refresh.policy import PolicyInForce
from services.refresh.rules import ApprovedRequest, DeviceStanding, assess


@dataclasses.dataclass
class Place:
    """An entry's place in a wave. `stock` is the device set aside for it, at `revision`."""

    wave: UUID
    attempt: int
    stock: UUID | None
    revision: int
    device: bool
    ordered: bool = False


@dataclasses.dataclass
class Told:
    """All that was delivered, and what commands and sweeps did. `places` are forgotten as a sweep forgets them."""

    events: dict[str, Event] = dataclasses.field(default_factory=dict)
    places: dict[UUID, Place] = dataclasses.field(default_factory=dict)
    released: dict[UUID, int] = dataclasses.field(default_factory=dict)
    """The attempt that waits for its answer, by wave."""
    demands: dict[UUID, bool] = dataclasses.field(default_factory=dict)
    """Entries of planned demand; True once withdrawn."""

    def deliver(self, events: Iterable[Event]) -> None:
        """Take in a batch; repeats say nothing."""
        for event in events:
            if event.id in self.events:
                continue
            self.events[event.id] = event
            if isinstance(event, WaveCommitted | WaveRefused):
                self._answered(event)

    def _answered(self, event: WaveCommitted | WaveRefused) -> None:
        if self.released.get(event.data.wave_id) != event.data.attempt:
            return
        del self.released[event.data.wave_id]
        for entry, place in list(self.places.items()):
            if place.wave == event.data.wave_id and not place.ordered:
                if isinstance(event, WaveRefused):
                    del self.places[entry]
                else:
                    place.ordered = True

    def holds(self, place: Place | None) -> bool:
        """Whether a place still serves its entry: its device from the shelf was not taken away before it was given."""
        if place is None or place.stock is None:
            return place is not None
        after = sorted(
            (each.revision, each.state)
            for each in self._facts(place.stock)
            if each.revision > place.revision and each.state is not DeviceState.IN_STOCK
        )
        return not after or after[0][1] is DeviceState.DEPLOYED

    def handed(self, place: Place) -> bool:
        """Whether the device from the shelf has moved at all."""
        return place.stock is not None and any(
            each.revision > place.revision and each.state is not DeviceState.IN_STOCK
            for each in self._facts(place.stock)
        )

    def _facts(self, device: UUID) -> list:  # type: ignore[type-arg]  # facts
        return [e.data for e in self.events.values() if isinstance(e, DeviceChanged) and e.data.device_id == device]

    def queue(self, devices: Iterable[UUID], policy: PolicyInForce, today: date) -> dict[UUID, str]:
        """Status by entry."""
        found = {}
        for device in devices:
            status = self._device(device, policy, today)
            if status is not None:
                found[device] = status
        for entry, withdrawn in self.demands.items():
            place = self.places.get(entry)
            holds = self.holds(place)
            if not (place is not None and holds and place.ordered) and (holds or not withdrawn):
                found[entry] = "planned" if holds else "queued"
        return found

    def _device(self, device: UUID, policy: PolicyInForce, today: date) -> str | None:
        facts = max(self._facts(device), key=lambda each: each.revision, default=None)
        approvals = [e for e in self.events.values() if isinstance(e, RequestApproved) and e.data.device_id == device]
        orders = [e.data for e in self.events.values() if isinstance(e, OrderCommitted) and e.data.device_id == device]
        own = [each for each in orders if each.order_id.startswith("QM-R")]
        covered = [each for each in orders if each.order_id.startswith("QM-W")]
        place = self.places.get(device)
        holds = self.holds(place)
        ordered = bool(own or covered) or (place is not None and holds and place.ordered)
        request = None
        if approvals:
            (approval,) = approvals
            request = ApprovedRequest(
                approval.data.request_id,
                approval.data.reference,
                approval.data.reason,
                london_date(approval.time),
                ordered,
            )
        elif orders:
            request = ApprovedRequest(orders[0].request_id, orders[0].request_reference, None, None, ordered)
        failures = tuple(
            sorted(
                london_date(e.data.failed_at)
                for e in self.events.values()
                if isinstance(e, DeviceFailed) and e.data.device_id == device
            )
        )
        if facts is None:
            kind, unit = (approvals[0].data.kind, approvals[0].data.unit) if approvals else (None, None)
            seen = DeviceStanding(device, None, kind, unit=unit, failures=failures, request=request)
        else:
            seen = DeviceStanding(
                device,
                facts.state,
                facts.kind,
                facts.model,
                facts.unit,
                purchased_on=facts.purchased_on,
                failures=failures,
                request=request,
            )
        if not assess(seen, policy, today).in_queue:
            return None
        return "ordered" if ordered else "planned" if holds else "queued"

    def sweep(self, queue: Iterable[UUID]) -> None:
        """Forget places that hold nothing any more."""
        kept = set(queue) | {
            event.data.device_id
            for event in self.events.values()
            if isinstance(event, RequestApproved | OrderCommitted | CommitmentRefused)
        }
        for entry, place in list(self.places.items()):
            if not self.holds(place) or (place.device and entry not in kept):
                del self.places[entry]
