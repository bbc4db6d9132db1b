"""From a wave to the messages that tell of it: one a person, brought up to how the wave stands.

Directors hear of it when it is proposed, the planner who proposed it when it is decided; each as they may see it.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from bot.desk import Desk
from bot.notices import names_of
from bot.outgoing import OutgoingMessage
from bot.render import wave
from schemas.events.wave import Decided
from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import viewer_for
from services.database.pool import Connection
from services.refresh import wave_queries
from services.refresh.wave_queries import WaveStatus, WaveView

_STEPS = {
    WaveStatus.PROPOSED: 1,
    WaveStatus.RELEASED: 2,
    WaveStatus.REFUSED: 3,
    WaveStatus.COMMITTED: 4,
    WaveStatus.SENT_BACK: 5,
    WaveStatus.SUPERSEDED: 6,
}
"""Within one attempt to release it a wave only moves up these."""


async def of_wave(
    desk: Desk,
    connection: Connection,
    reference: str,
    answered: tuple[WaveStatus, Decided] | None = None,
    *,
    replaced_by: str | None = None,
) -> list[OutgoingMessage]:
    """Everybody's message. `answered` is what the budget said, of which the wave itself may not have heard yet.

    `replaced_by` is who took it out of use with a newer proposal: they know, unless there is a message to bring up to
    date.
    """
    told = []
    people = {person.email.lower() for person in desk.directory.people.values() if Role.DIRECTOR in person.roles}
    seen = await _seen_by(desk, connection, people, reference, answered)
    if any(view.status is not WaveStatus.PROPOSED for view in seen.values()):
        others = {view.proposed_by.lower() for view in seen.values() if not _knows(view, replaced_by)} - people
        seen |= await _seen_by(desk, connection, others, reference, answered)
    for email, view in seen.items():
        shown = wave.render(view, viewer_for(email, desk.directory), desk.unit_names, names_of(desk))
        revision = 10 * view.attempt + _STEPS[view.status]
        told.append(OutgoingMessage(f"wave/{view.wave_id}/{email}", f"person:{email}", revision, shown))
    return told


def _knows(view: WaveView, replaced_by: str | None) -> bool:
    """True for a proposal that nobody decided and whose proposer made the next one."""
    own = replaced_by is not None and replaced_by.lower() == view.proposed_by.lower()
    return own and view.decided_by is None


async def _seen_by(
    desk: Desk,
    connection: Connection,
    people: Collection[str],
    reference: str,
    answered: tuple[WaveStatus, Decided] | None,
) -> dict[str, WaveView]:
    """The wave as each of these people may see it. What is sent to somebody is read by them, and audited so."""
    seen = {}
    for email in sorted(people):
        viewer = viewer_for(email, desk.directory)
        view = await wave_queries.wave(connection, viewer, reference, desk.today)
        if view is not None:
            await audit.record(connection, desk.clock.now(), viewer, "wave", f"{reference}, sent", granted=True)
            seen[email] = _as_answered(view, answered)
    return seen


def _as_answered(view: WaveView, answered: tuple[WaveStatus, Decided] | None) -> WaveView:
    if answered is None or answered[1].attempt != view.attempt:
        return view
    status, decided = answered
    return msgspec.structs.replace(view, status=status, explanation=decided.explanation)
