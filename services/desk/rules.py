"""The desk's rules: what a request wants of its ticket, in which words, and what is to be sent next.

    request                                                          ticket wanted
    waiting_for_approval, question_asked                             open
    waiting for a repair, a wave or money; approved, ordered,
    allocated, shipped, delivered, waiting_for_check, return_due     in_progress
    closed                                                           resolved
    refused, withdrawn                                               cancelled; none is opened for one that ended before

Of two words on a request the one with the higher revision holds. Events of before revisions were told come in the order
that requests had then. A reminder moves nothing: of a status that stays, the desk is told once.

The desk has the last word on its own ticket: what it resolved, closed or cancelled is never opened again, and only a
ticket nobody has taken up is moved on. No word of a person and no sum of money goes to the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from schemas.events.desk import TicketState
from schemas.vocabulary import Kind, RequestReason
from services.clock import in_words

_OLD_PLACES: Mapping[str, int] = {
    "waiting_for_approval": 1,
    "approved": 2,
    "waiting_for_money": 3,
    "ordered": 4,
    "refused": 5,
}
"""The revision of an event that tells none: a request only moved down this list then."""
OPENED = 1
"""The revision that opening a ticket tells."""

ENDED: frozenset[TicketState] = frozenset({"resolved", "closed", "cancelled"})
_WANTED_STATES: Mapping[str, TicketState] = {
    "waiting_for_approval": "open",
    "question_asked": "open",
    "waiting_for_repair": "in_progress",
    "waiting_for_wave": "in_progress",
    "approved": "in_progress",
    "waiting_for_money": "in_progress",
    "ordered": "in_progress",
    "allocated": "in_progress",
    "shipped": "in_progress",
    "delivered": "in_progress",
    "waiting_for_check": "in_progress",
    "return_due": "in_progress",
    "closed": "resolved",
    "refused": "cancelled",
    "withdrawn": "cancelled",
}
STATUSES = tuple(_WANTED_STATES)
"""Where a request may stand. One that is not here was told by a newer version of requests."""
_STANDINGS: Mapping[str, str] = {
    "waiting_for_approval": "The request waits for a manager's approval.",
    "question_asked": "Who decides has asked something back, and waits for the answer.",
    "waiting_for_repair": "The device is to be repaired under its warranty first.",
    "waiting_for_wave": "The refresh plan replaces the device in one of its waves.",
    "approved": "The request is approved; money is being set aside.",
    "waiting_for_money": "The request is approved and waits for money.",
    "ordered": "Money is set aside and the device is on order.",
    "allocated": "A device from stock is set aside for the request.",
    "shipped": "The new device is on its way to its user.",
    "delivered": "The new device is there and enrolled; its user is to confirm receipt.",
    "waiting_for_check": "The new device is there; its user's settings are checked before the old one goes back.",
    "return_due": "The device is to be handed back.",
    "closed": "All is done; nothing more is to be done here.",
    "refused": "The request was refused; nothing more is to be done.",
    "withdrawn": "The request was withdrawn; nothing more is to be done.",
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
    """What is known of a request, as far as its ticket needs it.

    `told` is the revision of the word that told `status`, 0 where words told none; `since` that of the first word heard
    of it, so that reminders do not reach the desk. `leaving`: a device only goes back, and nothing is replaced.
    """

    status: str = "waiting_for_approval"
    requester_email: str
    unit: str | None = None
    kind: Kind | None = None
    reason: RequestReason | None = None
    serial: str | None = None
    needed_by: date | None = None
    told: int = 0
    since: int = 0
    leaving: bool = False

    @property
    def newest(self) -> int:
        """The revision of the newest word."""
        return self.told or _OLD_PLACES.get(self.status, 0)

    @property
    def revision(self) -> int:
        """The revision that the desk is to be told, from 1."""
        return self.since or self.newest

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
    later = max(held, told, key=lambda each: (each.newest, each.status))
    return Wanted(
        status=later.status,
        requester_email=told.requester_email,
        unit=held.unit or told.unit,
        kind=held.kind or told.kind,
        reason=held.reason or told.reason,
        serial=held.serial or told.serial,
        needed_by=held.needed_by or told.needed_by,
        told=later.told,
        since=_first(held.since, told.since) if held.status == told.status else later.since,
        leaving=held.leaving or told.leaving,
    )


def _first(one: int, other: int) -> int:
    """The earlier revision, but for that of opening a ticket, which tells no status."""
    return min((each for each in (one, other) if each > OPENED), default=max(one, other))


def correlation_of(deployment: str, reference: str) -> str:
    """What our ticket carries at the desk, and no other: several deployments may speak to one desk."""
    return f"{deployment}-{reference}"


def words_of(wanted: Wanted, reference: str) -> Words:
    """What the ticket says when it is opened."""
    kind = wanted.kind.value if wanted.kind else "device"
    serial = f" for {wanted.serial}" if wanted.serial else ""
    if wanted.leaving:
        return _words_of_return(wanted, reference, kind)
    lines = [f"Replacement of a {kind}, asked for in chat with Quartermaster as {reference}."]
    if wanted.reason is not None:
        lines.append(f"Why: {_REASONS[wanted.reason]}.")
    if wanted.serial:
        lines.append(f"Present device: {wanted.serial}")
    if wanted.unit:
        lines.append(f"Business unit: {wanted.unit}")
    if wanted.needed_by is not None:
        lines.append(f"Needed by: {in_words(wanted.needed_by)}")
    return Words(
        title=f"Replacement {kind}{serial} ({reference})",
        description="\n".join(lines),
        requester_email=wanted.requester_email,
    )


def _words_of_return(wanted: Wanted, reference: str, kind: str) -> Words:
    lines = [f"Return of a {kind} that is not replaced, noted in chat with Quartermaster as {reference}."]
    if wanted.serial:
        lines.append(f"Device: {wanted.serial}")
    if wanted.unit:
        lines.append(f"Business unit: {wanted.unit}")
    return Words(
        title=f"Return of {kind} {wanted.serial or ''} ({reference})".replace("  ", " "),
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
