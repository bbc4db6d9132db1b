"""Who may decide on a request. Nobody decides on their own, nor on one they raised for somebody else."""

from __future__ import annotations

from collections.abc import Collection

from schemas.vocabulary import Role
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.errors import RuleBroken


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


def approver_for(requester_email: str, unit: str, directory: Directory) -> str:
    """Who decides: the nearest manager or director over the requester. Raises RuleBroken if there is nobody."""
    person = directory.person(requester_email)
    approver = None if person is None else directory.approver_of(person)
    if approver is None:
        raise RuleBroken(f"Nobody is named to decide on requests of {unit}; ask end-user services to name a manager.")
    return approver.email.lower()
