"""What somebody is to a loss, and which losses they may see."""

from __future__ import annotations

from schemas.vocabulary import Role
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.machines import Actor

SEES_ALL = frozenset({Role.PLANNER, Role.DIRECTOR, Role.AUDITOR})


def managed_units(viewer: Viewer, directory: Directory) -> tuple[str, ...]:
    """The units a manager answers for: their own and those under it; none for anybody else."""
    if not viewer.has(Role.MANAGER) or viewer.unit not in directory.units:
        return ()
    return directory.under(viewer.unit)


def scope(viewer: Viewer, directory: Directory) -> list[str] | None:
    """The units whose losses they may see beside their own; None for all. Finance has no need to know who lost what."""
    return None if viewer.has(*SEES_ALL) else list(managed_units(viewer, directory))


def actors_of(viewer: Viewer, directory: Directory, *, holder_email: str | None, unit: str | None) -> set[Actor]:
    """What they are to a device that was lost."""
    found = set()
    if viewer.email == (holder_email or "").lower():
        found.add(Actor.HOLDER)
    if unit is not None and unit in managed_units(viewer, directory):
        found.add(Actor.MANAGER)
    if viewer.has(Role.PLANNER):
        found.add(Actor.PLANNER)
    if viewer.has(Role.DIRECTOR):
        found.add(Actor.DIRECTOR)
    return found
