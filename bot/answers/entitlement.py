"""Who may ask what, and the audit line for each sensitive question, granted or refused (DESIGN §4 rule 6)."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.desk import Desk
from schemas.vocabulary import Role
from services.access import audit
from services.access.directory import Unit
from services.access.viewer import SEES_UNITS, Viewer
from services.database.pool import Connection
from services.errors import NotAllowed, NotFound, RuleBroken

MANAGER_UP = SEES_UNITS
FOR_MANAGERS_UP = "managers, planners, finance, directors and auditors"


async def entitled(
    desk: Desk,
    connection: Connection,
    viewer: Viewer,
    action: str,
    subject: str,
    *,
    unit: str | None = None,
    roles: frozenset[Role] = MANAGER_UP,
    whose: str = FOR_MANAGERS_UP,
) -> Viewer:
    """The viewer, narrowed to `unit` if one is named. Writes the audit line.

    Raises NotAllowed saying `whose` the word is, NotFound for a unit nobody knows.
    """
    wanted = find_unit(desk, unit) if unit else None
    try:
        check_roles(desk, viewer, action, roles, whose)
        seen = viewer.narrowed_to(wanted.code, desk.directory) if wanted else viewer
    except NotAllowed:
        await audit.record(connection, desk.clock.now(), viewer, action, subject, granted=False)
        raise
    await audit.record(connection, desk.clock.now(), viewer, action, subject, granted=True)
    return seen


@asynccontextmanager
async def looking(desk: Desk, connection: Connection, viewer: Viewer, action: str, subject: str) -> AsyncIterator[None]:
    """Around a look at one thing: it stands in the audit as granted, or as refused where the thing is not theirs to see
    or not there, which nobody is told apart.
    """
    try:
        yield
    except (NotAllowed, NotFound, RuleBroken):
        await audit.record(connection, desk.clock.now(), viewer, action, subject, granted=False)
        raise
    await audit.record(connection, desk.clock.now(), viewer, action, subject, granted=True)


def check_roles(desk: Desk, viewer: Viewer, action: str, roles: frozenset[Role], whose: str) -> None:
    """Raises NotAllowed saying `whose` the word is."""
    if not viewer.has(*roles):
        raise NotAllowed(_refusal(desk, viewer, action, whose, roles))


def find_unit(desk: Desk, words: str) -> Unit:
    """The unit somebody means. Raises NotFound naming the nearest one."""
    found = desk.directory.find_unit(words)
    if found is not None:
        return found
    names = [unit.name for unit in desk.directory.units.values()]
    near = difflib.get_close_matches(words, names, n=1, cutoff=0.4)
    raise NotFound(f"There is no unit called “{words[:80]}”." + (f" Did you mean {near[0]}?" if near else ""))


def _refusal(desk: Desk, viewer: Viewer, action: str, whose: str, roles: frozenset[Role]) -> str:
    """Whose the word is; and the own manager as somebody to ask, if they may."""
    sentence = f"`/kit {action}` is for {whose}."
    person = desk.directory.person(viewer.email)
    manager = desk.directory.approver_of(person) if person else None
    return f"{sentence} {manager.name} can look it up for you." if manager and roles & set(manager.roles) else sentence
