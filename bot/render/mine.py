"""My devices, my open requests, what I may do."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import STATUSES, age, kind_name, state_name
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.register.queries import DeviceView
from services.requests.queries import RequestView


def device_line(device: DeviceView) -> str:
    """One device in one line."""
    name = " ".join(part for part in (device.manufacturer, device.model) if part) or kind_name(device.kind)
    serial = f"`{escape(device.serial)}`" if device.serial else "no serial number"
    state = "" if device.state == "deployed" else f" · {state_name(device.state)}"
    return f"• *{escape(name)}* · {kind_name(device.kind)} · {serial} · {_old(device.age_months)}{state}"


def _old(months: int | None) -> str:
    return age(None) if months is None else f"{age(months)} old"


def request_line(request: RequestView) -> str:
    """One request in one line."""
    return (
        f"• *{escape(request.reference)}* · {kind_name(request.kind)} · {STATUSES.get(request.status, request.status)}"
    )


def device_blocks(devices: Sequence[DeviceView], requests: Sequence[RequestView]) -> list[Block]:
    """Devices and open requests; shared by the answer and App Home."""
    blocks: list[Block] = [section("*My devices*")]
    blocks.append(listed([device_line(device) for device in devices]) if devices else section(_NO_DEVICES))
    if requests:
        blocks += [section("*My open requests*"), listed([request_line(request) for request in requests])]
    return blocks


def offer(viewer: Viewer) -> ActionsBlock:
    """The buttons for what this person may do."""
    buttons: list[ButtonElement] = [button("Ask for a replacement", ids.REPLACE, "none", style="primary")]
    if viewer.has(Role.MANAGER, Role.PLANNER, Role.FINANCE, Role.DIRECTOR, Role.AUDITOR):
        buttons += [_ask("Device counts", "counts"), _ask("Falling due", "due"), _ask("Refresh queue", "queue")]
        buttons.append(_ask("Budget", "budget"))
    buttons += [_ask("Open alerts", "alerts"), _ask("Help", "help")]
    return actions(*buttons)


def render(viewer: Viewer, devices: Sequence[DeviceView], requests: Sequence[RequestView]) -> Message:
    """The answer to `/kit`."""
    first = viewer.name.split("@")[0].split(" ")[0]
    blocks = [header(f"Hello {first}"), *device_blocks(devices, requests), offer(viewer)]
    blocks.append(note("`/kit help` lists everything you can ask."))
    lines = [device_line(device).replace("*", "") for device in devices] or [_NO_DEVICES]
    return message("Your devices: " + " ".join(lines), blocks)


def _ask(label: str, line: str) -> ButtonElement:
    return button(label, ids.ask(line), line)


_NO_DEVICES = "We have no device on record in your name. You can still ask for a replacement."
