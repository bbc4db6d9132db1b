"""What somebody is to an alert. Whether they may see it at all is asked before, in SQL (`watch.may_see`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from schemas.events.alert import Alert
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.machines import Actor

_ACTS = (Role.MANAGER, Role.PLANNER, Role.FINANCE, Role.DIRECTOR)
_WORKS_IN: Mapping[str, tuple[Role, ...]] = {
    "budget": (Role.FINANCE, Role.PLANNER, Role.DIRECTOR),
    "commercial": (Role.FINANCE, Role.DIRECTOR),
}
"""By the audience's channel. An auditor reads everything and changes nothing."""
_WORKS_ELSEWHERE = (Role.PLANNER, Role.DIRECTOR)


def may_act(viewer: Viewer) -> bool:
    """Whether alerts can be given to somebody: auditors and plain staff do nothing about them."""
    return viewer.has(*_ACTS)


def actors_of(viewer: Viewer, alert: Alert, covers_for: Collection[str] = ()) -> set[Actor]:
    """What they are to it; `covers_for` are the managers whom they cover for today."""
    found = set()
    if alert.owner is not None and alert.owner in (viewer.email, *covers_for):
        found.add(Actor.OWNER)
    if alert.above == viewer.email or alert.unit in viewer.manages:
        found.add(Actor.ABOVE)
    if alert.assigned_to == viewer.email:
        found.add(Actor.ASSIGNEE)
    if viewer.has(*_WORKS_IN.get(alert.audience, _WORKS_ELSEWHERE)):
        found.add(Actor.AUDIENCE)
    return found


def is_mine(viewer: Viewer, alert: Alert, covers_for: Collection[str] = ()) -> bool:
    """Whether it is theirs to settle: they own it or cover for who does, have it, or have grown old people under it."""
    mine = (viewer.email, *covers_for)
    return alert.owner in mine or alert.above == viewer.email or has_it(alert) == viewer.email


def has_it(alert: Alert) -> str | None:
    """Who is at it: to whom it was given, or else who acknowledged it."""
    return alert.assigned_to or alert.acknowledged_by
