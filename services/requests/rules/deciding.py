"""Who may decide on a request. Nobody decides on their own, nor on one they raised for somebody else."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from schemas.vocabulary import Role
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.errors import RuleBroken
from services.machines import Actor
from services.requests.rules.escalating import next_above


class Concerned(Protocol):
    """The people and the unit of a request, as it is held or viewed."""

    @property
    def requester_email(self) -> str: ...

    @property
    def recipient_email(self) -> str | None: ...

    @property
    def approver_email(self) -> str | None: ...

    @property
    def unit(self) -> str: ...


def actors_of(
    viewer: Viewer, managed: frozenset[str], request: Concerned, covers_for: Collection[str] = ()
) -> frozenset[Actor]:
    """What somebody is to a request: all that the machine may ask of a person."""
    is_approver = may_decide(
        viewer,
        managed,
        requester_email=request.requester_email,
        recipient_email=request.recipient_email,
        approver_email=request.approver_email or "",
        unit=request.unit,
        covers_for=covers_for,
    )
    found = {
        Actor.REQUESTER: request.requester_email.lower() == viewer.email,
        Actor.RECIPIENT: (request.recipient_email or request.requester_email).lower() == viewer.email,
        Actor.APPROVER: is_approver,
        Actor.MANAGER: request.unit in managed,
        Actor.PLANNER: viewer.has(Role.PLANNER),
        Actor.FINANCE: viewer.has(Role.FINANCE),
        Actor.DIRECTOR: viewer.has(Role.DIRECTOR),
    }
    return frozenset(actor for actor, is_one in found.items() if is_one)


def managed_units(viewer: Viewer, directory: Directory) -> frozenset[str]:
    """The units a manager answers for: their own and those under it; none for anybody else."""
    if not viewer.has(Role.MANAGER) or viewer.unit not in directory.units:
        return frozenset()
    return frozenset(directory.under(viewer.unit))


def may_decide(
    viewer: Viewer,
    managed: frozenset[str],
    *,
    requester_email: str,
    approver_email: str,
    unit: str,
    recipient_email: str | None = None,
    covers_for: Collection[str] = (),
) -> bool:
    """The named approver, who covers for them (`covers_for`: whom the viewer covers today), a manager of the unit or
    of one above it, or a director; never who asked, nor for whom.
    """
    if viewer.email in {requester_email.lower(), (recipient_email or requester_email).lower()}:
        return False
    if viewer.has(Role.DIRECTOR) or approver_email.lower() in {viewer.email, *covers_for}:
        return True
    return unit in managed


def approver_for(requester_email: str, unit: str, directory: Directory, recipient_email: str | None = None) -> str:
    """Who decides: the nearest manager or director over the requester for whom it is not. Raises RuleBroken if there is
    nobody.
    """
    person = directory.person(requester_email)
    never = {requester_email.lower(), (recipient_email or requester_email).lower()}
    approver = None if person is None else directory.approver_of(person)
    if approver is not None and approver.email.lower() in never:
        above = next_above(approver.email, approver.unit, never, directory)
        approver = None if above is None else directory.person(above)
    if approver is None:
        raise RuleBroken(f"Nobody is named to decide on requests of {unit}; ask end-user services to name a manager.")
    return approver.email.lower()
