"""`audit`: who saw and did what, of a device or of a person. Each look at the log is in the log itself."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.answers.entitlement import entitled
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Audit
from bot.notices import names_of
from bot.render import audit, person
from bot.render.message import Message
from bot.render.spreadsheet import as_csv
from schemas.vocabulary import Role
from services.access import audit_queries
from services.access.directory import Person
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register import queries as register_queries
from services.requests import queries as requests_queries

SEES = frozenset({Role.DIRECTOR, Role.AUDITOR})
WHOSE = "directors and auditors"
MOST_IN_A_FILE = 20_000


@dataclasses.dataclass(frozen=True, slots=True)
class _Meant:
    """What was asked about. `subjects` are the words under which it stands in the log, `ids` those of them that are
    ids, with what people call these; `by` is whose own looks and acts belong to it.
    """

    title: str
    subject: str
    subjects: Sequence[str]
    ids: Mapping[str, str]
    by: str | None = None


async def answer(desk: Desk, viewer: Viewer, asked: Audit) -> Message:
    """A page, newest first; or a choice, where several people go by the name."""
    async with desk.pool.acquire() as connection:
        people = _people(desk, asked.term)
        if len(people) > 1:
            await _entitled(desk, connection, viewer, asked.term)
            return person.render_choice(asked.term, people, "audit")
        meant = await _entitled(desk, connection, viewer, asked.term)
        found = await audit_queries.lines(connection, meant.subjects, meant.by, audit.PAGE + 1, before=asked.before)
    return audit.render(Audit(meant.subject, asked.before), meant.title, found, names_of(desk), meant.ids)


async def csv_file(desk: Desk, viewer: Viewer, asked: Audit) -> File:
    """Every line, with the roles that people had."""
    async with desk.pool.acquire() as connection:
        meant = await _entitled(desk, connection, viewer, asked.term)
        found = await audit_queries.lines(connection, meant.subjects, meant.by, MOST_IN_A_FILE)
    title = f"Audit: {meant.title}"
    content = await asyncio.to_thread(lambda: as_csv(audit.sheet(title, found, names_of(desk), meant.ids)))
    return File("audit.csv", title, content, f"CSV: {title}")


async def _entitled(desk: Desk, connection: Connection, viewer: Viewer, term: str) -> _Meant:
    """What is meant, once it stands in the log that somebody asks about it. Raises NotAllowed."""
    meant = await _meant(desk, connection, viewer, term)
    await entitled(desk, connection, viewer, "audit", meant.subject, roles=SEES, whose=WHOSE)
    return meant


def _people(desk: Desk, term: str) -> list[Person]:
    known = desk.directory.person(term)
    return [known] if known else [] if "@" in term else desk.directory.called(term)


async def _meant(desk: Desk, connection: Connection, viewer: Viewer, term: str) -> _Meant:
    """A device first, then a person; or whatever stands in the log by these words, such as an R-number."""
    device = await register_queries.find_device(connection, viewer, term, desk.today)
    if device is not None:
        label = device.serial or device.asset_tag or term
        records = await register_queries.records_of(connection, device.device_id)
        requests = await requests_queries.requests_about(connection, device.device_id)
        ids = _words({device.device_id: label} | records | requests)
        names = [each for each in (term, device.serial, device.asset_tag, *ids, *ids.values()) if each]
        return _Meant(label, label, names, ids)
    people = _people(desk, term)
    if len(people) != 1 and "@" not in term:
        return _Meant(term, term, [term], {})
    email = people[0].email.lower() if people else term.lower()
    name = people[0].name if people else email
    ids = _words(await requests_queries.requests_of(connection, email))
    return _Meant(name, email, [term, email, name, *ids, *ids.values()], ids, by=email)


def _words(ids: Mapping[UUID, str]) -> dict[str, str]:
    return {str(each): reference for each, reference in ids.items()}
