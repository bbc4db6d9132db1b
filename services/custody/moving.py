"""Taking a step of the custody machine: where it leads is written, a link is added to the chain, and it is told.

Whoever moves a record holds its row, finds the step in the machine, and comes here. There is no other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from schemas.events.mdm import Command
from schemas.topics import CUSTODY
from services.custody import store
from services.custody.announcements import announce_moved
from services.custody.rules.chain import START, Link, sealed
from services.custody.rules.machine import CUSTODY as MACHINE
from services.custody.rules.machine import Cause, CustodyState
from services.custody.rules.record import Record
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import NEW, Step

COMMANDS = UUID("3d2b7e0a-6a35-4f0c-9d57-2f0c4b8a7e11")
_OWN_END_OF_A_WIPE = frozenset({Cause.WIPE_DONE, Cause.WIPE_FAILED, Cause.WIPE_REFUSED, Cause.LOSE, Cause.RENAME})


class Move(NamedTuple):
    """One step of one record. `what` is the chain's line, `who` an address or a service; `brings` are the record's
    fields that the step sets, which the chain keeps too; `details` what it keeps beside; `by_person` whether somebody
    did it.
    """

    record: Record
    step: Step
    at: datetime
    what: str
    who: str
    place: str = ""
    brings: Mapping[str, Any] = {}
    details: Mapping[str, str] = {}
    batch: str | None = None
    by_person: bool = False


async def take(connection: Connection, moves: Sequence[Move]) -> tuple[list[Record], list[Outgoing]]:
    """Write moves of records that are held, at most one a record; how they stand now, and what is to be told."""
    links = [_link(move) for move in moves]
    stand = [_after(move, link) for move, link in zip(moves, links, strict=True)]
    new = [record for record, move in zip(stand, moves, strict=True) if move.step.source == NEW]
    old = [record for record, move in zip(stand, moves, strict=True) if move.step.source != NEW]
    await store.insert_records(connection, new)
    await store.write_records(connection, old)
    await store.append_links(connection, links)
    told: list[Outgoing] = [
        (
            CUSTODY,
            announce_moved(
                record,
                move.step,
                move.at,
                command=_command(record, move),
                recalled=_recalled(record, move),
                batch=move.batch,
            ),
        )
        for record, move in zip(stand, moves, strict=True)
    ]
    return stand, told


def _after(move: Move, link: Link) -> Record:
    state = CustodyState(move.step.target)
    brings: dict[str, Any] = {"place": move.place or move.record.place} | dict(move.brings)
    if move.step.event == Cause.REQUEST_WIPE:
        attempt = move.record.attempts + 1
        brings |= {"attempts": attempt, "command_id": uuid5(COMMANDS, f"{move.record.custody_id}/{attempt}")}
    return msgspec.structs.replace(
        move.record,
        state=state,
        revision=link.number,
        head=link.digest,
        moved_at=move.at,
        acted_at=move.at if _had_in_hand(move) else move.record.acted_at,
        ended_at=move.at if state in MACHINE.ends else None,
        batch=move.batch or move.record.batch,
        **brings,
    )


def _had_in_hand(move: Move) -> bool:
    """Whether the act says that the device was here. A review does not: it may be done from the books, and must not
    hide that the device was used after its proof.
    """
    return move.by_person and move.step.event != Cause.REVIEW


def _link(move: Move) -> Link:
    record = move.record
    return sealed(
        Link(
            custody_id=record.custody_id,
            number=record.revision + 1,
            at=move.at,
            cause=move.step.event,
            source=move.step.source,
            target=move.step.target,
            what=move.what,
            who=move.who,
            place=move.place or record.place,
            batch=move.batch,
            details=_kept(move.brings) | dict(move.details),
            previous=record.head or START,
        )
    )


def _kept(brings: Mapping[str, Any]) -> dict[str, str]:
    return {name: _in_words(value) for name, value in brings.items() if value is not None}


def _in_words(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _command(record: Record, move: Move) -> Command | None:
    if move.step.event != Cause.REQUEST_WIPE or record.command_id is None:
        return None
    return Command(
        command_id=record.command_id,
        device_id=record.device_id,
        action="wipe",
        reference=record.reference,
        wanted_at=move.at,
        serial=record.serial,
    )


def _recalled(record: Record, move: Move) -> UUID | None:
    """The wipe that is no longer wanted: a device back in use must not be wiped under its user's hands."""
    waited = move.step.source == CustodyState.WIPE_REQUESTED
    return record.command_id if waited and move.step.event not in _OWN_END_OF_A_WIPE else None
