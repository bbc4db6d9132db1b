"""Who needs what a request says of somebody's health and home: their assistive technology, and photos. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.requests.rules.machine import UNDECIDED, Status

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


LOOKED_AT = PREPARED | {Status.WAITING_FOR_REPAIR}
"""While end-user services may have to look at what is wrong with the device."""


class Detailed(Protocol):
    """The people, the unit and the state of a request."""

    @property
    def requester_email(self) -> str: ...

    @property
    def recipient_email(self) -> str | None: ...

    @property
    def approver_email(self) -> str | None: ...

    @property
    def unit(self) -> str: ...

    @property
    def status(self) -> Status: ...


def may_see_needs(viewer: Viewer, request: Detailed, covers_for: Collection[str] = ()) -> bool:
    """Whether a viewer who may see a request needs to know its user's assistive technology too.

    Who asked and for whom always; who is to decide while it is undecided, as a manager of its unit may; planners while
    the device is prepared. Directors and auditors see everything (DESIGN §1).
    """
    return _concerns(viewer, request, covers_for) or (request.status in PREPARED and viewer.has(Role.PLANNER))


def may_see_photos(viewer: Viewer, request: Detailed, covers_for: Collection[str] = ()) -> bool:
    """The same of photos, which planners need for a repair as well."""
    return _concerns(viewer, request, covers_for) or (request.status in LOOKED_AT and viewer.has(Role.PLANNER))


def _concerns(viewer: Viewer, request: Detailed, covers_for: Collection[str]) -> bool:
    own = {request.requester_email.lower(), (request.recipient_email or request.requester_email).lower()}
    if viewer.email in own or viewer.has(Role.DIRECTOR, Role.AUDITOR):
        return True
    # Not whoever manages something: who sees all units by another role decides for their own alone.
    decides = request.unit in viewer.manages or (request.approver_email or "").lower() in {viewer.email, *covers_for}
    return request.status in UNDECIDED and decides
