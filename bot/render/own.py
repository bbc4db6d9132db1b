"""Answers to what somebody says in sentences: their requests, what they lost, what they would like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement, ConfirmObject

from bot import ids
from bot.grammar import Fault, Wish
from bot.render.message import Message, actions, button, escape, message, note, section
from bot.render.mine import loss_line, request_line, show
from bot.render.prefill import Prefill
from bot.render.request import next_step
from bot.render.wording import kind_name
from schemas.vocabulary import Kind, Role
from services.access.viewer import Viewer
from services.losses.queries import LossView
from services.register.queries import DeviceView
from services.requests.queries import Reason, RequestView

MOST_SHOWN = 12
"""Rows with a button each; Slack takes 50 blocks."""
MOST_GONE = 4
_ASK = "Ask for a replacement"


def render_requests(
    viewer: Viewer, found: Sequence[RequestView], waiting: Sequence[RequestView], people: Mapping[str, str]
) -> Message:
    """Their open requests with what comes next, and what waits for their decision."""
    blocks: list[Block] = []
    if waiting:
        blocks.append(section("*Waiting for your decision*"))
        blocks += [section(waiting_line(each), show(f"request {each.reference}")) for each in waiting[:MOST_SHOWN]]
        blocks += _left_off(waiting)
    elif viewer.has(Role.MANAGER, Role.DIRECTOR):
        blocks.append(note("Nothing waits for your decision."))
    if found:
        blocks.append(section("*My open requests*"))
        for each in found[:MOST_SHOWN]:
            line = request_line(each, viewer.email.lower())
            told = "\n".join(part for part in (line, next_step(each, people)) if part)
            blocks.append(section(told, show(f"request {each.reference}")))
        blocks += _left_off(found)
    return message("Your requests: " + ", ".join(each.reference for each in (*waiting, *found)), blocks)


def waiting_line(request: RequestView) -> str:
    """What somebody is to decide, in one line."""
    return f"• *{escape(request.reference)}* {escape(request.requester_name)}: a {kind_name(request.kind)}"


def render_no_requests(decides: str | None) -> Message:
    """No request is open; who would decide on one."""
    told = "You have no open request, and nothing waits for your decision."
    if decides:
        told += f" Where policy wants a decision on one of yours, it is {escape(decides)}'s."
    return message(told, [section(told), actions(button(_ASK, ids.REPLACE, "none"), _mine())])


def render_losses(losses: Sequence[LossView]) -> Message:
    """None of theirs is lost, or several."""
    if not losses:
        told = "No device of yours is reported lost or stolen."
        return message(told, [section(told), actions(_mine())])
    rows = [section(loss_line(each), show(f"loss {each.reference}")) for each in losses[:MOST_SHOWN]]
    return message("What is lost or stolen of yours", [section("*Lost or stolen*"), *rows, *_left_off(losses)])


def render_gone(fault: Fault, devices: Sequence[DeviceView]) -> Message:
    """Something is gone: one press reports it, and asks whether they are sure."""
    how = "stolen" if fault.reason is Reason.STOLEN else "lost"
    was = "was stolen" if how == "stolen" else "is lost"
    told = (
        f"Sorry to hear that. Which one {was}? Reporting it locks it at once "
        "where it can be, tells security, and asks for a new one."
    )
    buttons = [_report(how, each, place) for place, each in enumerate(devices[:MOST_GONE])]
    known = Prefill(fault.reason, fault.kind, fault.said).value()
    buttons.append(button("Another one…", ids.REPLACE, known))
    return message(told, [section(told), actions(*buttons), note("If it turns up, say “found it”.")])


def _report(how: str, device: DeviceView, place: int) -> ButtonElement:
    name = f"{device.model or kind_name(device.kind)} {device.serial}"
    drawn = button(name, ids.ask(f"gone {place}"), f"{how} {device.serial}", style="danger")
    drawn.confirm = ConfirmObject(
        title=f"Report it {how}?",
        text="It is locked and security is told. If it turns up, press Found.",
        confirm="Report it",
        deny="Not now",
        style="danger",
    )
    return drawn


def render_wish(wish: Wish) -> Message:
    """They want a device: one press to the form, filled in as far as we understood."""
    a = f"a {kind_name(wish.kind)}" if wish.kind and wish.kind is not Kind.TABLET else "a device"
    told = f"I can start a request for {a}. You are told at once what policy says, and who decides."
    known = Prefill(wish.reason, wish.kind, wish.said)
    return message(told, [section(told), actions(button("Open the form", ids.REPLACE, known.value(), style="primary"))])


def render_thanks() -> Message:
    """Nothing was asked."""
    told = "You are welcome. `/kit` shows your devices and requests."
    return message("You are welcome.", [section(told)])


def render_elsewhere() -> Message:
    """What we do not look after."""
    told = (
        "I look after laptops, desktops, monitors and phones. Passwords, accounts, programs and anything that needs a "
        "person: please turn to the service desk."
    )
    return message(told, [section(told), actions(_mine(), button("What can I ask?", ids.ask("help"), "help"))])


def _mine() -> ButtonElement:
    return button("My devices", ids.ask("mine"), "my devices")


def _left_off(rows: Sequence[object]) -> list[Block]:
    return [note(f"and {len(rows) - MOST_SHOWN} more")] if len(rows) > MOST_SHOWN else []
