"""Mdm's consumer. Delivery: at least once, effect once (inbox); any order, since a command only moves to its end.

Losses and custody records say which command is wanted, and which no longer. A recall may come before its command, and
wins then; one that comes after device management took the command changes nothing. Nothing is sent here: the sender
does that after the transaction, and is woken by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from schemas.events.custody import CustodyMoved
from schemas.events.loss import LossMoved
from schemas.events.mdm import Command
from schemas.topics import DEVICE_COMMAND_PROGRESS
from services.clock import Clock
from services.database.pool import Connection
from services.eventlog.applying import Applied
from services.eventlog.outbox import Outgoing
from services.mdm import store
from services.mdm.announcements import announce
from services.mdm.rules.looking import called_off
from services.mdm.rules.machine import Cause, CommandState, after
from services.mdm.store import Held

Heard = CustodyMoved | LossMoved


class MdmConsumer:
    """Keeps what is wanted. `wake` wakes the sender."""

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self._clock = clock
        self._wake = wake

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> Applied:
        """Write which commands are wanted, and tell of those that were recalled in time."""
        wanted = {command.command_id: command for event in events if (command := event.data.command) is not None}
        recalled = {event.data.recalled for event in events if event.data.recalled is not None}
        if not wanted and not recalled:
            return Applied((), self._wake)
        rows: dict[UUID, tuple[Command | None, Held, str]] = {}
        told: list[Outgoing] = []
        for held in await store.hold(connection, wanted.keys() | recalled):
            command = None if held.is_whole else wanted.get(held.command_id)
            state = held.state
            if held.command_id in wanted:
                state = after(state, Cause.WANT)
            if held.command_id in recalled:
                state = after(state, Cause.RECALL, untouched=not held.touched)
            if command is None and state == held.state:
                continue
            rows[held.command_id] = command, held, state
            if state == CommandState.RECALLED and (known := _whole(held, command)) is not None:
                explanation = called_off(str(known.action))
                told.append((DEVICE_COMMAND_PROGRESS, announce(known, state, explanation, self._clock.now())))
        await store.want(connection, rows)
        return Applied(told, self._wake)


def _whole(held: Held, command: Command | None) -> Held | None:
    """The command as it is known now, if it is."""
    if command is None:
        return held if held.is_whole else None
    return Held(
        command_id=held.command_id,
        device_id=command.device_id,
        action=command.action,
        reference=command.reference,
        serial=command.serial,
        wanted_at=command.wanted_at,
        state=held.state,
        touched=held.touched,
    )
