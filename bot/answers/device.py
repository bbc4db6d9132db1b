"""`find` and `why`: a device, what happened to it, and why it stands where it stands; or what a person holds."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.entitlement import FOR_MANAGERS_UP, MANAGER_UP, check_roles, looking
from bot.answers.timeline import timeline
from bot.desk import Desk
from bot.grammar import Find, Why
from bot.render import device, person, why
from bot.render.message import Message
from services.access.directory import Person
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.errors import NotFound
from services.refresh import queries as refresh_queries
from services.register import queries as register_queries

LINES_AT_ONCE = 15


async def answer_find(desk: Desk, viewer: Viewer, asked: Find) -> Message:
    """Everybody may look up what they may see: staff their own, managers their units', others all."""
    async with desk.pool.acquire() as connection:
        found = await register_queries.find_device(connection, viewer, asked.term, desk.today)
        people = _people(desk, viewer, asked.term) if found is None else []
        # Who is looked for by a part of the name stands in the audit log by their address: that is found again.
        subject = people[0].email.lower() if len(people) == 1 else asked.term
        async with looking(desk, connection, viewer, "find", subject):
            if found is None:
                return await _find_person(desk, connection, viewer, asked.term, people)
        happened, more = await timeline(
            desk, connection, viewer, found.device_id, after=asked.after, most=LINES_AT_ONCE
        )
    earlier = f"find {asked.term} after {asked.after + LINES_AT_ONCE}" if more else None
    return device.render(found, happened, desk.unit_names, may_ask_why=viewer.has(*MANAGER_UP), earlier=earlier)


def _people(desk: Desk, viewer: Viewer, term: str) -> list[Person]:
    return [] if "@" in term else [each for each in desk.directory.called(term) if _may_look(viewer, each)]


async def _find_person(
    desk: Desk, connection: Connection, viewer: Viewer, term: str, people: Sequence[Person]
) -> Message:
    """By address whoever holds something; by name those whom the directory knows, where the viewer may see theirs."""
    if len(people) > 1:
        return person.render_choice(term, people)
    email = people[0].email if people else term
    devices = await register_queries.devices_of(connection, viewer, email, desk.today) if "@" in email else []
    if not devices:
        raise NotFound(_unseen(term))
    known = desk.directory.person(email)
    return person.render(known.name if known else email, devices)


def _may_look(viewer: Viewer, other: Person) -> bool:
    return viewer.units is None or other.unit in viewer.units or other.email.lower() == viewer.email


async def answer_why(desk: Desk, viewer: Viewer, asked: Why) -> Message:
    """Rule, version and score of a device in the viewer's units."""
    async with desk.pool.acquire() as connection, looking(desk, connection, viewer, "why", asked.serial):
        check_roles(desk, viewer, "why", MANAGER_UP, FOR_MANAGERS_UP)
        view = await refresh_queries.why(connection, viewer, asked.serial, desk.today)
        if view is None:
            raise NotFound(_unseen(asked.serial))
    return why.render(view, desk.unit_names)


def _unseen(term: str) -> str:
    return (
        f"I know no device “{term}”, and nobody of that name or address who holds one, among those you may see. "
        "Check the serial number or asset tag on its label, or give the person's address."
    )
