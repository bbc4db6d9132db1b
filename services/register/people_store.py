"""People as they are kept: read under lock, folded by the pure rule, written in sets."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.events.person import PersonRecorded
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import TryAgain
from services.register.rules.people import PersonStanding, PersonWord, after, first_heard

SQL = load_statements(__file__, "people_store.sql")


async def keep(connection: Connection, events: Sequence[PersonRecorded]) -> None:
    """Take these words on people. Raises TryAgain if another transaction first heard of one of them meanwhile."""
    if not events:
        return
    ids = sorted({event.data.person_id for event in events})
    rows = await connection.fetch(SQL["people"], ids)
    before = {row["person_id"]: msgspec.convert(dict(row), PersonStanding) for row in rows}
    people = dict(before)
    for event in events:
        told = event.data
        word = PersonWord(at=event.time, active=told.active, email=told.email, unit=told.unit, removed=told.removed)
        known = people.get(told.person_id)
        people[told.person_id] = first_heard(told.person_id, word) if known is None else after(known, word)
    new = [person for person_id, person in sorted(people.items()) if person_id not in before]
    if new:
        written = await connection.execute(SQL["first_heard"], *_columns(new))
        if written != f"INSERT 0 {len(new)}":
            raise TryAgain("another consumer heard of one of these people at the same time")
    changed = [person for person_id, person in sorted(people.items()) if person_id in before]
    if changed:
        await connection.execute(SQL["keep"], *_columns(changed))


def _columns(people: Sequence[PersonStanding]) -> list[list[object]]:
    return [list(column) for column in zip(*(msgspec.structs.astuple(person) for person in people), strict=True)]
