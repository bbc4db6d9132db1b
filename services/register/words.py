"""Taking words of losses and custody: each finds its device, and waits for it where there is none yet.

The words that count are read whole for every device that one concerns, so that neither their order nor a repetition
matters. A word of a device that is unknown is kept, and found by whoever first hears of the device: the two wait for
each other, so that none is overlooked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.database.pool import Connection
from services.errors import TryAgain
from services.register import words_store
from services.register.batch import Batch
from services.register.rules.facts import Device
from services.register.rules.identity import serial_among
from services.register.rules.words import Told, ending_of

Meant = Mapping[tuple[UUID, str | None], str]


async def take(connection: Connection, batch: Batch, words: Sequence[Told], meant: Meant) -> None:
    """Apply `words`, and those that waited for devices that this batch makes or names. `meant` says by which name their
    devices were known before it. Raises TryAgain if another transaction makes such a device just now.
    """
    found = [(each, _device(batch, each, meant)) for each in words]
    unknown = [each for each, device in found if device is None]
    if unknown:
        await words_store.hold_waiting(connection)
        if await words_store.names_meant(connection, unknown):
            raise TryAgain("another consumer heard of one of these devices at the same time")
    found += [(each, _device(batch, each, {})) for each in await _waiting(connection, batch)]
    placed = [each if device is None else each._replace(device_id=device.device_id) for each, device in found]
    told_of = [device for _, device in found if device is not None]
    told_of += [batch.merged[gone.device_id] for gone in batch.gone if gone.ending is not None]
    await _tell(connection, batch, placed, {device.device_id: device for device in told_of})
    await words_store.keep_words(connection, placed)


async def _waiting(connection: Connection, batch: Batch) -> list[Told]:
    newcomers = [device for device in batch.touched.values() if device.is_new or device.names_changed]
    if not newcomers:
        return []
    if not await words_store.any_waiting(connection):
        return []
    ids = {device.device_id for device in newcomers} | batch.merged.keys()
    serials = {name.partition(":")[2] for device in newcomers if (name := serial_among(device.names)) is not None}
    return await words_store.waiting(connection, ids, serials)


async def _tell(connection: Connection, batch: Batch, words: Sequence[Told], devices: Mapping[UUID, Device]) -> None:
    if not devices:
        return
    stood = {device_id: device_id for device_id in devices}
    stood |= {gone: into.device_id for gone, into in batch.merged.items() if into.device_id in devices}
    said: dict[UUID, dict[tuple[UUID, int], Told]] = {device_id: {} for device_id in devices}
    for each in (*words, *await words_store.words_on(connection, list(stood))):
        if each.device_id is not None:
            # What is stored comes last: a repeated word is what it was at first.
            said[stood[each.device_id]][each.record_id, each.revision] = each
    for device_id, device in devices.items():
        every = said[device_id].values()
        last = max(every, key=lambda each: (each.at, each.record_id, each.revision))
        batch.tell(device, ending_of(every), last.at, last.source)


def _device(batch: Batch, word: Told, meant: Meant) -> Device | None:
    known = batch.called(meant.get((word.told_of, word.serial_name)))
    if known is None:
        known = batch.touched.get(word.told_of) or batch.merged.get(word.told_of) or batch.called(word.serial_name)
    return known
