"""The register's consumer. Delivery: at least once, effect once (inbox); any order, late or early (facts weigh).

A batch is read in one statement, or in none where all its devices were heard of lately, folded in memory by the pure
rules, and written in a handful of statements, however many events it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.events.custody import CustodyMoved
from schemas.events.device import DeviceObserved, FailureReported
from schemas.events.loss import LossMoved
from schemas.events.person import PersonRecorded
from schemas.topics import DEVICE_CHANGED, DEVICE_FAILED, DEVICE_WIPE
from services.database.pool import Connection
from services.eventlog.applying import Applied
from services.eventlog.outbox import Outgoing
from services.register import conflict_store, people_store, store, words, words_store
from services.register.announcements import device_changed, device_failed, device_merged, wipe_joined, wipe_told
from services.register.batch import Batch
from services.register.judging import judge
from services.register.recent import RecentDevices
from services.register.rules.counting import movements
from services.register.rules.facts import FROM_DESK, MODEL, Device, weight_of
from services.register.rules.identity import Apart, names_of
from services.register.rules.words import Told, told_by

Heard = DeviceObserved | PersonRecorded | LossMoved | CustodyMoved
_OTHERS = frozenset({PersonRecorded, LossMoved, CustodyMoved})
"""What is heard that is no observation of a device."""


class RegisterConsumer:
    """Applies observations of devices, what losses and custody tell of them, and records of who holds them."""

    def __init__(self) -> None:
        self._recent = RecentDevices()

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> Applied:
        """Write what `events` tell, and answer the events that follow from it."""
        # Nearly all are observations, so they are told apart by type, once each.
        observed: list[Any] = [event for event in events if type(event) not in _OTHERS]
        others = [event for event in events if type(event) in _OTHERS] if len(observed) < len(events) else []
        await people_store.keep(connection, [event for event in others if isinstance(event, PersonRecorded)])
        told = [told_by(event) for event in others if isinstance(event, LossMoved | CustodyMoved)]
        return await self._observe(connection, observed, told)

    async def _observe(self, connection: Connection, events: Sequence[DeviceObserved], told: Sequence[Told]) -> Applied:
        names = [names_of(event.data.identifiers) for event in events]
        meant = await words_store.names_meant(connection, told)
        known = await self._known(connection, [*names, *([name] for name in meant.values())])
        # After the devices: a ruling that came before they were read is seen here, and one that came after is found
        # out when they are written.
        apart = await conflict_store.apart(connection)
        if apart:
            events, names = _without_disowned(events, names, apart)
        batch = Batch(known, apart)
        reports: list[tuple[FailureReported, Device]] = []
        for event, named in zip(events, names, strict=True):
            device = batch.fold(event, named)
            if type(event) is FailureReported:
                reports.append((event, device))
        await words.take(connection, batch, told, meant)
        written = await self._write(connection, batch)
        conflicts = await self._judge(connection, batch)
        failures = await self._write_failures(connection, batch, reports)
        changes = [
            (DEVICE_CHANGED, device_changed(device, device.heard_at))
            for device in written
            if device.has_news and device.heard_at is not None
        ]
        merged = [
            (DEVICE_CHANGED, device_merged(gone, into, into.heard_at))
            for gone in batch.gone
            if (into := batch.merged[gone.device_id]).heard_at is not None
        ]
        return Applied(
            [*changes, *merged, *_wipes(batch), *conflicts, *failures],
            lambda: self._recent.put_back(batch.touched.values()),
        )

    async def _known(self, connection: Connection, names: Sequence[list[str]]) -> dict[str, Device]:
        wanted = {each[0] for each in names if each}
        known = self._recent.take(wanted)
        by_id = {device.device_id: device for device in known.values()}
        if unread := wanted.difference(known):
            known |= await store.known_by(connection, list(unread), by_id)
        unresolved = {
            name
            for each in names
            if each and ((device := known.get(each[0])) is None or not device.names.issuperset(each))
            for name in each
        }
        if unresolved:
            known |= await store.known_by(connection, list(unresolved), by_id)
            # A device reached by one name is known by all its names.
            known |= {name: device for device in by_id.values() for name in device.names}
        return known

    async def _write(self, connection: Connection, batch: Batch) -> list[Device]:
        seen: list[Device] = []
        written: list[Device] = []
        for device in batch.touched.values():
            if device.only_seen:
                seen.append(device)
            else:
                device.revision += device.has_news
                written.append(device)
        await store.see_again(connection, seen)
        await store.write_devices(connection, written)
        await store.give_names(connection, batch.new_names)
        await store.move_names(connection, batch.moved_names)
        await store.remove_merged(connection, batch.gone, batch.merged)
        await store.move_counts(connection, movements(written, batch.gone))
        await store.remember(connection, batch.history)
        return written

    async def _judge(self, connection: Connection, batch: Batch) -> list[Outgoing]:
        if not batch.disputed and not batch.dropped_claims:
            return []
        await store.write_claims(connection, batch.disputed.values(), batch.dropped_claims)
        return await judge(connection, batch.disputed.values())

    async def _write_failures(
        self, connection: Connection, batch: Batch, reports: Iterable[tuple[FailureReported, Device]]
    ) -> list[Outgoing]:
        latest: dict[str, tuple[int, FailureReported, Device]] = {}
        opened: dict[str, datetime] = {}
        for event, device in reports:
            ticket, weight = event.data.ticket, weight_of(FROM_DESK, event.time)
            known = latest.get(ticket)
            if known is None or (weight, event.data.ticket_state) > (known[0], known[1].data.ticket_state):
                latest[ticket] = (weight, event, batch.merged.get(device.device_id, device))
            # Who does not know when a ticket was opened says when it was changed, which is later.
            opened[ticket] = min(event.data.opened_at, opened.get(ticket, event.data.opened_at))
        told: dict[str, Outgoing] = {}
        if latest:
            stored = await store.known_failures(connection, list(latest))
            rows = []
            for ticket, (weight, event, device) in latest.items():
                before = stored.get(ticket)
                newer = before is None or weight >= before.weight
                earlier = before is None or opened[ticket] < before.opened_at
                if not newer and not earlier:
                    continue
                since = opened[ticket] if before is None else min(opened[ticket], before.opened_at)
                state = event.data.ticket_state if before is None or newer else before.ticket_state
                rows.append(store.FailureRow(ticket, device.device_id, since, state, weight))
                withdrawn = state == "cancelled"
                if before is None or earlier or (before.ticket_state == "cancelled") != withdrawn:
                    newest = weight if before is None else max(weight, before.weight)
                    failure = device_failed(device, ticket, since, withdrawn=withdrawn, weight=newest, cause=event.id)
                    told[ticket] = (DEVICE_FAILED, failure)
            await store.write_failures(connection, rows)
        # Failures told before the device's model was known are told again now that it is.
        completed = {
            device.device_id: device
            for device in batch.touched.values()
            if MODEL in device.changed
            and not device.is_new
            and device.before is not None
            and device.before[0][MODEL] is None
        }
        if completed:
            for ticket, device_id, opened_at, state, weight in await store.failures_of(connection, list(completed)):
                event_out = device_failed(
                    completed[device_id],
                    ticket,
                    opened_at,
                    withdrawn=state == "cancelled",
                    weight=weight,
                    cause=f"model known/{completed[device_id].revision}",
                )
                told[ticket] = (DEVICE_FAILED, event_out)
        return list(told.values())


def _wipes(batch: Batch) -> list[Outgoing]:
    """How wipes stand, each told of the device that is meant now."""
    told: list[Outgoing] = [
        (DEVICE_WIPE, wipe_told(batch.merged.get(device.device_id, device), event)) for event, device in batch.wipes
    ]
    # Whoever follows the surviving record has not heard what was told of the other.
    told += [
        (DEVICE_WIPE, wipe_joined(gone, batch.merged.get(into.device_id, into)))
        for gone, into in batch.wiped_by_merging
        if not gone.is_new
    ]
    return told


def _without_disowned(
    events: Sequence[DeviceObserved], names: list[list[str]], apart: Apart
) -> tuple[list[DeviceObserved], list[list[str]]]:
    """The events with a serial taken out of each whose other name was ruled not to own it."""
    heard = list(events)
    for place, event in enumerate(heard):
        if apart.disown(names[place]):
            without = {scheme: value for scheme, value in event.data.identifiers.items() if scheme != "serial"}
            data = msgspec.structs.replace(event.data, identifiers=without)
            heard[place] = msgspec.structs.replace(event, data=data)
            names[place] = names[place][1:]
    return heard, names
