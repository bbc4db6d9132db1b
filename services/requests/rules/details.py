"""Who needs what a request says of somebody's health and home: their assistive technology, and photos. Pure."""

from __future__ import annotations

from collections.abc import Collection

from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.requests.rules.machine import Status

UNDECIDED = frozenset({Status.WAITING_FOR_APPROVAL, Status.QUESTION_ASKED})
PREPARED = frozenset(
    {
        Status.APPROVED,
        Status.WAITING_FOR_MONEY,
        Status.ORDERED,
        Status.ALLOCATED,
        Status.SHIPPED,
        Status.DELIVERED,
        Status.WAITING_FOR_CHECK,
    }
)
"""While end-user services prepare the device for its user, or check it with them."""


def may_see_details(
    viewer: Viewer,
    *,
    requester_email: str,
    recipient_email: str | None,
    approver_email: str,
    status: Status,
    covers_for: Collection[str] = (),
) -> bool:
    """Whether a viewer who may see a request needs its details too.

    Who asked and for whom always; who is to decide while it is undecided, as any manager of the unit may; planners
    while the device is prepared. Directors and auditors see everything (DESIGN §1).
    """
    own = {requester_email.lower(), (recipient_email or requester_email).lower()}
    if viewer.email in own or viewer.has(Role.DIRECTOR, Role.AUDITOR):
        return True
    if status in UNDECIDED and (viewer.has(Role.MANAGER) or approver_email.lower() in {viewer.email, *covers_for}):
        return True
    return status in PREPARED and viewer.has(Role.PLANNER)
