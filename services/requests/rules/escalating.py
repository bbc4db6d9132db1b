"""To whom a request goes that nobody decides: the next manager above. Pure."""

from __future__ import annotations

from collections.abc import Collection

from schemas.vocabulary import Role
from services.access.directory import Directory


def next_above(approver_email: str, unit: str, never: Collection[str], directory: Directory) -> str | None:
    """The nearest manager or director over the approver, else any director; None if nobody is left.

    It ends at a director: from one to the next and back it would be handed on for ever. `never` are those who may not
    decide: who asked, and for whom.
    """
    approver = directory.person(approver_email)
    if approver is not None and Role.DIRECTOR in approver.roles and approver.email.lower() not in _lowered(never):
        return None
    barred = {approver_email.lower(), *_lowered(never)}
    here = approver.unit if approver is not None else unit
    codes = [above.code for above in directory.above(here)] if here in directory.units else []
    if approver is None:
        codes.insert(0, unit)  # who was to decide has left: whoever came in their place is nearest
    people = [person for _, person in sorted(directory.people.items()) if person.email.lower() not in barred]
    for code in codes:
        for role in (Role.MANAGER, Role.DIRECTOR):
            for person in people:
                if person.unit == code and role in person.roles:
                    return person.email.lower()
    return next((person.email.lower() for person in people if Role.DIRECTOR in person.roles), None)


def _lowered(addresses: Collection[str]) -> set[str]:
    return {each.lower() for each in addresses}
