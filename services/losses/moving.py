"""Taking a step of the loss machine: where it leads is written, stands in the timeline, and is told.

Whoever moves a loss holds its row, finds the step in the machine, and comes here. There is no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from schemas.events.mdm import Command
from schemas.topics import LOSS
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.losses import store
from services.losses.announcements import announce
from services.losses.rules.machine import ENDED, LossState
from services.losses.rules.standing import Standing
from services.losses.store import Moment
from services.machines import Step


class Move(NamedTuple):
    """One step of one loss, which carries the facts that the step brings. `what` is the timeline's line, `who` an
    address or a service. The event tells what the step does, in the machine's words: no names stand there. `named`
    names what caused it, where an event did: told again, it stands in the timeline once.
    """

    loss: Standing
    step: Step
    at: datetime
    what: str
    who: str
    wanted: Command | None = None
    recalled: UUID | None = None
    named: str | None = None


def after(move: Move) -> Standing:
    """The loss as it stands after a move."""
    state = LossState(move.step.target)
    loss = replace(move.loss, state=state, revision=move.loss.revision + 1)
    if state in ENDED and (loss.ended_at is None or move.step.moves):
        return replace(loss, ended_at=move.at, ended_by=move.who)
    return loss


async def take(connection: Connection, moves: Sequence[Move]) -> list[Outgoing]:
    """Write moves of losses that are held, in their order; what is to be told of them."""
    stand = [after(move) for move in moves]
    # Of several moves of one loss the last holds.
    await store.save(connection, list({loss.loss_id: loss for loss in stand}.values()))
    await store.remember(
        connection,
        [
            Moment(loss.loss_id, move.named or f"{move.step.event}/{loss.revision}", move.at, move.what, move.who)
            for loss, move in zip(stand, moves, strict=True)
        ],
    )
    return [
        (LOSS, announce(loss, _sentence(move.step), move.at, wanted=move.wanted, recalled=move.recalled))
        for loss, move in zip(stand, moves, strict=True)
    ]


def _sentence(step: Step) -> str:
    return f"{step.does[:1].upper()}{step.does[1:]}."
