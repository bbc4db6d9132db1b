"""Wipes that device management did not carry out: it would not take the command, or somebody cancelled it there.

Neither is a failed wipe. The device is back where it was, the reason stands in its chain, and a planner asks again or
finds another proof; a device that nobody manages is asked for no further wipe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from schemas.events.mdm import DeviceCommandProgressed
from services.custody import moving
from services.custody.moving import Move
from services.custody.rules.guards import Facts, holds
from services.custody.rules.machine import CUSTODY as MACHINE
from services.custody.rules.machine import Cause
from services.custody.rules.record import Record
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import Actor

_LONGEST = 300


def concern(event: DeviceCommandProgressed) -> bool:
    """True for a wipe of ours that is not carried out. Other commands are those of losses."""
    standing = event.data
    return (
        standing.action == "wipe" and standing.state in ("refused", "unmanaged") and standing.reference.startswith("C-")
    )


async def apply(
    connection: Connection,
    records: Sequence[Record],
    events: Sequence[DeviceCommandProgressed],
    called_off: Mapping[UUID, datetime],
) -> tuple[list[Record], list[Outgoing]]:
    """Move on those of `records`, which are held, that wait for these commands, or for a wipe of these devices since
    before it was cancelled. Answers all of them as they then stand, and what is to be told.
    """
    by_command = {event.data.command_id: event for event in events}
    moves: list[Move] = []
    for record in records:
        event = None if record.command_id is None else by_command.get(record.command_id)
        if event is not None:
            unmanaged = event.data.state == "unmanaged"
            what = f"Device management did not take the wipe: {event.data.explanation[:_LONGEST]}"
            moves += _back(record, Actor.MDM, event.time, what, event.source, unmanaged=unmanaged)
        elif (at := called_off.get(record.device_id)) is not None and (record.acted_at is None or at > record.acted_at):
            what = "The wipe was cancelled at device management"
            moves += _back(record, Actor.REGISTER, at, what, "quartermaster/register", unmanaged=False)
    stand, told = await moving.take(connection, moves)
    moved = {record.custody_id: record for record in stand}
    return [moved.get(record.custody_id, record) for record in records], told


def _back(record: Record, actor: Actor, at: datetime, what: str, who: str, *, unmanaged: bool) -> list[Move]:
    step = MACHINE.step(record.state, Cause.WIPE_REFUSED, [actor], lambda guard: holds(guard, Facts()))
    if step is None:
        return []
    return [Move(record, step, at, what, who, brings={"command_id": None, "unmanaged": unmanaged or record.unmanaged})]
