"""Folding what was heard into the devices' standings, which are held from here on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.events.register import DeviceChanged, DeviceFacts, DeviceWipeTold
from services.custody import store
from services.custody.rules.standing import Standing, joined, word
from services.database.pool import Connection


class HeardOf(msgspec.Struct, frozen=True, kw_only=True):
    """The standings after the batch, the register's newest facts in it by device, the wipes cancelled, and by each id
    that is not used any more the one that carries on.
    """

    standings: Mapping[UUID, Standing]
    facts: Mapping[UUID, DeviceFacts]
    called_off: Mapping[UUID, datetime]
    heirs: Mapping[UUID, UUID]


async def hear(connection: Connection, changes: Sequence[DeviceChanged], wipes: Sequence[DeviceWipeTold]) -> HeardOf:
    """Fold and write. What is told of a record that proved to be another device's counts for that one too."""
    told = [*(_of_change(event) for event in changes), *(_of_wipe(event) for event in wipes)]
    heirs = await _heirs(connection, told)
    told += [
        Standing(device_id=heirs[each.device_id], wiped_at=each.wiped_at, failed_at=each.failed_at)
        for each in list(told)
        if each.device_id in heirs
    ]
    before = await store.hold_standings(connection, {each.device_id for each in told} | set(heirs.values()))
    after = dict(before)
    for each in told:
        after[each.device_id] = joined(after[each.device_id], each)
    for gone, heir in heirs.items():
        if gone in after:
            words = Standing(device_id=heir, wiped_at=after[gone].wiped_at, failed_at=after[gone].failed_at)
            after[heir] = joined(after[heir], words)
    await store.write_standings(connection, [each for each in after.values() if each != before[each.device_id]])
    return HeardOf(standings=after, facts=_newest(changes), called_off=_called_off(wipes, heirs), heirs=heirs)


def _of_change(event: DeviceChanged) -> Standing:
    facts = event.data
    if facts.merged_into is not None:
        return Standing(device_id=facts.device_id, merged_into=facts.merged_into)
    return word(facts.device_id, facts.revision, facts.state, event.time)


def _of_wipe(event: DeviceWipeTold) -> Standing:
    wipe = event.data
    return Standing(
        device_id=wipe.device_id,
        wiped_at=event.time if wipe.outcome == "done" else None,
        failed_at=event.time if wipe.outcome == "failed" else None,
    )


async def _heirs(connection: Connection, told: Iterable[Standing]) -> dict[UUID, UUID]:
    """By device id that is not used any more, the id that carries on in the end."""
    known = {each.device_id: each.merged_into for each in told if each.merged_into is not None}
    ahead = {each.device_id for each in told} | set(known.values())
    seen: set[UUID] = set()
    while ahead:
        seen |= ahead
        found = await store.standings(connection, ahead)
        merged = {key: each.merged_into for key, each in found.items() if each.merged_into is not None}
        known |= merged
        ahead = set(merged.values()) - seen
    return {gone: _last_of(gone, known) for gone in known}


def _last_of(gone: UUID, into: Mapping[UUID, UUID]) -> UUID:
    seen = {gone}
    here = into[gone]
    while here in into and here not in seen:
        seen.add(here)
        here = into[here]
    return here


def _newest(changes: Sequence[DeviceChanged]) -> dict[UUID, DeviceFacts]:
    newest: dict[UUID, DeviceFacts] = {}
    for event in sorted(changes, key=lambda each: each.data.revision):
        if event.data.merged_into is None:
            newest[event.data.device_id] = event.data
    return newest


def _called_off(wipes: Sequence[DeviceWipeTold], heirs: Mapping[UUID, UUID]) -> dict[UUID, datetime]:
    found: dict[UUID, datetime] = {}
    for event in wipes:
        if event.data.outcome == "cancelled":
            device_id = heirs.get(event.data.device_id, event.data.device_id)
            found[device_id] = max(event.time, found.get(device_id, event.time))
    return found
