"""The blocks a surface is laid out in, and which of them each surface takes."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace.blocks import composition as parts
from deploy.local.workspace.blocks.elements import IN_ACTIONS, IN_CONTEXT, IN_INPUT, IN_SECTION
from deploy.local.workspace.blocks.rich_text import RICH_TEXT
from deploy.local.workspace.blocks.rules import (
    IDENTIFIER,
    URL,
    Check,
    array,
    at_least_one,
    boolean,
    by_type,
    choice,
    exactly_one,
    kind,
    note,
    record,
    string,
)

_ID: dict[str, Check] = {"block_id": IDENTIFIER}


def _number(value: Any, pointer: str, problems: list[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        note(problems, pointer, "must provide a number")


_CELL = by_type(
    {
        "raw_text": kind("raw_text", {"text": string(3000)}),
        "raw_number": kind("raw_number", {"value": _number, "text": string(3000)}),
        "rich_text": RICH_TEXT,
    }
)


def _column(value: Any, pointer: str, problems: list[str]) -> None:
    if value is not None:
        _COLUMN(value, pointer, problems)


_COLUMN = record({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean})


def _even_rows(block: Any, pointer: str, problems: list[str]) -> None:
    if len({len(row) for row in block["rows"]}) > 1:
        note(problems, f"{pointer}/rows", "all rows must have the same number of cells")


def _dispatch_has_no_file(block: Any, pointer: str, problems: list[str]) -> None:
    if block.get("dispatch_action") and block["element"]["type"] == "file_input":
        note(problems, pointer, "dispatch_action is not supported for file_input")


LAYOUTS: dict[str, Check] = {
    "section": kind(
        "section",
        {},
        {
            **_ID,
            "text": parts.any_text(3000),
            "fields": array(parts.any_text(2000), 10),
            "accessory": IN_SECTION,
            "expand": boolean,
        },
        at_least_one("text", "fields"),
    ),
    "header": kind("header", {"text": parts.plain_text(150)}, _ID),
    "divider": kind("divider", {}, _ID),
    "image": kind(
        "image",
        {"alt_text": string(2000)},
        {**_ID, "image_url": URL, "slack_file": parts.SLACK_FILE, "title": parts.plain_text(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "actions": kind("actions", {"elements": array(IN_ACTIONS, 25)}, _ID),
    "context": kind("context", {"elements": array(IN_CONTEXT, 10)}, _ID),
    "input": kind(
        "input",
        {"label": parts.plain_text(2000), "element": IN_INPUT},
        {**_ID, "hint": parts.plain_text(2000), "optional": boolean, "dispatch_action": boolean},
        _dispatch_has_no_file,
    ),
    "rich_text": RICH_TEXT,
    "markdown": kind("markdown", {"text": string(12000)}, _ID),
    "table": kind(
        "table",
        {"rows": array(array(_CELL, 20), 100)},
        {**_ID, "column_settings": array(_column, 20, 0)},
        _even_rows,
    ),
}

_EVERYWHERE = ("section", "header", "divider", "image", "actions", "context", "rich_text")
ON_SURFACE: dict[str, tuple[str, ...]] = {
    "message": (*_EVERYWHERE, "markdown", "table"),
    "modal": (*_EVERYWHERE, "input"),
    "home": (*_EVERYWHERE, "input"),
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
