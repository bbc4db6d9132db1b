"""The desk's rules: what a request wants of its ticket, in which words, and what is to be sent next.

    request                 ticket wanted
    waiting_for_approval    open
    approved                in_progress
    waiting_for_money       in_progress
    ordered                 in_progress
    refused                 cancelled; none is opened for a request that was refused before

The desk has the last word on its own ticket: what it resolved, closed or cancelled is never opened again, and only a
ticket nobody has taken up is moved on. No word of a person and no sum of money goes to the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from schemas.events.desk import TicketState
from schemas.vocabulary import Kind, RequestReason

STATUSES = ("waiting_for_approval", "approved", "waiting_for_money", "ordered", "refused")
"""A request only moves to the right in this row, so its place (from 1) is the revision of what we want."""
OPENED = 1
"""The revision that opening a ticket tells."""

ENDED: frozenset[TicketState] = frozenset({"resolved", "closed", "cancelled"})
_WANTED_STATES: Mapping[str, TicketState] = {
    "waiting_for_approval": "open",
    "approved": "in_progress",
    "waiting_for_money": "in_progress",
    "ordered": "in_progress",
    "refused": "cancelled",
}
_STANDINGS: Mapping[str, str] = {
    "waiting_for_approval": "The request waits for a manager's approval.",
    "approved": "A manager approved the request; money is being set aside.",
    "waiting_for_money": "The request is approved and waits for money.",
    "ordered": "Money is set aside and the device is on order.",
    "refused": "The request was refused; nothing more is to be done.",
}
_REASONS: Mapping[RequestReason, str] = {
    RequestReason.BROKEN: "the present one is broken",
    RequestReason.SLOW: "the present one is too slow to work with",
    RequestReason.LOST: "the present one was lost",
    RequestReason.STOLEN: "the present one was stolen",
    RequestReason.END_OF_LIFE: "the present one is at the end of its life",
    # Why somebody needs another device for their health is nobody's business at the desk.
    RequestReason.ACCESSIBILITY: "the present one does not suit its user",
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a request, as far as its ticket needs it."""

    status: str = "waiting_for_approval"
    requester_email: str
    unit: str | None = None
    kind: Kind | None = None
    reason: RequestReason | None = None
    serial: str | None = None
    needed_by: date | None = None

    @property
    def revision(self) -> int:
        """The place of its status, from 1."""
        return STATUSES.index(self.status) + 1

    @property
    def state(self) -> TicketState:
        """How its ticket should stand, as far as we are concerned."""
        return _WANTED_STATES[self.status]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as it stood at the desk at `at`, the desk's own time. `record` is the desk's id, `ticket` its number."""

    desk: str
    record: str
    ticket: str
    state: TicketState
    at: datetime
    link: str | None = None


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket says when it is opened. The desk finds `requester_email` among its own users."""

    title: str
    description: str
    requester_email: str


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told to a ticket that is there: a note, and a state unless it should stay as it is.

    `mark` stands in this note and in no other, so that one can look whether it was written.
    """

    note: str
    mark: str
    state: TicketState | None = None


def merged(held: Wanted | None, told: Wanted) -> Wanted:
    """What is known after another event, whichever came first: the later status, and every fact that either knows."""
    if held is None:
        return told
    return Wanted(
        status=max(held.status, told.status, key=STATUSES.index),
        requester_email=told.requester_email,
        unit=held.unit or told.unit,
        kind=held.kind or told.kind,
        reason=held.reason or told.reason,
        serial=held.serial or told.serial,
        needed_by=held.needed_by or told.needed_by,
    )


def correlation_of(deployment: str, reference: str) -> str:
    """What our ticket carries at the desk, and no other: several deployments may speak to one desk."""
    return f"{deployment}-{reference}"


def words_of(wanted: Wanted, reference: str) -> Words:
    """What the ticket says when it is opened."""
    kind = wanted.kind.value if wanted.kind else "device"
    serial = f" for {wanted.serial}" if wanted.serial else ""
    lines = [f"Replacement of a {kind}, asked for in chat with Quartermaster as {reference}."]
    if wanted.reason is not None:
        lines.append(f"Why: {_REASONS[wanted.reason]}.")
    if wanted.serial:
        lines.append(f"Present device: {wanted.serial}")
    if wanted.unit:
        lines.append(f"Business unit: {wanted.unit}")
    if wanted.needed_by is not None:
        lines.append(f"Needed by: {wanted.needed_by.day} {wanted.needed_by:%B %Y}")
    return Words(
        title=f"Replacement {kind}{serial} ({reference})",
        description="\n".join(lines),
        requester_email=wanted.requester_email,
    )


def may_open(wanted: Wanted) -> bool:
    """Whether a ticket that is not there yet is still wanted."""
    return wanted.state not in ENDED


def next_update(wanted: Wanted, sent_revision: int, state: TicketState, correlation: str) -> Update | None:
    """What to tell a ticket that stands at `state` and was told up to `sent_revision`; None if nothing.

    One note says where the request stands now, however many steps the desk missed.
    """
    if sent_revision >= wanted.revision or state in ENDED:
        return None
    mark = f"[{correlation}/{wanted.revision}]"
    return Update(note=f"{_STANDINGS[wanted.status]} {mark}", mark=mark, state=_move(state, wanted.state))


def _move(state: TicketState, wanted: TicketState) -> TicketState | None:
    if wanted in ENDED or (state == "open" and wanted == "in_progress"):
        return wanted
    return None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What we know of a request's ticket. `revision` counts what we told of it; without a record there is none yet."""

    desk: str | None = None
    record: str | None = None
    ticket: str | None = None
    link: str | None = None
    state: TicketState | None = None
    state_at: datetime | None = None
    revision: int = 0


def heard(held: Standing, seen: Seen) -> Standing:
    """What we know after seeing a ticket; `revision` is higher if there is something to tell.

    Another record than the one we hold changes nothing, and an older word never turns a newer one back.
    """
    if held.record is not None and (held.desk, held.record) != (seen.desk, seen.record):
        return held
    newer = held.state_at is None or seen.at > held.state_at
    after = Standing(
        desk=seen.desk,
        record=seen.record,
        ticket=seen.ticket if newer else held.ticket,
        link=seen.link or held.link,
        state=seen.state if newer else held.state,
        state_at=seen.at if newer else held.state_at,
        revision=held.revision,
    )
    told = (held.ticket, held.state, held.link) == (after.ticket, after.state, after.link)
    return after if told else msgspec.structs.replace(after, revision=held.revision + 1)
