"""Taking a step of the request machine: where it leads is written, stands in the timeline, and is told.

Whoever moves a request holds its row, finds the step in the machine, and comes here. There is no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from schemas.topics import REQUEST
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import Step
from services.requests import store
from services.requests.announcements import announce_moved
from services.requests.rules.machine import Status
from services.requests.store import Held, Moment


class Move(NamedTuple):
    """One step of one request. `what` is the timeline's line, `who` an address or a service; `told` overrides what the
    event explains, where the timeline says more than others should read. `named` names what caused it, where an event
    did: told again, it stands in the timeline once.
    """

    held: Held
    step: Step
    at: datetime
    what: str
    who: str
    told: str | None = None
    named: str | None = None


def after(move: Move) -> Held:
    """The request as it stands after a move."""
    return msgspec.structs.replace(
        move.held,
        status=Status(move.step.target),
        revision=move.held.revision + 1,
        chases=move.held.chases if not move.step.moves else 0,
    )


async def take(connection: Connection, moves: Sequence[Move]) -> list[Outgoing]:
    """Write moves of requests that are held, at most one a request; what is to be told of them.

    Facts that a step brings (a decision, a carrier, a day) are written by whoever takes it, in the same transaction.
    """
    stand = [after(move) for move in moves]
    await store.move(
        connection,
        [(held.request_id, held.status, held.revision, move.at) for held, move in zip(stand, moves, strict=True)],
    )
    await store.remember(
        connection,
        [
            Moment(held.request_id, move.named or f"{move.step.event}/{held.revision}", move.at, move.what, move.who)
            for held, move in zip(stand, moves, strict=True)
        ],
    )
    return [
        (REQUEST, announce_moved(held, move.step.event, move.told or move.what, move.who, move.at))
        for held, move in zip(stand, moves, strict=True)
    ]
