"""People as the directory service knows them. Topic `person`, keyed by the directory's id of the person.

Only what tells leavers and movers: an address, a department, whether the account still lives.
"""

from __future__ import annotations

import msgspec

from schemas.envelope import Event


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person as they stood. `active` is false once the account was disabled or removed; `unit` is a directory code.

    `email` is None where a removal tells no more than the id; it was told before under the same id.
    """

    person_id: str
    active: bool
    email: str | None = None
    unit: str | None = None
    removed: bool = False


class PersonRecorded(Event, frozen=True, kw_only=True, tag="quartermaster.person.recorded"):
    """The directory service's record of a person, as it stood at `time`."""

    data: Person
