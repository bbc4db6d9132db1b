"""Requests after their decision: what waits to be set aside, sent, confirmed, checked and handed back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.render.message import Message, actions, button, divider, escape, header, listed, message, note, section
from bot.render.wording import STATUSES, count_of, day, kind_name, moment, unit_name
from services.requests.queries import Cause, Delivery, Reason, RequestView, Status

ROWS = 4
"""Rows shown of each group: Slack takes 50 blocks."""
_LABELS: Mapping[str, tuple[str, str, str]] = {
    Cause.SHIP: (ids.SHIP, "Ship…", "Ship…"),
    Cause.ALLOCATE: (ids.ALLOCATE, "Allocate…", "Allocate…"),
    Cause.RECEIVE: (ids.RECEIVE, "I have it", "It has arrived"),
    Cause.CHECK: (ids.CHECK_SETTINGS, "Settings are checked", "Settings are checked"),
    Cause.RETURNED: (ids.TAKE_BACK, "Took it back", "Took it back"),
    Cause.KEEP: (ids.KEEP_DEVICE, "I still need it…", "They still need it…"),
    Cause.CALL_OFF: (ids.CALL_OFF_RECLAIM, "Ask for it no more", "Ask for it no more"),
    Cause.CANCEL: (ids.CANCEL_ORDER, "Cancel…", "Cancel…"),
}
"""By what one may do, the next step first: its button, in the words of whom the device is for and of a planner."""
_BACKWARDS = frozenset({Cause.KEEP, Cause.CALL_OFF})
"""Steps that nobody is led to."""
_GROUPS: tuple[tuple[str, tuple[Status, ...]], ...] = (
    ("To be allocated", (Status.ORDERED, Status.WAITING_FOR_MONEY)),
    ("To be sent", (Status.ALLOCATED,)),
    ("On their way", (Status.SHIPPED,)),
    ("To be confirmed or checked", (Status.DELIVERED, Status.WAITING_FOR_CHECK)),
    ("To be handed back", (Status.RETURN_DUE,)),
)
_STANDINGS: Mapping[Status, str] = {
    Status.ORDERED: "on order",
    Status.WAITING_FOR_MONEY: "waits for money",
    Status.ALLOCATED: "set aside",
    Status.SHIPPED: "sent",
    Status.DELIVERED: "in use, receipt not confirmed",
    Status.WAITING_FOR_CHECK: "accessibility settings to be checked",
    Status.RETURN_DUE: "old device to come back",
}


class _Stands(Protocol):
    @property
    def request_id(self) -> UUID: ...


def buttons(view: _Stands, offers: Collection[str], *, planner: bool = False) -> list[Block]:
    """What one may do with a request after its decision, as one row of buttons; nothing where there is nothing."""
    found = [
        _button(view, offer, planner=planner, first=place == 0)
        for place, offer in enumerate(each for each in _LABELS if each in offers)
    ]
    return [actions(*found)] if found else []


def _button(view: _Stands, offer: str, *, planner: bool, first: bool) -> ButtonElement:
    action, theirs, planners = _LABELS[offer]
    style = "danger" if offer == Cause.CANCEL else "primary" if first and offer not in _BACKWARDS else None
    return button(planners if planner else theirs, action, str(view.request_id), style=style)


def for_user(view: RequestView, offers: Collection[str]) -> Message:
    """The message that follows a delivery, to whom the device is for."""
    text = _to_user(view)
    blocks: list[Block] = [section(f"*{escape(view.reference)}* · {text}")]
    if view.status in _STANDINGS:
        blocks += buttons(view, offers)
        if view.status is Status.RETURN_DUE:
            blocks.append(note("Hand it to end-user services; they note that they have it, and you are told here."))
    return message(f"{view.reference}: {text.replace('*', '').replace('`', '')}", blocks)


def _to_user(view: RequestView) -> str:
    kind = kind_name(view.kind)
    new = f"new {kind}" + (f" `{escape(view.successor_serial)}`" if view.successor_serial else "")
    match view.status:
        case Status.SHIPPED:
            by = f" with {escape(view.carrier)}" if view.carrier else ""
            number = f", tracking number {escape(view.tracking)}" if view.tracking else ""
            return f"Your {new} is on its way to {escape(view.delivery_place) or 'you'}{by}{number}."
        case Status.DELIVERED:
            return f"Your {new} is enrolled in your name. Please confirm that you have it."
        case Status.WAITING_FOR_CHECK:
            return f"Please check that your accessibility settings work on the {new}. Keep the old one until then."
        case Status.RETURN_DUE:
            old = f"your {'' if view.reason.only_returns else 'old '}{kind}"
            old += f" `{escape(view.serial)}`" if view.serial else ""
            by_day = f" by {day(view.return_due_on)}" if view.return_due_on else ""
            if view.reason is Reason.RECLAIM:
                asks = f"{escape(view.requester_name)} asks whether you still need {old}: {escape(view.explanation)}"
                return f"{asks}\nIf you do not, please hand it back{by_day}; if you do, say so below."
            return f"Please hand back {old}{by_day}."
        case Status.CLOSED:
            return f"It is over. {escape(view.ending)}." if view.ending else "All is done. Thank you."
        case Status.WITHDRAWN if view.reason is Reason.RECLAIM:
            return f"Your {kind} stays with you. {escape(view.ending)}."
        case Status.ALLOCATED:
            return f"Your {new} is set aside for you."
        case _:
            return f"It was {view.status.value.replace('_', ' ')}."


def reminder(view: RequestView, offers: Collection[str]) -> Message:
    """Said anew to whom it is for, where they were waited for too long."""
    text = f":bell: Reminder: {_to_user(view)}"
    return message(
        f"Reminder, {view.reference}", [section(f"*{escape(view.reference)}* · {text}"), *buttons(view, offers)]
    )


def needless(view: RequestView, offers: Collection[str], people: Mapping[str, str]) -> Message:
    """To a planner: that a request may not be needed any more, with the step that ends it."""
    whom = escape(people.get((view.recipient_email or view.requester_email).lower(), view.recipient_name or ""))
    label = f"`{escape(view.otherwise_serial)}`" if view.otherwise_serial else "a device without a serial number"
    why = f"{whom or escape(view.requester_name)} has {label} by another way"
    if view.otherwise_device_id == view.device_id:
        why = f"what {whom or escape(view.requester_name)} had lost was found: {label}"
    since = f" since {moment(view.otherwise_at)}" if view.otherwise_at else ""
    blocks: list[Block] = [section(f"*{escape(view.reference)}* may be needless: {why}{since}.")]
    if Cause.CANCEL in offers:
        told = (
            "If they need no other, cancel it: what is set aside for it is free again. If they do, leave it as it is."
        )
        blocks += [note(told), *buttons(view, [Cause.CANCEL], planner=True)]
    else:
        told = f"It is {STATUSES.get(view.status, view.status)}."
        blocks.append(note(f"{told} {escape(view.ending)}." if view.ending else told))
    return message(f"{view.reference} may be needless", blocks)


def overdue(rows: Sequence[Delivery], names: Mapping[str, str], people: Mapping[str, str], today: date) -> Message:
    """To a manager: whose old devices should have been back."""
    title = f"{count_of(len(rows), 'device')} of your people should have been handed back"
    lines = [f"• {_returning(each, names, people)}" for each in rows]
    return message(title, [section(f"*{title}*"), listed(lines), note(f"As of {day(today)}. They are reminded, too.")])


def leaver(name: str, rows: Sequence[Delivery], names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """To the manager of somebody who leaves: what is due back."""
    if not rows:
        told = f"{name} leaves, and everything is back."
        return message(told, [section(escape(told))])
    title = f"{name} leaves: {count_of(len(rows), 'device')} to be handed back"
    lines = [f"• {_returning(each, names, people)}" for each in rows]
    return message(title, [section(f"*{escape(title)}*"), listed(lines), note("They are told, and reminded.")])


def asked_back(view: RequestView, offers: Collection[str], people: Mapping[str, str]) -> Message:
    """To whoever asked for a device back: how that stands, from beginning to end."""
    whom = escape(view.recipient_name or people.get((view.recipient_email or "").lower(), view.recipient_email))
    label = f"`{escape(view.serial)}`" if view.serial else f"the {kind_name(view.kind)}"
    head = f"*{escape(view.reference)}* · {kind_name(view.kind)} {label} of {whom}"
    match view.status:
        case Status.RETURN_DUE:
            due = f" by {day(view.return_due_on)}" if view.return_due_on else ""
            told = f"You asked for it back{due}. They are told, and reminded; or they say that they still need it."
        case Status.WITHDRAWN:
            who = escape(people.get((view.ended_by or "").lower(), view.ended_by))
            told = f"It stays with them. {escape(view.ending)} ({who})."
        case _:
            told = "It is back."
    blocks: list[Block] = [section(f"{head}\n{told}"), *buttons(view, offers, planner=True)]
    return message(f"{view.reference}, asked for back: {STATUSES.get(view.status, view.status)}", blocks)


def _returning(row: Delivery, names: Mapping[str, str], people: Mapping[str, str]) -> str:
    label = escape(row.serial) or "no serial number"
    due = f" · due {day(row.return_due_on)}" if row.return_due_on else ""
    whom = escape(people.get(row.for_whom.lower(), row.recipient_name or row.requester_name))
    return f"`{label}` {kind_name(row.kind)} · {whom} · {escape(unit_name(names, row.unit))}{due}"


def render(
    rows: Sequence[Delivery],
    counts: Mapping[Status, int],
    offers: Mapping[UUID, Collection[str]],
    names: Mapping[str, str],
    people: Mapping[str, str],
) -> Message:
    """The answer to `deliveries`: how many stand where, and the first of each with what may be done."""
    total = sum(counts.values())
    if not total:
        told = "Nothing waits to be allocated, sent, confirmed or handed back."
        return message(told, [section(told)])
    blocks: list[Block] = [header("Deliveries and returns")]
    blocks.append(section("\n".join(f"{title}: *{_count(counts, statuses):,}*" for title, statuses in _GROUPS)))
    for title, statuses in _GROUPS:
        group = [row for row in rows if row.status in statuses]
        if not group:
            continue
        left = _count(counts, statuses) - min(ROWS, len(group))
        blocks += [divider(), section(f"*{title}*" + (f" · the first {ROWS}, and {left:,} more" if left else ""))]
        for row in group[:ROWS]:
            blocks.append(section(_row(row, names, people)))
            blocks += buttons(row, offers.get(row.request_id, ()), planner=True)
    return message(f"{count_of(total, 'request')} after their decision", blocks)


def _count(counts: Mapping[Status, int], statuses: tuple[Status, ...]) -> int:
    return sum(counts.get(status, 0) for status in statuses)


def _row(row: Delivery, names: Mapping[str, str], people: Mapping[str, str]) -> str:
    if row.status is Status.RETURN_DUE:
        told = f"*{row.reference}* {_returning(row, names, people)}"
    else:
        whom = escape(people.get(row.for_whom.lower(), row.recipient_name or row.requester_name))
        device = f" `{escape(row.successor_serial)}`" if row.successor_serial else ""
        where = f" · to {escape(row.delivery_place)}" if row.delivery_place else ""
        wanted = f" · needed by {day(row.needed_by)}" if row.needed_by else ""
        told = f"*{row.reference}* {kind_name(row.kind)}{device} · {whom}{where} · {_STANDINGS[row.status]}{wanted}"
    since = f" · since {moment(row.waits_since)}" if row.waits_since else ""
    reminded = f" · reminded {count_of(row.chases, 'time')}" if row.chases else ""
    return told + since + reminded
