"""Who may let whom decide for them, and for how long."""

from __future__ import annotations

from datetime import date, timedelta

from schemas.vocabulary import Role
from services.access.directory import Person
from services.access.viewer import Viewer
from services.errors import BadInput, NotAllowed, NotFound


def check_cover(
    viewer: Viewer, deputy: Person | None, named: str, from_on: date, until_on: date, today: date, longest_days: int
) -> str:
    """The deputy's address. Raises NotAllowed for who decides nothing, NotFound for a deputy nobody knows, BadInput for
    days that cannot be.
    """
    if not viewer.has(Role.MANAGER, Role.DIRECTOR):
        raise NotAllowed("Only managers and directors decide on requests, so only they need a cover.")
    if deputy is None:
        raise NotFound(f"The directory knows nobody called “{named[:80]}”; give their name or e-mail address.")
    if deputy.email.lower() == viewer.email:
        raise BadInput("name somebody else, for you decide yourself", where="cover")
    if until_on < from_on:
        raise BadInput("the last day lies before the first; swap them", where="until")
    if until_on < today:
        raise BadInput("that has passed; choose today or later", where="until")
    if until_on - from_on > timedelta(days=longest_days):
        raise BadInput(f"a cover runs {longest_days} days at most; arrange a shorter one", where="until")
    return deputy.email.lower()
