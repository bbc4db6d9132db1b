"""What others may read of losses. Every read takes the viewer, and SQL applies what they may see: planners, directors
and auditors every loss, managers those of their units, everybody those of the devices they hold or reported.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.access.directory import Directory
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.losses.policy import load_policy
from services.losses.rules.actors import actors_of, scope
from services.losses.rules.guards import Facts, holds
from services.losses.rules.machine import ENDED, LOSS, Cause, LossState
from services.losses.rules.standing import CommandState, How, Standing
from services.losses.words import management
from services.machines import Actor

__all__ = ["Cause", "CommandState", "How", "LossState", "LossView", "TimelineLine", "management"]

SQL = load_statements(__file__, "queries.sql")
MOST = 200


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a loss. `who` is an address, or the service that did it."""

    at: datetime
    what: str
    who: str


class LossView(Standing, frozen=True, kw_only=True):
    """A loss as a viewer sees it, with what happened to it."""

    timeline: tuple[TimelineLine, ...] = ()

    @property
    def is_open(self) -> bool:
        """False once it is written off or found."""
        return self.state not in ENDED

    @property
    def may_be_written_off_from(self) -> datetime:
        """From when policy lets a device that was never wiped be written off. Assumed, as the whole policy is."""
        return load_policy().may_be_written_off_from(self.reported_at)

    @property
    def needs_two(self) -> bool:
        """Whether policy wants two people for a wipe."""
        return not load_policy().one_person_may_wipe

    @property
    def needs_crime_reference(self) -> bool:
        """Whether it cannot be written off for want of the police's reference."""
        return self.facts(load_policy(), self.reported_at).crime_reference_missing


async def loss(connection: Connection, viewer: Viewer, directory: Directory, loss_id: UUID) -> LossView | None:
    """The loss with this id; None if there is none the viewer may see."""
    return next(iter(await _read(connection, viewer, directory, ids=[loss_id])), None)


async def losses(
    connection: Connection, viewer: Viewer, directory: Directory, ids: Collection[UUID]
) -> Sequence[LossView]:
    """Those of these losses that the viewer may see."""
    return await _read(connection, viewer, directory, ids=list(ids))


async def loss_by_reference(
    connection: Connection, viewer: Viewer, directory: Directory, reference: str
) -> LossView | None:
    """The loss with this L-number, in any case; None if there is none the viewer may see."""
    return next(iter(await _read(connection, viewer, directory, reference=reference.strip().upper())), None)


async def open_losses(connection: Connection, viewer: Viewer, directory: Directory) -> Sequence[LossView]:
    """Losses neither written off nor found, the oldest first."""
    return await _read(connection, viewer, directory, only_open=True)


async def open_loss_of(
    connection: Connection, viewer: Viewer, directory: Directory, device_id: UUID
) -> LossView | None:
    """The device's open loss; None if it has none the viewer may see."""
    return next(iter(await _read(connection, viewer, directory, only_open=True, device_id=device_id)), None)


async def loss_to_find(connection: Connection, viewer: Viewer, directory: Directory, term: str) -> LossView | None:
    """The newest loss of the device with this serial that nobody ended by finding it; None if there is none the viewer
    may see.
    """
    found = await _read(connection, viewer, directory, serial=term.strip().upper())
    return next((each for each in reversed(found) if each.state is not LossState.FOUND), None)


async def loss_to_find_of(
    connection: Connection, viewer: Viewer, directory: Directory, device_id: UUID
) -> LossView | None:
    """The same of a device by its id."""
    found = await _read(connection, viewer, directory, device_id=device_id)
    return next((each for each in reversed(found) if each.state is not LossState.FOUND), None)


def offers(view: LossView, viewer: Viewer, directory: Directory, now: datetime) -> list[Cause]:
    """What this viewer may do next, in the machine's order: what buttons to show."""
    actors = actors_of(viewer, directory, holder_email=view.holder_email, unit=view.unit)
    return _offers(view, actors, viewer.email, now)


def check(view: LossView, viewer: Viewer, directory: Directory, cause: Cause, now: datetime) -> None:
    """Raise what this step would, were this viewer to take it now: NotAllowed, RuleBroken."""
    actors = actors_of(viewer, directory, holder_email=view.holder_email, unit=view.unit)
    facts = _facts(view, viewer.email, now)
    LOSS.take(view.state, cause, actors, lambda guard: holds(guard, facts))


def offers_to_security(view: LossView, now: datetime) -> list[Cause]:
    """What planners and directors may do next, whoever of them presses: the command says no to whom it must."""
    return _offers(view, {Actor.PLANNER, Actor.DIRECTOR}, "", now)


def _offers(view: LossView, actors: set[Actor], email: str, now: datetime) -> list[Cause]:
    facts = _facts(view, email, now)
    return [Cause(event) for event in LOSS.offers(view.state, actors, lambda guard: holds(guard, facts))]


def _facts(view: LossView, email: str, now: datetime) -> Facts:
    # Whether a management knows the device is asked when it matters; that a lock was sent is a good guess.
    managed = view.lock_command is not None and view.lock_standing != "unmanaged"
    return view.facts(load_policy(), now, email=email, managed=managed)


async def _read(
    connection: Connection,
    viewer: Viewer,
    directory: Directory,
    *,
    ids: list[UUID] | None = None,
    reference: str | None = None,
    only_open: bool = False,
    device_id: UUID | None = None,
    serial: str | None = None,
) -> list[LossView]:
    rows = await connection.fetch(
        SQL["losses"], scope(viewer, directory), viewer.email, ids, reference, only_open, MOST, device_id, serial
    )
    return [_view(dict(row)) for row in rows]


def _view(values: dict[str, Any]) -> LossView:
    lines = zip(values.pop("at") or (), values.pop("what") or (), values.pop("who") or (), strict=True)
    timeline = tuple(TimelineLine(at=at, what=what, who=who) for at, what, who in lines)
    return msgspec.convert(values | {"timeline": timeline}, LossView)
