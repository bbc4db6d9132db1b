"""A request as each of its people sees it: requester, approver, anybody who looks it up."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import REASONS, STATUSES, TICKET_STATES, day, kind_name, moment, unit_name
from services.requests.queries import RequestView

_MARKS = {
    "waiting_for_approval": ":hourglass_flowing_sand:",
    "approved": ":white_check_mark:",
    "ordered": ":package:",
    "waiting_for_money": ":hourglass_flowing_sand:",
    "refused": ":no_entry:",
}
_NEXT = {
    "waiting_for_approval": "Next: {approver} decides. You will be told here.",
    "approved": "Next: money is set aside and the device is ordered.",
    "ordered": "Next: the device is delivered to you.",
    "waiting_for_money": "Next: it is ordered as soon as there is money on the line.",
    "refused": "If something has changed, ask again with `/kit replace`.",
}


def status_text(view: RequestView, people: Mapping[str, str]) -> str:
    """Where it stands, and who decided."""
    told = f"{_MARKS.get(view.status, '')} *{STATUSES.get(view.status, view.status).capitalize()}*"
    if view.decided_by:
        verb = "Refused" if view.status == "refused" else "Approved"
        when = f", {moment(view.decided_at)}" if view.decided_at else ""
        told += f"\n{verb} by {escape(_name(people, view.decided_by))}{when}"
    if view.refusal:
        told += f": {escape(view.refusal)}"
    return told


def _facts(view: RequestView, names: Mapping[str, str]) -> list[str]:
    device = f"`{escape(view.serial)}`" if view.serial else "a device that is not on record"
    facts = {
        "For": f"{escape(view.requester_name)}, {escape(unit_name(names, view.unit))}",
        "Device": f"{kind_name(view.kind)} {device}",
        "What happened": REASONS[view.reason],
        "In their words": escape(view.explanation),
        "Needed by": day(view.needed_by) if view.needed_by else "",
        "Deliver to": escape(view.delivery_place),
        "Accessibility": "has needs that are checked before the old device goes back"
        if view.accessibility_needs
        else "",
        "Service desk": _ticket(view),
    }
    return [f"*{label}:* {fact}" for label, fact in facts.items() if fact]


def _ticket(view: RequestView) -> str:
    """The desk's number, leading there where the desk said where it is, and how the ticket stands."""
    if view.ticket is None:
        return ""
    number = escape(view.ticket)
    # A bar or an angle bracket would end Slack's link early.
    if view.ticket_link and not set("|<> ") & set(view.ticket_link):
        number = f"<{view.ticket_link.replace('&', '&amp;')}|{number}>"
    state = view.ticket_state or ""
    return f"{number}, {TICKET_STATES.get(state, state)}"


def for_requester(view: RequestView, names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """The message that follows a requester's own request from beginning to end."""
    approver = _name(people, view.approver_email) if view.approver_email else "your manager"
    blocks: list[Block] = [
        section(f"*Your request {escape(view.reference)}* · {kind_name(view.kind)}\n{status_text(view, people)}"),
    ]
    if view.verdict:
        blocks.append(section(f"*Policy:* {escape(view.verdict)}"))
    blocks.append(note(_NEXT.get(view.status, "").format(approver=escape(approver)) or escape(view.reference)))
    return message(f"Your request {view.reference}: {STATUSES.get(view.status, view.status)}", blocks)


def for_approver(view: RequestView, names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """The message on which a manager decides; afterwards it says who did."""
    blocks: list[Block] = [header(f"Request {view.reference}"), listed(_facts(view, names))]
    if view.verdict:
        blocks.append(section(f"*Policy:* {escape(view.verdict)}"))
    if view.status == "waiting_for_approval":
        value = str(view.request_id)
        approve = button("Approve", ids.APPROVE, value, style="primary")
        blocks.append(actions(approve, button("Refuse…", ids.REFUSE, value, style="danger")))
        return message(f"{view.requester_name} asks for a {kind_name(view.kind)} ({view.reference})", blocks)
    blocks.append(section(status_text(view, people)))
    return message(f"Request {view.reference}: {STATUSES.get(view.status, view.status)}", blocks)


def timeline(view: RequestView, names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """The answer to `request R-123`."""
    blocks: list[Block] = [
        header(f"Request {view.reference}"),
        section(status_text(view, people)),
        listed(_facts(view, names)),
    ]
    if view.verdict:
        blocks.append(section(f"*Policy:* {escape(view.verdict)}"))
    lines = [f"{moment(step.at)}  {escape(step.what)}{_by(people, step.who)}" for step in view.timeline]
    if lines:
        blocks += [section("*What happened*"), listed(lines)]
    approver = _name(people, view.approver_email) if view.approver_email else "a manager"
    next_step = _NEXT.get(view.status, "").format(approver=escape(approver))
    if next_step:
        blocks.append(note(next_step))
    return message(f"Request {view.reference}: {STATUSES.get(view.status, view.status)}", blocks)


def already_decided(view: RequestView, people: Mapping[str, str]) -> Message:
    """What the second person to press is told."""
    told = f"Request {escape(view.reference)} was decided before. {status_text(view, people)}"
    return message(f"Request {view.reference} was decided before.", [section(told)])


def _by(people: Mapping[str, str], who: str) -> str:
    """Which person; what our own services noted says by itself where it comes from."""
    return f" ({escape(_name(people, who))})" if who and not who.startswith("quartermaster/") else ""


def _name(people: Mapping[str, str], email: str) -> str:
    return people.get(email.lower(), email)
