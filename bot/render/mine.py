"""My devices, my open requests, what I am to hand back, what is lost, and what I may do."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot import ids
from bot.render.loss_words import device as lost_device
from bot.render.loss_words import plain_state
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.prefill import Prefill
from bot.render.wording import STATUSES, age, day, kind_name, state_name
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.losses.queries import LossView
from services.register.queries import DeviceView
from services.requests.queries import RequestView, Status


def device_line(device: DeviceView) -> str:
    """One device in one line."""
    name = " ".join(part for part in (device.manufacturer, device.model) if part) or kind_name(device.kind)
    serial = f"`{escape(device.serial)}`" if device.serial else "no serial number"
    state = "" if device.state == "deployed" else f" · {state_name(device.state)}"
    return f"• *{escape(name)}* · {kind_name(device.kind)} · {serial} · {_old(device.age_months)}{state}"


def _old(months: int | None) -> str:
    return age(None) if months is None else f"{age(months)} old"


def request_line(request: RequestView, email: str) -> str:
    """One request in one line; for whom, where that is not the viewer with this address."""
    theirs = request.recipient_name and (request.recipient_email or "").lower() != email
    whom = f" for {escape(request.recipient_name)}" if theirs else ""
    standing = STATUSES.get(request.status, request.status)
    return f"• *{escape(request.reference)}* · {kind_name(request.kind)}{whom} · {standing}"


def return_line(request: RequestView, email: str) -> str:
    """What is to be handed back for one request; by whom, where that is not the viewer with this address."""
    whose = request.recipient_email or request.requester_email
    by = f" · by {escape(request.recipient_name or request.requester_name)}" if whose.lower() != email else ""
    serial = f" `{escape(request.serial)}`" if request.serial else ""
    by_day = f" · until {day(request.return_due_on)}" if request.return_due_on else ""
    return f"• {kind_name(request.kind).capitalize()}{serial}{by}{by_day} · *{escape(request.reference)}*"


def loss_line(loss: LossView) -> str:
    """One loss in one line."""
    return f"• *{escape(loss.reference)}* · {lost_device(loss)} · {plain_state(loss)}"


def is_mine(loss: LossView, email: str) -> bool:
    """Whether somebody held what is lost, or reported it."""
    return email in (loss.reporter_email.lower(), (loss.holder_email or "").lower())


def device_blocks(
    viewer: Viewer, devices: Sequence[DeviceView], requests: Sequence[RequestView], losses: Sequence[LossView] = ()
) -> list[Block]:
    """Devices, open requests, returns and losses of one's own; shared by the answer and App Home."""
    email = viewer.email.lower()
    blocks: list[Block] = [section("*My devices*")]
    blocks += [section(device_line(each), _replace(each)) for each in devices[:MOST_ROWS]] or [section(_NO_DEVICES)]
    if more := devices[MOST_ROWS:]:
        blocks.append(listed([device_line(each) for each in more]))
    back = [request for request in requests if request.status is Status.RETURN_DUE]
    under_way = [request for request in requests if request not in back]
    if under_way:
        blocks += [section("*My open requests*")]
        blocks += _rows([(request_line(each, email), f"request {each.reference}") for each in under_way])
    if back:
        blocks += [section("*To hand back*")]
        blocks += _rows([(return_line(each, email), f"request {each.reference}") for each in back])
    if mine := [loss for loss in losses if is_mine(loss, email)]:
        blocks += [section("*Lost or stolen*"), *_rows([(loss_line(each), f"loss {each.reference}") for each in mine])]
    blocks.append(note(_MORE))
    return blocks


def show(line: str) -> ButtonElement:
    """A button that asks a line of our grammar."""
    return button("Show", ids.ask("show"), line)


def _rows(rows: Sequence[tuple[str, str]]) -> list[Block]:
    """Lines, the first with a button each that shows what the line speaks of."""
    blocks: list[Block] = [section(told, show(line)) for told, line in rows[:MOST_ROWS]]
    return [*blocks, listed([told for told, _ in rows[MOST_ROWS:]])] if rows[MOST_ROWS:] else blocks


def _replace(device: DeviceView) -> ButtonElement:
    """Opens the form with this device chosen."""
    known = Prefill(kind=device.kind, device_id=device.device_id)
    return button("Replace…", ids.REPLACE, known.value())


def offer(viewer: Viewer) -> ActionsBlock:
    """The buttons for what this person may do."""
    buttons: list[ButtonElement] = [button("Ask for a replacement", ids.REPLACE, "none", style="primary")]
    if viewer.has(Role.MANAGER, Role.PLANNER, Role.FINANCE, Role.DIRECTOR, Role.AUDITOR):
        buttons += [_ask("Device counts", "counts"), _ask("Falling due", "due"), _ask("Refresh queue", "queue")]
        buttons.append(_ask("Budget", "budget"))
    if viewer.has(*ACTS_ON_DELIVERIES):
        buttons += [_ask("Deliveries and returns", "deliveries"), _ask("Custody", "custody")]
    if viewer.has(Role.MANAGER, *ACTS_ON_DELIVERIES):
        buttons += [_ask("Lost and stolen", "losses"), _ask("Leavers", "leavers")]
    buttons += [_ask("Open alerts", "alerts"), _ask("Help", "help")]
    return actions(*buttons)


def render(
    viewer: Viewer, devices: Sequence[DeviceView], requests: Sequence[RequestView], losses: Sequence[LossView] = ()
) -> Message:
    """The answer to `/kit`."""
    first = viewer.name.split("@")[0].split(" ")[0]
    blocks = [header(f"Hello {first}"), *device_blocks(viewer, devices, requests, losses), offer(viewer)]
    lines = [device_line(device).replace("*", "") for device in devices] or [_NO_DEVICES]
    return message("Your devices: " + " ".join(lines), blocks)


def _ask(label: str, line: str) -> ButtonElement:
    return button(label, ids.ask(line), line)


MOST_ROWS = 8
"""Lines of one group with a button each; Slack takes 50 blocks."""
ACTS_ON_DELIVERIES = (Role.PLANNER, Role.DIRECTOR, Role.AUDITOR)
_MORE = (
    "Lost or stolen? Tell me in your own words, or `/kit lost SERIAL`: the device is locked at once where it can "
    "be. `/kit help` lists everything you can ask."
)
_NO_DEVICES = "We have no device on record in your name. You can still ask for a replacement."
