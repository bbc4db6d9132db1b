"""App Home: each role its own page, built from the same parts as the answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, TableBlock
from slack_sdk.models.views import View

from bot import ids
from bot.render.alert_words import mark
from bot.render.budget import line_text
from bot.render.counts import UNKNOWN
from bot.render.cover import cover_blocks
from bot.render.message import button, divider, escape, header, listed, note, section
from bot.render.mine import device_blocks, is_mine, loss_line, offer, show
from bot.render.own import waiting_line
from bot.render.queue import queue_line
from bot.render.wave import OPEN, wave_line
from bot.render.wording import count_of, number, unit_name
from services.access.viewer import Viewer
from services.budget.queries import BudgetView
from services.losses.queries import LossView
from services.refresh.queries import DueView, QueueLine
from services.refresh.wave_queries import WaveLine
from services.register.queries import CountRow, DeviceView
from services.requests.queries import Cover, RequestView
from services.watch.queries import AlertView

MOST_BLOCKS = 100
MOST_ALERTS = 5
MOST_ROWS = 8
"""Requests to decide on, with a button each."""


@dataclasses.dataclass(frozen=True, slots=True)
class HomeView:
    """What a person's page shows; None where their roles show nothing."""

    devices: Sequence[DeviceView]
    requests: Sequence[RequestView]
    counts: Sequence[CountRow] | None = None
    waiting: Sequence[RequestView] | None = None
    due: DueView | None = None
    alerts: Sequence[AlertView] | None = None
    budget: BudgetView | None = None
    queue: Sequence[QueueLine] | None = None
    wave: WaveLine | None = None
    covers: Sequence[Cover] = ()
    losses: Sequence[LossView] = ()


def render(viewer: Viewer, view: HomeView, names: Mapping[str, str], people: Mapping[str, str]) -> dict[str, Any]:
    """The page."""
    blocks: list[Block] = [header(f"Quartermaster for {viewer.name}"), offer(viewer), divider()]
    blocks += device_blocks(viewer, view.devices, view.requests, view.losses)
    if view.waiting is not None:
        blocks += [divider(), section("*Waiting for your decision*")]
        rows = [section(waiting_line(each), show(f"request {each.reference}")) for each in view.waiting[:MOST_ROWS]]
        blocks += rows or [note("Nothing waits.")]
        if (more := len(view.waiting) - MOST_ROWS) > 0:
            blocks.append(note(f"and {more} more: `/kit request` lists them"))
    if others := [loss for loss in view.losses if not is_mine(loss, viewer.email.lower())]:
        lines = [f"{loss_line(each)} · {escape(unit_name(names, each.unit))}" for each in others[:MOST_ALERTS]]
        if left_off := others[MOST_ALERTS:]:
            lines.append(f"_and {len(left_off)} more: press Lost and stolen above_")
        blocks += [divider(), section("*Lost or stolen, where you answer for it*"), listed(lines)]
    if covering := cover_blocks(view.covers, viewer, people):
        blocks += [divider(), section("*Who covers for whom*"), *covering]
    if view.wave is not None and view.wave.status in OPEN:
        shown = button("Show", ids.ask("wave"), "wave")
        blocks += [divider(), section(f"*A wave waits for a director*\n{wave_line(view.wave, people)}", shown)]
    if view.counts is not None:
        where = unit_name(names, viewer.unit) if viewer.units is not None else "all units"
        blocks += [divider(), section(f"*Devices, {escape(where)}*")]
        lines = [f"• {escape(_kinds(row.keys[0]))}: *{number(row.devices)}*" for row in view.counts]
        blocks.append(listed(lines) if lines else note("There are none."))
    if view.due is not None:
        coming = sum(each.devices for each in view.due.by_month)
        blocks += [divider(), section("*Falling due*")]
        blocks.append(section(f"{count_of(view.due.overdue, 'device')} overdue, {number(coming)} more in three months"))
    if view.alerts is not None:
        blocks += [divider(), section("*Open alerts*")]
        blocks.append(listed(_alerts(view.alerts)) if view.alerts else note("There are none for you."))
    if view.budget is not None:
        blocks += [divider(), section(f"*Budget {escape(view.budget.financial_year)}*")]
        blocks += [section(line_text(line)) for line in view.budget.lines]
    if view.queue is not None:
        blocks += [divider(), section("*First in the refresh queue*")]
        blocks.append(listed([queue_line(line, names) for line in view.queue]) if view.queue else note("It is empty."))
    assert not any(isinstance(block, TableBlock) for block in blocks), "Slack shows no tables in App Home"
    return View(type="home", blocks=blocks[:MOST_BLOCKS]).to_dict()


def _kinds(key: str) -> str:
    return "Kind not known" if key == UNKNOWN else f"{key.capitalize()}s"


def _alerts(alerts: Sequence[AlertView]) -> list[str]:
    lines = [f"{mark(alert)} {escape(alert.headline)}" for alert in alerts[:MOST_ALERTS]]
    left_off = len(alerts) - MOST_ALERTS
    return [*lines, f"_and {left_off} more: press Open alerts above_"] if left_off > 0 else lines
