"""Why a device is where it is in the queue."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot.render.message import Message, escape, header, listed, message, note, section
from bot.render.queue import quarter
from bot.render.wording import bar, day, kind_name, unit_name
from services.refresh.queries import Explanation

_OF_MOST = re.compile(r"\d{1,6} of (\d{1,6})")


def render(view: Explanation, names: Mapping[str, str]) -> Message:
    """Rule, policy version, and the score's parts in words."""
    name = f"{view.model or kind_name(view.kind)} {view.serial or ''}".strip()
    blocks: list[Block] = [header(f"Why {name}")]
    where = f"{kind_name(view.kind)} · {escape(unit_name(names, view.unit))}"
    if view.status == "ordered":
        by = f" in {escape(view.wave)}" if view.wave else ""
        told = f"Its successor is ordered{by}; it leaves the queue when it comes back. {escape(view.reason)}"
    elif view.in_queue:
        place = f"Place *{view.place}*" if view.place else "In the queue"
        told = f"{place} in the refresh queue, due {day(view.due_on)}: {escape(view.reason)}{_planned(view)}"
    else:
        told = f"Not in the refresh queue: {escape(view.not_due_because) or 'it is not due yet'}"
        told += f" (due {day(view.due_on)})" if view.due_on else ""
    blocks.append(section(f"{told}\n{where}"))
    if view.score_parts:
        parts = sorted(view.score_parts.items(), key=lambda part: -part[1])
        lines = [f"{_bar(part, points, view)}*+{points}* {_part(part, view, names)}" for part, points in parts]
        blocks += [
            section(f"*Score {view.score}*"),
            listed(lines),
        ]
    if view.failures:
        blocks.append(section("*Failures:* " + ", ".join(day(when) for when in view.failures[-20:])))
    if view.request_reference:
        blocks.append(section(f"*Request:* {escape(view.request_reference)}"))
    if view.changes_on and view.status in (None, "queued"):
        blocks.append(section(f"*Changes next:* {day(view.changes_on)}, if nothing happens to it before."))
    rule = f"Rule “{escape(view.rule)}”, " if view.rule else ""
    blocks.append(note(f"{rule}policy version {escape(view.policy_version)}"))
    return message(f"{name}: {told}".replace("*", ""), blocks)


def _planned(view: Explanation) -> str:
    if view.status == "planned":
        return f"\nReleased in wave {escape(view.wave)}, money being committed."
    if view.planned_for is None:
        return ""
    wave = f", wave {escape(view.wave)}" if view.wave else ""
    return f"\nThe plan foresees it for {quarter(view.planned_for)}{wave}."


def _bar(part: str, points: int, view: Explanation) -> str:
    """How much of what the part may give it gives; nothing where the words name no most."""
    found = _OF_MOST.match(view.part_words.get(part, ""))
    return f"`{bar(points, int(found[1]))}` " if found else ""


def _part(part: str, view: Explanation, names: Mapping[str, str]) -> str:
    """`of 80: Support ends on 31 December 2024.` The points stand before it; a unit goes by its name."""
    words = view.part_words.get(part)
    if not words:
        return f" {escape(part.replace('_', ' '))}"
    of_most, separator, sentence = words.partition(": ")
    if view.unit and sentence.startswith(f"{view.unit} "):
        sentence = unit_name(names, view.unit) + sentence.removeprefix(view.unit)
    return escape(f"of{of_most.partition(' of')[2]}: {sentence}" if separator else f" {words}")
