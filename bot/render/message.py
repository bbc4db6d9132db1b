"""The parts messages are made of, kept inside Slack's limits: 50 blocks, 3,000 characters a text, 150 a header."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RawTextObject,
    SectionBlock,
    TableBlock,
)
from slack_sdk.models.blocks.basic_components import TableBlockColumnSettings

MOST_BLOCKS = 50
MOST_TEXT = 3000
MOST_HEADER = 150
MOST_BUTTON = 75
MOST_FALLBACK = 700
"""A summary; escaping may make it five times as long, and an update takes 4,000."""
LEAST_LINE = 200
"""Of a line in a list so much is always shown."""
MOST_ROWS = 40
MOST_CELL = 80


_HALF = re.compile(r"&[a-z]{0,3}$")
_BREAKS = re.compile("[\n\r\v\f\x85\u2028\u2029]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What opens and closes a direction of writing; the marks of a single place may stay."""


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """What Slack shows: blocks, and the plain text that notifications and screen readers get instead."""

    text: str
    blocks: list[dict[str, Any]]


def message(text: str, blocks: Sequence[Block]) -> Message:
    """Put blocks together; what is past Slack's number of blocks is left off with a line that says how much."""
    kept = list(blocks)
    if len(kept) > MOST_BLOCKS:
        left_off = len(kept) - MOST_BLOCKS + 1
        kept = [*kept[: MOST_BLOCKS - 1], note(f"and {left_off} more")]
    return Message(_inert(shorten(text, MOST_FALLBACK)) or "Quartermaster", [block.to_dict() for block in kept])


def _inert(text: str) -> str:
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, most: int) -> str:
    """The text, or as much of it as fits, with an ellipsis; never half of what stands for one escaped sign."""
    text = text.strip()
    return text if len(text) <= most else _HALF.sub("", text[: most - 1]).rstrip() + "…"


def escape(text: str | None) -> str:
    """Text from outside, so that Slack reads no markup, mention or link in it."""
    plain = (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A line of theirs must not look like one of ours, nor turn round what we write after it.
    return _TURNS.sub("", _BREAKS.sub(" ", plain.replace("*", "∗").replace("`", "ˋ")))


def header(text: str) -> HeaderBlock:
    """A title in plain text. One of nothing but white space, which Slack refuses, becomes a dash."""
    return HeaderBlock(text=PlainTextObject(text=shorten(text, MOST_HEADER).strip() or "–", emoji=True))


def section(text: str, button: ButtonElement | None = None) -> SectionBlock:
    """A paragraph of Slack's markup; escape what comes from outside before."""
    return SectionBlock(text=_marked(shorten(text, MOST_TEXT) or "–"), accessory=button)


def _marked(text: str) -> MarkdownTextObject:
    """Our markup, in which Slack makes no links and no mentions of words that only look like some."""
    return MarkdownTextObject(text=text, verbatim=True)


def listed(lines: Sequence[str]) -> SectionBlock:
    """Lines as one paragraph. Long ones are shortened to leave room for others; what still does not fit is counted."""
    kept, used = [], 0
    most = _share(lines, MOST_TEXT - 40)
    for line in (shorten(each, most) for each in lines):
        used += len(line) + 1
        if used > MOST_TEXT - 40:
            break
        kept.append(line)
    if len(kept) < len(lines):
        kept.append(f"_and {len(lines) - len(kept)} more_")
    return section("\n".join(kept))


def _share(lines: Sequence[str], room: int) -> int:
    """How long a line may be, that all of them fit."""
    for place, length in enumerate(sorted(len(line) + 1 for line in lines)):
        share = room // (len(lines) - place)
        if length > share:
            return max(share - 1, LEAST_LINE)
        room -= length
    return MOST_TEXT


def note(text: str) -> ContextBlock:
    """Small print."""
    return ContextBlock(elements=[_marked(shorten(text, MOST_TEXT) or " ")])


def divider() -> DividerBlock:
    """A line."""
    return DividerBlock()


def button(text: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    """A button that carries `value` back."""
    label = PlainTextObject(text=shorten(text, MOST_BUTTON), emoji=True)
    return ButtonElement(text=label, action_id=action_id, value=value[:2000], style=style)


def actions(*buttons: ButtonElement) -> ActionsBlock:
    """Buttons in a row."""
    return ActionsBlock(elements=list(buttons))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers_from: int) -> list[Block]:
    """A table; columns from `numbers_from` on are aligned right. Rows past the limit are counted below it."""
    cells = [
        [RawTextObject(text=shorten(cell, MOST_CELL) or "–") for cell in row] for row in (heads, *rows[:MOST_ROWS])
    ]
    columns = [
        TableBlockColumnSettings(align="right" if place >= numbers_from else "left") for place in range(len(heads))
    ]
    drawn: list[Block] = [TableBlock(rows=cells, column_settings=columns)]
    if len(rows) > MOST_ROWS:
        drawn.append(note(f"and {len(rows) - MOST_ROWS} more"))
    return drawn
