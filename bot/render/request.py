"""A request as each of its people sees it: requester, recipient, approver, anybody who looks it up."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render import delivery
from bot.render.background import Background
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.request_steps import NEXT, OF_APPROVER, OF_REQUESTER, Offer
from bot.render.wording import REASONS, STATUSES, TICKET_STATES, count_of, day, kind_name, moment, month, unit_name
from services.requests.queries import OPEN, RequestView

_MARKS = {
    "waiting_for_approval": ":hourglass_flowing_sand:",
    "question_asked": ":speech_balloon:",
    "waiting_for_repair": ":wrench:",
    "waiting_for_wave": ":calendar:",
    "approved": ":white_check_mark:",
    "waiting_for_money": ":hourglass_flowing_sand:",
    "ordered": ":package:",
    "allocated": ":package:",
    "shipped": ":truck:",
    "delivered": ":white_check_mark:",
    "waiting_for_check": ":hourglass_flowing_sand:",
    "return_due": ":leftwards_arrow_with_hook:",
    "closed": ":white_check_mark:",
    "refused": ":no_entry:",
    "withdrawn": ":leftwards_arrow_with_hook:",
}
_UNDECIDED = ("waiting_for_approval", "question_asked")
_DELIVERING = ("shipped", "delivered", "waiting_for_check", "return_due")
"""While a message of its own, to whom it is for, says what to do."""
_LATEST = 3


def status_text(view: RequestView, people: Mapping[str, str]) -> str:
    """Where it stands, who decided, and why it came to nothing."""
    told = f"{_MARKS.get(view.status, '')} *{STATUSES.get(view.status, view.status).capitalize()}*"
    if view.decided_by:
        verb = "Refused" if view.refusal else "Approved"
        when = f", {moment(view.decided_at)}" if view.decided_at else ""
        told += f"\n{verb} by {escape(_name(people, view.decided_by))}{when}"
    if view.refusal:
        told += f": {escape(view.refusal)}"
    if view.ending:
        told += f"\n{escape(view.ending)}{_by(people, view.ended_by or '')}"
    return told


def _facts(view: RequestView, names: Mapping[str, str]) -> list[str]:
    device = f"`{escape(view.serial)}`" if view.serial else "a device that is not on record"
    device = "a first one" if view.reason == "joiner" else device
    unit = escape(unit_name(names, view.unit))
    given = f"`{escape(view.successor_serial)}`" if view.successor_serial else ""
    facts = {
        "For": f"{escape(view.recipient_name or view.requester_name)}, {unit}",
        "Asked by": escape(view.requester_name) if view.recipient_email else "",
        "Device": f"{kind_name(view.kind)} {device}",
        "What happened": REASONS[view.reason],
        "In their words": escape(view.explanation),
        "Since": day(view.since) if view.since else "",
        "Photos": count_of(len(view.photos), "photo") if view.photos else "",
        "Needed by": day(view.needed_by) if view.needed_by else "",
        "Deliver to": escape(view.delivery_place),
        "Accessibility": "has needs that are checked before the old device goes back"
        if view.accessibility_needs
        else "",
        "Assistive technology": escape(view.assistive_technology),
        "Question": escape(view.question),
        "Answer": escape(view.answer),
        "From stock" if view.from_stock else "New device": given,
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


def next_step(view: RequestView, people: Mapping[str, str]) -> str:
    """What comes next, in Slack's markup."""
    if view.reason.only_returns and view.status == "withdrawn":
        return ""
    approver = escape(_name(people, view.approver_email)) if view.approver_email else "your manager"
    wave = f"the wave of {month(view.wave_month)}" if view.wave_month else "its wave"
    return NEXT.get(view.status, "").format(approver=approver, wave=wave, back_by=_back_by(view))


def raised_text(view: RequestView, people: Mapping[str, str]) -> str:
    """What somebody who asked is told at once: the number, policy's verdict, and what comes next."""
    lines = [f"Your request is *{escape(view.reference)}*.", escape(view.verdict), next_step(view, people)]
    return "\n".join(
        [*(line for line in lines if line), "Follow it in our direct messages, where it is kept up to date."]
    )


def for_requester(view: RequestView, names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """The message that follows a request from beginning to end, for who asked or for whom it is; `may` says whose."""
    head = f"*Your request {escape(view.reference)}* · {kind_name(view.kind)}"
    if view.recipient_name:
        head += f" for {escape(view.recipient_name)}"
    blocks: list[Block] = [section(f"{head}\n{status_text(view, people)}")]
    if view.verdict and _policy_matters(view):
        blocks.append(section(f"*Policy:* {escape(view.verdict)}"))
    if view.status == "question_asked" and view.question:
        blocks.append(section(f"*{escape(_name(people, _asker(view)))} asks:* {escape(view.question)}"))
    if told := _delivered_next(view) or next_step(view, people):
        blocks.append(note(told))
    blocks += _offers(view, OF_REQUESTER)
    return message(f"Your request {view.reference}: {STATUSES.get(view.status, view.status)}", blocks)


def for_approver(
    view: RequestView, names: Mapping[str, str], people: Mapping[str, str], background: Background | None = None
) -> Message:
    """The message on which a manager, or who covers for them, decides; afterwards it says who did."""
    blocks: list[Block] = [header(f"Request {view.reference}"), listed(_facts(view, names))]
    if view.verdict:
        blocks.append(section(f"*Policy:* {escape(view.verdict)}"))
    if view.status in _UNDECIDED:
        if background is not None:
            blocks.append(listed(background.lines()))
        told = (f"Asked: {view.question}", f"Answered: {view.answer}")
        since = [f"{moment(line.at)}  {escape(line.what)}" for line in view.timeline[1:] if line.what not in told][
            -_LATEST:
        ]
        if since:
            blocks.append(section("*Since it was asked for*\n" + "\n".join(since)))
        if view.status == "question_asked":
            blocks.append(section(status_text(view, people)))
        blocks += _offers(view, OF_APPROVER, photos=True)
        return message(f"{view.requester_name} asks for a {kind_name(view.kind)} ({view.reference})", blocks)
    blocks.append(section(status_text(view, people)))
    return message(f"Request {view.reference}: {STATUSES.get(view.status, view.status)}", blocks)


def timeline(
    view: RequestView, names: Mapping[str, str], people: Mapping[str, str], *, planner: bool = False
) -> Message:
    """The answer to `request R-123`, with what whoever asks may do; a planner's buttons have a planner's words."""
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
    if told := next_step(view, people):
        blocks.append(note(told))
    blocks += _offers(view, (*OF_APPROVER, *OF_REQUESTER), photos=True)
    blocks += delivery.buttons(view, view.may, planner=planner)
    return message(f"Request {view.reference}: {STATUSES.get(view.status, view.status)}", blocks)


def already_decided(view: RequestView, people: Mapping[str, str]) -> Message:
    """What the second person to press is told."""
    what = "was decided before" if view.decided_by else "waits for no decision any more"
    told = f"Request {escape(view.reference)} {what}. {status_text(view, people)}"
    return message(f"Request {view.reference} {what}.", [section(told)])


def _policy_matters(view: RequestView) -> bool:
    """Whether policy's answer still says why: not once a person decided, nor while it is on its way."""
    by_person = view.decided_by is not None and "@" in view.decided_by
    return view.status in OPEN and view.status not in _DELIVERING and not by_person


def _delivered_next(view: RequestView) -> str:
    """Where the next step stands while a delivery has a message of its own; empty while it has none."""
    if view.status not in _DELIVERING:
        return ""
    if view.recipient_name:
        return f"{escape(view.recipient_name)} is told what comes next."
    return "Our message about the delivery says what comes next."


def _offers(view: RequestView, offers: tuple[Offer, ...], *, photos: bool = False) -> list[Block]:
    """Buttons for what the machine lets them do now, and for the photos: a link to one opens for its owner alone."""
    buttons = [
        button(offer.label, offer.action_id, str(view.request_id), style=offer.style)
        for offer in offers
        if offer.cause in view.may
    ]
    if photos and view.photos:
        buttons.append(button("Show the photos", ids.SHOW_PHOTOS, str(view.request_id)))
    return [actions(*buttons)] if buttons else []


def _asker(view: RequestView) -> str:
    """Who asked back: the one named, or somebody who decides for them."""
    asked = (line.who for line in reversed(view.timeline) if line.what == f"Asked: {view.question}")
    return next(asked, view.approver_email or "")


def _back_by(view: RequestView) -> str:
    return f" by {day(view.return_due_on)}" if view.return_due_on else ""


def _by(people: Mapping[str, str], who: str) -> str:
    """Which person; what our own services noted says by itself where it comes from."""
    return f" ({escape(_name(people, who))})" if who and not who.startswith("quartermaster/") else ""


def _name(people: Mapping[str, str], email: str) -> str:
    return people.get(email.lower(), email)
