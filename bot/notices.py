"""From a request to the messages that tell of it. Their keys never change, so each is said once."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot import outgoing
from bot.answers.background import background_of
from bot.desk import Desk
from bot.outgoing import OutgoingMessage
from bot.render import request
from services.access import audit
from services.access.viewer import viewer_for
from services.database.pool import Connection
from services.requests import queries as requests_queries
from services.requests.queries import RequestView, Status

_ASKS_APPROVER = (Status.WAITING_FOR_APPROVAL, Status.QUESTION_ASKED)


def names_of(desk: Desk) -> Mapping[str, str]:
    """E-mail address → name, for those the directory knows."""
    return {email: person.name for email, person in desk.directory.people.items()}


async def of_request(desk: Desk, connection: Connection, view: RequestView) -> list[OutgoingMessage]:
    """The messages of who asked and for whom, and of those who are to decide or were asked to.

    `view` is the whole request: each is shown what is theirs, whoever did what it tells of.

    A change that moves no revision, such as a ticket's number, waits for the next that does.
    """
    # Who only joins is not in Slack yet; whoever asked for them hands on what is told.
    recipient = desk.directory.person(view.recipient_email or "")
    followers = dict.fromkeys([view.requester_email, *([recipient.email.lower()] if recipient else [])])
    told = [_to_follower(desk, view, email) for email in followers]
    return [*told, *await _to_approvers(desk, connection, view)]


def _to_follower(desk: Desk, view: RequestView, email: str) -> OutgoingMessage:
    whose = "requester" if email == view.requester_email else "recipient"
    shown = request.for_requester(_seen_by(desk, view, email), desk.unit_names, names_of(desk))
    return OutgoingMessage(f"request/{view.request_id}/{whose}", f"person:{email}", view.revision, shown)


async def _to_approvers(desk: Desk, connection: Connection, view: RequestView) -> list[OutgoingMessage]:
    """Who is named and who covers for them, while it waits; and whoever was told before, so that buttons go."""
    named = (view.approver_email or "").lower()
    prefix = f"request/{view.request_id}/approver"
    begun = await outgoing.begun(connection, prefix)
    keys = {destination: key for key, destination in begun}
    deputy = None
    if named and view.status in _ASKS_APPROVER:
        deputies = await requests_queries.deputies_of(connection, [named], desk.today)
        deputy = deputies.get(named)
        people = {view.requester_email, view.recipient_email or view.requester_email}
        for email in [named, *([deputy] if deputy and deputy not in people else [])]:
            keys.setdefault(f"person:{email}", f"{prefix}/{email}")
    if not keys:
        return []
    known = None
    if view.status in _ASKS_APPROVER:
        known = await background_of(desk, connection, view)
    else:
        # Nobody needs it for what is decided, and messages stay: directors, who may see it, look it up.
        view = msgspec.structs.replace(view, assistive_technology="")
    told = []
    before = {destination for _, destination in begun}
    for destination, key in keys.items():
        email = destination.removeprefix("person:")
        seen = _seen_by(desk, view, email, [named] if email == deputy else [])
        if destination not in before and seen.assistive_technology:
            reader = viewer_for(email, desk.directory)
            await audit.record(connection, desk.clock.now(), reader, "asked to decide", view.reference, granted=True)
        shown = request.for_approver(seen, desk.unit_names, names_of(desk), known)
        told.append(OutgoingMessage(key, destination, view.revision, shown))
    return told


def _seen_by(desk: Desk, view: RequestView, email: str, covers_for: list[str] | None = None) -> RequestView:
    """The request as this person sees it, with what they may do."""
    return requests_queries.seen_by(viewer_for(email, desk.directory), view, covers_for or ())
