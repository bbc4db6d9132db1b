"""Custody's consumer. Delivery: at least once, effect once (inbox); any order.

A device that the register tells is returned comes into custody; what device management tells of wipes moves it on.
What was heard is folded into each device's standing first, and the steps follow from that (rules/standing.py), so that
it does not matter what was heard first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from schemas.events.mdm import DeviceCommandProgressed
from schemas.events.register import DeviceChanged, DeviceWipeTold
from services.custody import hearing, refusals, store
from services.custody.following import follow
from services.custody.rules.standing import IN_USE
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing

Heard = DeviceChanged | DeviceCommandProgressed | DeviceWipeTold


class CustodyConsumer:
    """Writes what was heard."""

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        """Write what `events` mean, and answer the events that follow."""
        told: list[Outgoing] = []
        for wave in _waves([event for event in events if _concerns(event)]):
            told += await self._apply(connection, wave)
        return told

    async def _apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        changes = [event for event in events if isinstance(event, DeviceChanged)]
        wipes = [event for event in events if isinstance(event, DeviceWipeTold)]
        refused = [event for event in events if isinstance(event, DeviceCommandProgressed)]
        heard = await hearing.hear(connection, changes, wipes)
        commands = [event.data.command_id for event in refused]
        records = await store.lock_open(connection, heard.standings, commands)
        records, told = await refusals.apply(connection, records, refused, heard.called_off)
        return told + await follow(connection, heard, records)


def _waves(events: Sequence[Heard]) -> list[list[Heard]]:
    """The events in order, in so many parts that none tells twice of one device.

    Else a device that came back and left again within a batch would have left no trace, which depends on chance.
    """
    waves: list[list[Heard]] = []
    wave_of: Counter[UUID] = Counter()
    for event in events:
        place = wave_of[event.data.device_id]
        wave_of[event.data.device_id] += 1
        if place == len(waves):
            waves.append([])
        waves[place].append(event)
    return waves


def _concerns(event: Heard) -> bool:
    if isinstance(event, DeviceCommandProgressed):
        return refusals.concern(event)
    return event.data.outcome != "requested" if isinstance(event, DeviceWipeTold) else _is_news(event)


def _is_news(event: DeviceChanged) -> bool:
    """False for the heavy stream's bulk: changes that leave the state as it was, and new devices in use or stock.

    A new device's first word is its register revision 1; nothing earlier can come after it.
    """
    facts = event.data
    if facts.merged_into is not None:
        return True
    return "state" in facts.changed and not (facts.revision <= 1 and facts.state in IN_USE)
