"""What the register tells of devices, for requests: the new one came into use, the old one is back or repaired.

Nobody needs to say so. A word is judged against the request it may concern, never against what was heard before, so
that every order of words leads to the same end; what a request cannot move on by yet is kept until it can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from schemas.events.register import DeviceChanged
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import Actor
from services.register import queries as register
from services.register.queries import Holding
from services.requests import delivery_store
from services.requests.delivery_store import Brought
from services.requests.facts import awaited
from services.requests.progress import Progressing, Word
from services.requests.rules import arrivals
from services.requests.rules.machine import AWAITED, ENDED, Cause, Status
from services.requests.store import Held

New = set[tuple[UUID, str]]
"""Devices that came from the shelf to somebody, by who that is."""


def that_matter(events: Iterable[DeviceChanged]) -> list[DeviceChanged]:
    """Those that may concern a request; the stream's bulk ends here."""
    return [event for event in events if arrivals.could_matter(event.data)]


async def find(connection: Connection, events: Sequence[DeviceChanged]) -> set[UUID]:
    """The requests that these events may concern, also those of records that others proved to be."""
    if not events:
        return set()
    into = _merged_into(events)
    devices = list(dict.fromkeys([*(event.data.device_id for event in events), *into.values()]))
    holders = sorted({holder for event in events if (holder := arrivals.in_use_by(event.data))})
    return await delivery_store.concerned(connection, devices, holders)


async def follow(connection: Connection, events: Sequence[DeviceChanged], held: Collection[UUID]) -> bool:
    """Let held requests follow records that proved to be another's; True if any may have."""
    into = _merged_into(events)
    if into and held:
        await delivery_store.merged(connection, into, held)
    return bool(into and held)


def _merged_into(events: Iterable[DeviceChanged]) -> dict[UUID, UUID]:
    return {event.data.device_id: event.data.merged_into for event in events if event.data.merged_into is not None}


async def hear(
    connection: Connection, events: Sequence[DeviceChanged], going: Progressing, found: Iterable[UUID]
) -> list[Outgoing]:
    """Move the held requests in `found` by what was told of devices; what to tell of them."""
    near = _Near(going, found)
    new = await _newly_held(connection, events, near)
    told: list[Outgoing] = []
    for event in events:
        for request in near(event):
            told += await _old_device(connection, event, request, going)
        facts = event.data
        if (request_id := _completes(event, near(event), new)) is not None:
            seen = Brought(enrolled_device_id=facts.device_id, enrolled_serial=facts.serial, enrolled_at=event.time)
            await going.bring(connection, request_id, seen)
            told += await going.deliver(connection, request_id)
        elif not any(_serves_already(each, event) for each in near(event)):
            for request in near(event):
                if arrivals.has_another(awaited(request), facts, event.time):
                    what = f"Its user has another device: {facts.serial or 'one without a serial number'}"
                    word = Word.of(event, Actor.REGISTER, what)
                    told += await going.has_another(connection, request.request_id, facts.device_id, facts.serial, word)
        for request in near(event):
            if request.handed_out_at is None and arrivals.left_the_shelf(awaited(request), event.data, event.time):
                await going.bring(connection, request.request_id, Brought(handed_out_at=event.time))
    return told


class _Near:
    """The requests that one event may concern, out of a batch's."""

    def __init__(self, going: Progressing, found: Iterable[UUID]) -> None:
        self._going = going
        self._by: dict[UUID | str, set[UUID]] = defaultdict(set)
        for request_id in found:
            request = going.held[request_id]
            for key in (request.device_id, request.successor_device_id, request.enrolled_device_id):
                if key is not None:
                    self._by[key].add(request_id)
            self._by[request.for_whom.lower()].add(request_id)

    def __call__(self, event: DeviceChanged) -> list[Held]:
        ids = set(self._by.get(event.data.device_id, ()))
        if (holder := arrivals.in_use_by(event.data)) is not None:
            ids |= self._by.get(holder, set())
        return [self._going.held[each] for each in sorted(ids)]


async def _newly_held(connection: Connection, events: Sequence[DeviceChanged], near: _Near) -> New:
    asked = {
        Holding(event.data.device_id, request.for_whom.lower(), awaited(request).since, event.time)
        for event in events
        for request in near(event)
        if arrivals.may_be_newly_theirs(awaited(request), event.data, event.time)
        and not arrivals.is_bought_since(awaited(request), event.data)
    }
    return await register.newly_held(connection, sorted(asked))


async def _old_device(
    connection: Connection, event: DeviceChanged, request: Held, going: Progressing
) -> list[Outgoing]:
    stands = awaited(request)
    if request.status in ENDED:
        return []
    if arrivals.came_back(stands, event.data, event.time):
        if request.old_back_at is not None:
            return []
        await going.bring(connection, request.request_id, Brought(old_back_at=event.time))
        where = event.data.state.value.replace("_", " ")
        word = Word.of(event, Actor.REGISTER, f"The old device is no longer with its user: {where}")
        return await going.move(connection, request.request_id, Cause.RETURNED, word)
    if request.status is Status.WAITING_FOR_REPAIR and arrivals.is_repaired(stands, event.data, event.time):
        word = Word.of(event, Actor.REGISTER, "Repaired: the device is in use again")
        return await going.move(connection, request.request_id, Cause.REPAIRED, word)
    return []


def _completes(event: DeviceChanged, requests: Sequence[Held], new: New) -> UUID | None:
    """One device completes one request: the one it is set aside for, else the oldest that it may serve."""
    device_id, at = event.data.device_id, event.time
    theirs = [each for each in requests if arrivals.is_set_aside_for(awaited(each), event.data, at)]
    if not theirs and not any(_serves_already(each, event) for each in requests):
        theirs = [
            each
            for each in requests
            if each.enrolled_device_id is None
            and arrivals.may_be_newly_theirs(awaited(each), event.data, at)
            and (arrivals.is_bought_since(awaited(each), event.data) or (device_id, each.for_whom.lower()) in new)
        ]
    if not theirs:
        return None
    return min(theirs, key=lambda each: (awaited(each).since, each.request_id)).request_id


def _serves_already(request: Held, event: DeviceChanged) -> bool:
    """Whether the device is spoken for: set aside for anybody, or what this person got before."""
    if request.status in (Status.REFUSED, Status.WITHDRAWN):
        return False
    if event.data.device_id not in (request.successor_device_id, request.enrolled_device_id):
        return False
    return request.status in AWAITED or request.for_whom.lower() == arrivals.in_use_by(event.data)
