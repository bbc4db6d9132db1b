"""App Home: each role its own page, built from the same parts as the answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, TableBlock
from slack_sdk.models.views import View

from bot.render.budget import line_text
from bot.render.due import queue_line
from bot.render.message import divider, escape, header, listed, note, section
from bot.render.mine import device_blocks, offer
from bot.render.wording import kind_name, number, unit_name
from services.access.viewer import Viewer
from services.budget.queries import BudgetView
from services.refresh.queries import QueueLine
from services.register.queries import CountRow, DeviceView
from services.requests.queries import RequestView

MOST_BLOCKS = 100


@dataclasses.dataclass(frozen=True, slots=True)
class HomeView:
    """What a person's page shows; None where their roles show nothing."""

    devices: Sequence[DeviceView]
    requests: Sequence[RequestView]
    counts: Sequence[CountRow] | None = None
    waiting: Sequence[RequestView] | None = None
    budget: BudgetView | None = None
    queue: Sequence[QueueLine] | None = None


def render(viewer: Viewer, view: HomeView, names: Mapping[str, str]) -> dict[str, Any]:
    """The page."""
    blocks: list[Block] = [header(f"Quartermaster for {viewer.name}"), offer(viewer), divider()]
    blocks += device_blocks(view.devices, view.requests)
    if view.waiting is not None:
        blocks += [divider(), section("*Waiting for your decision*")]
        blocks.append(listed([_waiting(each) for each in view.waiting]) if view.waiting else note("Nothing waits."))
    if view.counts is not None:
        where = unit_name(names, viewer.unit) if viewer.units is not None else "all units"
        blocks += [divider(), section(f"*Devices, {escape(where)}*")]
        lines = [f"• {escape(row.keys[0])}: *{number(row.devices)}*" for row in view.counts]
        blocks.append(listed(lines) if lines else note("There are none."))
    if view.budget is not None:
        blocks += [divider(), section(f"*Budget {escape(view.budget.financial_year)}*")]
        blocks += [section(line_text(line)) for line in view.budget.lines]
    if view.queue is not None:
        blocks += [divider(), section("*First in the refresh queue*")]
        blocks.append(listed([queue_line(line, names) for line in view.queue]) if view.queue else note("It is empty."))
    assert not any(isinstance(block, TableBlock) for block in blocks), "Slack shows no tables in App Home"
    return View(type="home", blocks=blocks[:MOST_BLOCKS]).to_dict()


def _waiting(request: RequestView) -> str:
    return (
        f"• *{escape(request.reference)}* {escape(request.requester_name)}: a {kind_name(request.kind)}."
        " The buttons are in our direct messages."
    )
