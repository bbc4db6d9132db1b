"""From a loss to the messages that tell of it: one in security's channel, one to whoever reported it, one to whoever
held it, one to the manager who may confirm a wipe. Each is brought up to how the loss stands.
"""

from __future__ import annotations

from bot.desk import Desk
from bot.notices import names_of
from bot.outgoing import OutgoingMessage
from bot.render import loss as rendering
from services.access.viewer import viewer_for
from services.losses.queries import LossView, offers, offers_to_security


def of_loss(desk: Desk, security: str, loss: LossView) -> list[OutgoingMessage]:
    """Everybody's message; `security` is where that of security goes."""
    names, people, now = desk.unit_names, names_of(desk), desk.clock.now()
    key = f"loss/{loss.loss_id}"
    shown = rendering.for_security(loss, offers_to_security(loss, now), names, people)
    told = [OutgoingMessage(f"{key}/security", security, loss.revision, shown)]
    for email in dict.fromkeys((loss.reporter_email.lower(), _known(desk, loss.holder_email))):
        if email is not None:
            may = offers(loss, viewer_for(email, desk.directory), desk.directory, now)
            mine = rendering.for_person(loss, may, people)
            told.append(OutgoingMessage(f"{key}/{email}", f"person:{email}", loss.revision, mine))
    manager = _second_person(desk, loss)
    if manager is not None:
        may = offers(loss, viewer_for(manager, desk.directory), desk.directory, now)
        asked = rendering.for_manager(loss, may, names, people)
        told.append(OutgoingMessage(f"{key}/second/{manager}", f"person:{manager}", loss.revision, asked))
    return told


def _known(desk: Desk, email: str | None) -> str | None:
    """A holder on record whom the directory does not know may be no person at all, such as a shared cupboard."""
    return email.lower() if email and desk.directory.person(email) else None


def _second_person(desk: Desk, loss: LossView) -> str | None:
    """The manager to ask for a confirmation: the holder's, or the one above where that one asked for the wipe."""
    if loss.wipe_asked_by is None or not loss.needs_two:
        return None
    asker = desk.directory.person(loss.wipe_asked_by)
    person = desk.directory.person(loss.holder_email or "") or asker
    manager = None if person is None else desk.directory.approver_of(person)
    if manager is not None and asker is not None and manager.email.lower() == asker.email.lower():
        manager = desk.directory.approver_of(asker)
    return None if manager is None else manager.email.lower()
