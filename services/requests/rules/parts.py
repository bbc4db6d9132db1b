"""What a person is to a request: which of the machine's actors they may act as. Pure."""

from __future__ import annotations

from collections.abc import Collection

from schemas.vocabulary import Role
from services.machines import Actor


def parts_of(
    email: str,
    roles: Collection[Role],
    *,
    requester_email: str,
    recipient_email: str | None,
    manages: bool = False,
) -> frozenset[Actor]:
    """All that somebody is at once; `manages` says that the request is of a unit they answer for."""
    found = set()
    if email == requester_email.lower():
        found.add(Actor.REQUESTER)
    if email == (recipient_email or requester_email).lower():
        found.add(Actor.RECIPIENT)
    if Role.PLANNER in roles:
        found.add(Actor.PLANNER)
    if Role.DIRECTOR in roles:
        found.add(Actor.DIRECTOR)
    if manages:
        found.add(Actor.MANAGER)
    return frozenset(found)
