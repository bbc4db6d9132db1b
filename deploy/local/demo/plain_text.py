"""Block Kit as lines of text, so that a conversation can be read in a terminal. Pure.

Slack's markup is taken off, tables are aligned, buttons stand in brackets.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]
EMOJI: Mapping[str, str] = {
    "hourglass_flowing_sand": "⧗",
    "memo": "✎",
    "leftwards_arrow_with_hook": "↩",
    "wastebasket": "⌫",
    "white_check_mark": "✔",
    "package": "▣",
    "no_entry": "⊘",
    "large_blue_circle": "○",
    "large_orange_circle": "◐",
    "red_circle": "●",
    "unlock": "⚿",
    "warning": "⚠",
}
_EMOJI = re.compile(r":([a-z_0-9+-]+):")
_STRIKE = re.compile(r"~(.+?)~")
_MARKS = re.compile(r"(?<!\w)([*_])(\S(?:[^\n]*?\S)?)\1(?!\w)")


class Look(StrEnum):
    """How a line is meant to stand out."""

    TITLE = "title"
    PLAIN = "plain"
    TABLE = "table"
    BUTTONS = "buttons"
    SMALL = "small"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a message."""

    text: str
    look: Look = Look.PLAIN


def lines_of(blocks: Iterable[Json]) -> list[Line]:
    """The lines of a message's or view's blocks, in order. A block of a type not drawn here is named in brackets."""
    return [line for block in blocks for line in _DRAW.get(block["type"], _unknown)(block)]


def text_of(blocks: Iterable[Json]) -> str:
    """All lines as one text."""
    return "\n".join(line.text for line in lines_of(blocks))


def tables_of(blocks: Iterable[Json]) -> list[list[list[str]]]:
    """The cells of each table, heads first."""
    return [_cells(block) for block in blocks if block["type"] == "table"]


def unmarked(text: str) -> str:
    """Slack's markup without the marks."""
    text = _EMOJI.sub(lambda found: EMOJI.get(found[1], found[0]), text)
    text = _STRIKE.sub(r"\1", text.replace("`", ""))
    text = _MARKS.sub(r"\2", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Rows as lines with columns one under another; `right` says which columns are set to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    drawn = []
    for row in rows:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        drawn.append("  ".join(cells).rstrip())
    return drawn


def _words(item: Any) -> str:
    if isinstance(item, str):
        return unmarked(item)
    return unmarked(str((item or {}).get("text", "")))


def _header(block: Json) -> list[Line]:
    return [Line(_words(block["text"]), Look.TITLE)]


def _section(block: Json) -> list[Line]:
    texts = [block["text"]] if block.get("text") else []
    lines = [Line(part) for text in [*texts, *block.get("fields", [])] for part in _words(text).split("\n")]
    return lines + ([Line(_element(block["accessory"]), Look.BUTTONS)] if block.get("accessory") else [])


def _context(block: Json) -> list[Line]:
    return [Line(" ".join(_words(each) for each in block["elements"]), Look.SMALL)]


def _actions(block: Json) -> list[Line]:
    return [Line("  ".join(_element(each) for each in block["elements"]), Look.BUTTONS)]


def _input(block: Json) -> list[Line]:
    optional = " (optional)" if block.get("optional") else ""
    return [Line(f"{_words(block['label'])}{optional}  {_element(block['element'])}".rstrip())]


def _element(element: Json) -> str:
    kind = element["type"]
    if kind == "button":
        return f"[ {_words(element['text'])} ]"
    if kind == "checkboxes":
        return "  ".join(f"☐ {_words(option['text'])}" for option in element["options"])
    if kind == "radio_buttons":
        chosen = (element.get("initial_option") or {}).get("value")
        return "  ".join(
            f"{'◉' if each['value'] == chosen else '○'} {_words(each['text'])}" for each in element["options"]
        )
    if kind == "file_input":
        return "⟨choose a file⟩"
    if kind == "static_select":
        chosen = element.get("initial_option")
        return f"⟨{_words(chosen['text']) if chosen else _words(element.get('placeholder')) or 'choose'} ▾⟩"
    return f"⟨{element.get('initial_value') or _words(element.get('placeholder')) or ' ' * 12}⟩"


def _table(block: Json) -> list[Line]:
    cells = _cells(block)
    settings = block.get("column_settings", [])
    right = [place < len(settings) and settings[place].get("align") == "right" for place in range(len(cells[0]))]
    heads, *rows = aligned(cells, right)
    rule = "─" * max(len(line) for line in (heads, *rows))
    return [Line(line, Look.TABLE) for line in (heads, rule, *rows)]


def _cells(block: Json) -> list[list[str]]:
    return [[str(cell.get("text", "")) for cell in row] for row in block["rows"]]


def _nothing(_: Json) -> list[Line]:
    return []


def _unknown(block: Json) -> list[Line]:
    return [Line(f"[{block['type']}]", Look.SMALL)]


_DRAW: Mapping[str, Callable[[Json], list[Line]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "table": _table,
    "divider": _nothing,
}
