"""From a request after its decision to the messages that tell of it: to whom it is for, and to their manager.

A message that follows a delivery is changed in place, which rings nobody's bell; so a reminder is a message of its own,
named by when the wait began and how often was reminded. Keys never change, so each is said once.
"""

from __future__ import annotations

import msgspec

from bot import outgoing
from bot.desk import Desk
from bot.outgoing import OutgoingMessage
from bot.render import delivery, request
from schemas.vocabulary import Role
from services.access.viewer import Viewer, viewer_for
from services.database.pool import Connection
from services.requests import queries
from services.requests.queries import Reason, RequestView, Status

_OWES_WORDS = (Status.QUESTION_ASKED, Status.WAITING_FOR_REPAIR)
"""What whoever asked is to say something about: an answer, or whether the repair helped."""
_REMINDED = (Status.DELIVERED, Status.WAITING_FOR_CHECK, Status.RETURN_DUE)
_FOLLOWED = (Status.SHIPPED, *_REMINDED)


async def of_delivery(desk: Desk, connection: Connection, view: RequestView) -> list[OutgoingMessage]:
    """The user's message and reminder, what their manager must know of a late return, of a leaver, and of
    what they asked for.
    """
    whom = view.recipient_email or view.requester_email
    user = viewer_for(whom, desk.directory)
    offers = queries.may(view, user)
    key, told = f"request/{view.request_id}", []
    if view.status in _FOLLOWED or (view.status not in queries.OPEN and _was_under_way(view)):
        shown = delivery.for_user(view, offers)
        told.append(OutgoingMessage(f"{key}/delivery", f"person:{whom}", view.revision, shown))
    since = view.waits_since.isoformat() if view.waits_since else ""
    name = f"{key}/reminder/{since}/{view.chases}"
    if view.chases and view.status in _OWES_WORDS:
        asker = queries.may(view, viewer_for(view.requester_email, desk.directory))
        seen = msgspec.structs.replace(view, may=asker)
        shown = request.for_requester(seen, desk.unit_names, _people(desk))
        told.append(OutgoingMessage(name, f"person:{view.requester_email}", 0, shown))
    if view.chases and view.status in _REMINDED:
        told.append(OutgoingMessage(name, f"person:{whom}", 0, delivery.reminder(view, offers)))
        told += await _of_overdue(desk, connection, view, user)
    if view.reason is Reason.LEAVER:
        told.append(await _of_leaver(desk, connection, view, whom))
    if view.reason is Reason.RECLAIM:
        told.append(_of_reclaim(desk, view))
    return [*told, *await _of_needless(desk, connection, view)]


def _of_reclaim(desk: Desk, view: RequestView) -> OutgoingMessage:
    """To whoever asked for a device back: how that stands."""
    asker = view.requester_email
    shown = delivery.asked_back(view, queries.may(view, viewer_for(asker, desk.directory)), _people(desk))
    return OutgoingMessage(f"request/{view.request_id}/asked-back", f"person:{asker}", view.revision, shown)


async def _of_needless(desk: Desk, connection: Connection, view: RequestView) -> list[OutgoingMessage]:
    """To each planner, once: that whom it is for has a device by another way; afterwards what became of it.

    Not while somebody is still to decide: they are told of it themselves.
    """
    if view.otherwise_at is None:
        return []
    prefix = f"request/{view.request_id}/needless"
    if view.status not in queries.AWAITED and not await outgoing.begun(connection, prefix):
        return []
    planners = sorted(each.email.lower() for each in desk.directory.people.values() if Role.PLANNER in each.roles)
    told = []
    for email in planners:
        shown = delivery.needless(view, queries.may(view, viewer_for(email, desk.directory)), _people(desk))
        told.append(OutgoingMessage(f"{prefix}/{email}", f"person:{email}", view.revision, shown))
    return told


def _was_under_way(view: RequestView) -> bool:
    return view.reason.only_returns or any((view.shipped_at, view.delivered_at, view.received_at))


async def _of_overdue(desk: Desk, connection: Connection, view: RequestView, user: Viewer) -> list[OutgoingMessage]:
    """One message a manager and day, with all that is late by now."""
    is_overdue = desk.commands.policy.patience.is_overdue
    if view.status is not Status.RETURN_DUE or not is_overdue(view.return_due_on, desk.today):
        return []
    person = desk.directory.person(user.email)
    manager = desk.directory.approver_of(person) if person else None
    email = manager.email.lower() if manager else view.approver_email
    if email is None:
        return []
    rows = await queries.overdue_returns(connection, viewer_for(email, desk.directory), desk.today)
    shown = delivery.overdue(rows, desk.unit_names, _people(desk), desk.today)
    return [OutgoingMessage(f"overdue/{email}/{desk.today}", f"person:{email}", _now(desk), shown)] if rows else []


async def _of_leaver(desk: Desk, connection: Connection, view: RequestView, whom: str) -> OutgoingMessage:
    manager = view.approver_email or view.requester_email
    rows = await queries.returns_of(connection, viewer_for(manager, desk.directory), whom)
    shown = delivery.leaver(view.recipient_name or whom, rows, desk.unit_names, _people(desk))
    return OutgoingMessage(f"leaving/{whom}/{view.raised_at.isoformat()}", f"person:{manager}", _now(desk), shown)


def _people(desk: Desk) -> dict[str, str]:
    return {email: person.name for email, person in desk.directory.people.items()}


def _now(desk: Desk) -> int:
    """Lists are of this moment: the later one holds."""
    return int(desk.clock.now().timestamp() * 1000)
