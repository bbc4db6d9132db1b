"""A run's events, from a simulated borough: the vendors' own wire records through intake's own translations."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import msgspec

from deploy.local.scenarios.directory import directory_path, load_directory
from deploy.local.scenarios.scenario import FOLDER, Scenario, load_scenario
from deploy.local.simulator.delivery.postbox import Postbox
from deploy.local.simulator.finance.extract import opening_rows
from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.incidents import Incident
from deploy.local.simulator.live.rota import STEP_SECONDS
from deploy.local.simulator.live.step import prepare, run_step
from deploy.local.simulator.microsoft.managed_device import managed_device
from deploy.local.simulator.play import opening_webhooks
from deploy.local.simulator.servicenow.tables import tables_of
from deploy.local.simulator.settings import Settings
from deploy.local.simulator.world import World
from schemas.events.request import Approved, RequestApproved
from schemas.topics import REQUEST
from schemas.vocabulary import Kind, RequestReason
from services.access.directory import Directory
from services.eventlog.outbox import Outgoing
from services.intake.doors import units_of
from services.intake.sources.finance import translation as finance
from services.intake.sources.intune import translation as intune
from services.intake.sources.jamf import translation as jamf
from services.intake.sources.servicenow import translation as servicenow
from services.intake.translation import Context, RecordKind, translate_body
from services.register.rules.identity import new_device_id
from services.requests.rules.machine import Status
from services.requests.store import NewRequest

BOROUGH = FOLDER / "borough.yaml"
PUSHED = {"jamf": jamf.WEBHOOK, "servicenow": servicenow.PUSH, "finance": finance.ROW}
MORE_FAILURES = 25
PRIYA, CATHERINE = "priya.nair@metropolitan.example", "catherine.doyle@metropolitan.example"
STEPS_A_DAY = 86_400 // STEP_SECONDS


@dataclasses.dataclass(frozen=True)
class Run:
    """The events in the order in which they came, the requests that people raised, and the moment it ended."""

    events: Sequence[Outgoing]
    requests: Sequence[NewRequest]
    ended: datetime
    directory: Directory


class _Thinned:
    """Lets through what is told of one device in so many; all the money."""

    def __init__(self, postbox: Postbox, kept: set[int], one_in: int) -> None:
        self._postbox = postbox
        self._kept = kept
        self._one_in = one_in
        self.ordered = postbox.ordered
        self.delivered = postbox.delivered

    def keeps(self, device: Device) -> bool:
        return device.number in self._kept or device.number % self._one_in == 0

    def jamf(self, event: str, device: Device, at: int) -> None:
        if self.keeps(device):
            self._postbox.jamf(event, device, at)

    def hardware(self, device: Device, operation: str) -> None:
        if self.keeps(device):
            self._postbox.hardware(device, operation)

    def incident(self, incident: Incident, operation: str) -> None:
        if self.keeps(incident.device):
            self._postbox.incident(incident, operation)


def a_run(days: int, *, one_in: int) -> Run:
    """So many days of a borough, of which one device in `one_in` is looked at."""
    world = World(_frail(load_scenario(BOROUGH)), load_directory(directory_path(BOROUGH)))
    prepare(world)
    directory = Directory.load(directory_path(BOROUGH))
    telling = _Telling(world, units_of(directory), world.moment(days * STEPS_A_DAY, STEP_SECONDS), one_in)
    telling.opening()
    for step in range(days * STEPS_A_DAY):
        run_step(world, step, telling.thinned)
        telling.pushed()
        if step % (STEPS_A_DAY // 3) == 0:
            telling.polled()
    requests = _requests(world, telling.thinned)
    decisions = [(REQUEST, _approval(request)) for request in requests]
    middle = len(telling.events) * 2 // 3
    events = [*telling.events[:middle], *decisions, *telling.events[middle:]]
    return Run(events, requests, telling.ended, directory)


def _frail(scenario: Scenario) -> Scenario:
    """The scenario with devices that fail far more often, so that a few days hold failures enough."""
    kinds = [
        msgspec.structs.replace(kind, failures_a_year=kind.failures_a_year * MORE_FAILURES) for kind in scenario.kinds
    ]
    return msgspec.structs.replace(scenario, kinds=kinds)


class _Telling:
    """Gathers events; what a poll shows twice is told once."""

    def __init__(self, world: World, units: dict[str, str], ended: datetime, one_in: int) -> None:
        self._world = world
        self._tables = tables_of(world)
        self._context = Context(ended, units)
        self._postbox = Postbox(world, Settings())
        self._known: set[tuple[str, str]] = set()
        self.ended = ended
        self.thinned = _Thinned(self._postbox, set(range(world.acting_devices)), one_in)
        self.events: list[Outgoing] = []

    def opening(self) -> None:
        """What stood in every system at the start."""
        world = self._world
        self._take(finance.ROW, self._postbox.extract(list(opening_rows(world.scenario, world.orders))).body)
        for event, device, at in opening_webhooks(world):
            self.thinned.jamf(event, device, at)
        self.pushed()
        self.polled()

    def pushed(self) -> None:
        """What was pushed since the last time."""
        for post in self._postbox.empty():
            self._take(PUSHED[post.source], post.body)

    def polled(self) -> None:
        """Everything that the polled systems show."""
        world = self._world
        for device in world.microsoft:
            if device.managed and self.thinned.keeps(device):
                self._take(intune.MANAGED_DEVICE, msgspec.json.encode(managed_device(world, device)))
        assets, incidents = self._tables["alm_hardware"], self._tables["incident"]
        for device in world.devices:
            if self.thinned.keeps(device):
                row = assets.write(device.number, list(servicenow.ASSET_FIELDS), "all", None)
                self._take(servicenow.ASSET, msgspec.json.encode(row))
        for incident in world.incidents:
            if self.thinned.keeps(incident.device):
                row = incidents.write(incident.number, list(servicenow.INCIDENT_FIELDS), "all", None)
                self._take(servicenow.INCIDENT, msgspec.json.encode(row))

    def _take(self, kind: RecordKind, body: bytes) -> None:
        translated = translate_body(kind, body, self._context)
        assert not translated.rejected, translated.rejected
        topic_of = {each: topic for topic in kind.topics for each in topic.event_types}
        for events in translated.events:
            for event in events:
                if (event.source, event.id) not in self._known:
                    self._known.add((event.source, event.id))
                    self.events.append((topic_of[type(event)], event))


def _requests(world: World, thinned: _Thinned) -> list[NewRequest]:
    """Approved requests: for devices that people hold, and for some that no list knows."""
    held = [device for device in world.devices if device.holder is not None and thinned.keeps(device)]
    asked = [*held[: world.acting_devices], *held[world.acting_devices :: 40]][:24]
    reasons = list(RequestReason)
    requests = []
    for number, device in enumerate(asked):
        assert device.holder is not None
        listed = number % 4 != 3
        requests.append(
            NewRequest(
                request_id=uuid5(NAMESPACE_URL, f"request {number}"),
                reference=f"R-{number + 1}",
                requester_email=device.holder.email,
                requester_name=device.holder.name,
                unit=device.holder.unit,
                kind=Kind(device.model.kind) if device.model.kind != Kind.TABLET else Kind.LAPTOP,
                reason=reasons[number % len(reasons)],
                device_id=new_device_id([f"serial:{device.serial}"]) if listed else None,
                serial=device.serial if listed else None,
                explanation="It no longer does",
                needed_by=None,
                accessibility_needs=number % 5 == 0,
                delivery_place="Desk 4",
                status=Status.WAITING_FOR_APPROVAL,
                verdict="",
                approver_email=PRIYA if device.holder.email != PRIYA else CATHERINE,
                raised_at=world.scenario.scenario.starts,
            )
        )
    return requests


def _approval(request: NewRequest) -> RequestApproved:
    approved = Approved(
        request_id=request.request_id,
        reference=request.reference,
        requester_email=request.requester_email,
        decided_by=request.approver_email,
        unit=request.unit,
        kind=request.kind,
        reason=request.reason,
        device_id=request.device_id,
        serial=request.serial,
        accessibility_needs=request.accessibility_needs,
    )
    subject = str(request.request_id)
    return RequestApproved(
        id=f"{subject}/approved",
        source="quartermaster/requests",
        time=request.raised_at,
        subject=subject,
        data=approved,
    )
