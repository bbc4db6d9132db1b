"""From a request or an alert to the messages that tell of it. Their keys never change, so each is said once."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk import Desk
from bot.outgoing import OutgoingMessage
from bot.render import alerts, request
from bot.render.alerts import AnyAlert
from bot.settings import BotSettings
from services.requests.queries import RequestView

_STEPS = {"waiting_for_approval": 1, "approved": 2, "waiting_for_money": 3, "ordered": 4, "refused": 5}
"""A request only moves up these, so the step is its messages' revision."""


def names_of(desk: Desk) -> Mapping[str, str]:
    """E-mail address → name, for those the directory knows."""
    return {email: person.name for email, person in desk.directory.people.items()}


def of_request(desk: Desk, view: RequestView) -> list[OutgoingMessage]:
    """The requester's message, and the approver's if somebody must decide."""
    units, people = desk.unit_names, names_of(desk)
    revision = _STEPS.get(view.status, 0)
    key = f"request/{view.request_id}"
    told = [
        OutgoingMessage(
            f"{key}/requester",
            f"person:{view.requester_email}",
            revision,
            request.for_requester(view, units, people),
        )
    ]
    if view.approver_email:
        asked = request.for_approver(view, units, people)
        told.append(OutgoingMessage(f"{key}/approver", f"person:{view.approver_email}", revision, asked))
    return told


def of_alert(desk: Desk, settings: BotSettings, alert: AnyAlert, revision: int) -> OutgoingMessage:
    """The one message of one life of a condition."""
    return OutgoingMessage(
        f"alert/{alert.key}/{alert.episode}",
        f"name:{settings.channel_for(alert.audience)}",
        revision,
        alerts.render_one(alert, desk.unit_names),
    )
