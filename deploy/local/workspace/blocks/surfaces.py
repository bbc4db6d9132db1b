"""Whole surfaces: the blocks of a message, a modal, a home tab. What is returned are the problems, none when
fine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.local.workspace.blocks import composition as parts
from deploy.local.workspace.blocks.layouts import LAYOUTS, MOST_BLOCKS, ON_SURFACE
from deploy.local.workspace.blocks.rules import (
    Check,
    Json,
    anything,
    array,
    boolean,
    by_type,
    kind,
    note,
    string,
)


def block_problems(blocks: Any, surface: str = "message", pointer: str = "/blocks") -> list[str]:
    """Everything Slack would refuse about a list of blocks on a surface (message, modal or home)."""
    problems: list[str] = []
    least = 0 if surface == "message" else 1
    array(by_type(LAYOUTS, ON_SURFACE[surface]), MOST_BLOCKS[surface], least)(blocks, pointer, problems)
    if problems:
        return problems
    _distinct_ids(blocks, pointer, problems)
    if sum(block["type"] == "table" for block in blocks) > 1:
        note(problems, pointer, "only one table block is allowed in a message")
    return problems


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of a block."""
    candidates = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
    for element in candidates:
        if isinstance(element, dict) and element.get("type") in INTERACTIVE:
            yield element


INTERACTIVE = frozenset(
    (
        *("button", "overflow", "static_select", "multi_static_select", "users_select", "multi_users_select"),
        *(
            "channels_select",
            "conversations_select",
            "radio_buttons",
            "checkboxes",
            "datepicker",
            "timepicker",
        ),
        *(
            "datetimepicker",
            "plain_text_input",
            "number_input",
            "email_text_input",
            "url_text_input",
            "file_input",
        ),
    )
)


def _distinct_ids(blocks: list[Json], pointer: str, problems: list[str]) -> None:
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        name = block.get("block_id")
        if name in seen:
            note(problems, f"{pointer}/{place}/block_id", f'block_id "{name}" already exists')
        if name:
            seen.add(name)
        actions: set[str] = set()
        for element in elements_of(block):
            action = element.get("action_id")
            if action in actions:
                note(problems, f"{pointer}/{place}", f'action_id "{action}" already exists for this block')
            if action:
                actions.add(action)


_SHARED: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_MODAL = kind(
    "modal",
    {"title": parts.plain_text(24), "blocks": anything},
    {
        **_SHARED,
        "submit": parts.plain_text(24),
        "close": parts.plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = kind("home", {"blocks": anything}, _SHARED)


def view_problems(view: Any, expected: str, pointer: str = "/view") -> list[str]:
    """Everything Slack would refuse about a view; `expected` is modal or home."""
    if not isinstance(view, dict):
        return [f"must provide an object [json-pointer:{pointer}]"]
    problems: list[str] = []
    by_type({"modal": _MODAL, "home": _HOME}, (expected,))(view, pointer, problems)
    if "blocks" in view:
        problems += block_problems(view["blocks"], expected, f"{pointer}/blocks")
    if not problems and expected != "modal":
        _no_files(view["blocks"], f"{pointer}/blocks", problems)
    if problems or expected != "modal" or view.get("submit"):
        return problems
    if any(block["type"] == "input" for block in view["blocks"]):
        note(problems, pointer, "missing required field: submit")
    return problems


def _no_files(blocks: list[Json], pointer: str, problems: list[str]) -> None:
    for place, block in enumerate(blocks):
        if block["type"] == "input" and block["element"]["type"] == "file_input":
            note(problems, f"{pointer}/{place}/element", "file_input is only supported in modals")


def with_ids(blocks: list[Json], new_id: Any) -> list[Json]:
    """The blocks with every block_id and action_id that the app left out filled in, as Slack returns them."""
    filled = []
    for block in blocks:
        block = {**block, "block_id": block.get("block_id") or new_id()}
        for name in ("accessory", "element"):
            if isinstance(block.get(name), dict):
                block[name] = _with_action_id(block[name], new_id)
        if block["type"] == "actions":
            block["elements"] = [_with_action_id(element, new_id) for element in block["elements"]]
        filled.append(block)
    return filled


def _with_action_id(element: Json, new_id: Any) -> Json:
    if element.get("type") not in INTERACTIVE or element.get("action_id"):
        return element
    return {**element, "action_id": new_id()}
