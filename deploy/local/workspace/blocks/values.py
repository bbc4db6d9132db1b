"""What people put into elements: plain values from the page become Slack's `state.values`, or a reason why
not.

A plain value is what a form holds: a string, a list of option values, user ids or file ids, nothing. It says
the same to the page, to a scripted person and to a test.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from deploy.local.workspace.blocks.composition import options_of
from deploy.local.workspace.blocks.rules import DATE, TIME, Json
from deploy.local.workspace.blocks.surfaces import elements_of

_SINGLE_ID = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_TEXT = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
_OPTION = ("static_select", "radio_buttons")
_OPTIONS = ("multi_static_select", "checkboxes")
LARGEST_FILE = 10_000_000
"""What Slack takes in a file field, in bytes."""
STATEFUL = frozenset((*_SINGLE_ID, *_TEXT, *_OPTION, *_OPTIONS, "multi_users_select", "file_input"))


class NotAValueError(Exception):
    """The value cannot be in the element; the text is what Slack's client would say under the field."""


def _option(element: Json, value: Any) -> Json:
    for entry in options_of(element):
        if entry["value"] == value:
            return entry
    raise NotAValueError("Please choose one of the listed options.")


def _checked(check: Any, value: Any, wording: str) -> None:
    problems: list[str] = []
    check(value, "", problems)
    if problems:
        raise NotAValueError(wording)


def entry_for(element: Json, value: Any) -> Json:
    """The state entry of an element holding a plain value (None or empty: nothing). Raises NotAValueError."""
    name = element["type"]
    empty = value is None or value in ("", [])
    if name in _TEXT:
        return {"type": name, "value": None if empty else str(value)}
    if name in _OPTION:
        return {"type": name, "selected_option": None if empty else _option(element, value)}
    if name in _OPTIONS:
        return {
            "type": name,
            "selected_options": [_option(element, entry) for entry in ([] if empty else value)],
        }
    if name == "multi_users_select":
        return {"type": name, "selected_users": [] if empty else list(value)}
    if name == "file_input":
        return {"type": name, "files": [] if empty else list(value)}
    if name == "datepicker" and not empty:
        _checked(DATE, value, "Please enter a date as YYYY-MM-DD.")
    if name == "timepicker" and not empty:
        _checked(TIME, value, "Please enter a time as HH:MM.")
    if name == "datetimepicker" and not empty:
        if not str(value).isdigit():
            raise NotAValueError("Please enter a date and time.")
        value = int(value)
    return {"type": name, _SINGLE_ID[name]: None if empty else value}


def initial_entry(element: Json) -> Json:
    """The state entry an element starts with: its initial value, or nothing."""
    name = element["type"]
    if name in _TEXT:
        return {"type": name, "value": element.get("initial_value")}
    if name in _OPTION:
        return {"type": name, "selected_option": element.get("initial_option")}
    if name in _OPTIONS:
        return {"type": name, "selected_options": element.get("initial_options") or []}
    if name == "multi_users_select":
        return {"type": name, "selected_users": element.get("initial_users") or []}
    if name == "file_input":
        return {"type": name, "files": []}
    key = _SINGLE_ID[name]
    return {"type": name, key: element.get(key.replace("selected_", "initial_"))}


def is_empty(entry: Json) -> bool:
    """Whether nothing was entered or chosen."""
    return not any(content for key, content in entry.items() if key != "type")


def merged(blocks: list[Json], held: Json, given: Json) -> tuple[Json, dict[str, str]]:
    """`state.values` for blocks from what was held before and what is given now, and the errors by block id.

    `held` is an earlier `state.values`; entries whose block, action or type is gone are dropped, as Slack
    does when a view is updated. `given` maps block id to action id to a plain value.
    """
    values: Json = {}
    errors: dict[str, str] = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in STATEFUL:
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            entry = held.get(block_id, {}).get(action_id)
            if entry is None or entry["type"] != element["type"]:
                entry = initial_entry(element)
            if action_id in given.get(block_id, {}):
                try:
                    entry = entry_for(element, given[block_id][action_id])
                except NotAValueError as problem:
                    errors[block_id] = str(problem)
            values.setdefault(block_id, {})[action_id] = entry
    return values, errors


def submission_errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's own client refuses to submit, by block id: required fields left empty, lengths,
    numbers."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = values[block["block_id"]][element["action_id"]]
        if is_empty(entry):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
            continue
        problem = _content_problem(element, entry)
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _content_problem(element: Json, entry: Json) -> str | None:
    name = element["type"]
    if name == "plain_text_input":
        length = len(entry["value"])
        if length < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if length > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    if name == "number_input":
        return _number_problem(element, entry["value"])
    if name == "email_text_input" and "@" not in entry["value"].strip("@"):
        return "Please enter a valid email address."
    if name == "url_text_input" and not entry["value"].startswith(("http://", "https://")):
        return "Please enter a valid URL."
    if "max_selected_items" in element:
        chosen = entry.get("selected_options") or entry.get("selected_users") or []
        if len(chosen) > element["max_selected_items"]:
            return f"Please choose at most {element['max_selected_items']}."
    if name == "file_input":
        return _files_problem(element, entry["files"])
    return None


def _files_problem(element: Json, files: list[Json]) -> str | None:
    most = element.get("max_files", 10)
    if len(files) > most:
        return f"Please attach at most {most} file{'s' if most > 1 else ''}."
    wanted = [kind.lower().removeprefix(".") for kind in element.get("filetypes") or []]
    for file in files:
        if wanted and file["name"].rpartition(".")[2].lower() not in wanted:
            return f"{file['name']} is not of a kind that is accepted here: {', '.join(wanted)}."
        if file["size"] > LARGEST_FILE:
            return f"{file['name']} is larger than 10 MB."
    return None


def _number_problem(element: Json, text: str) -> str | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "Please enter a number."
    if not number.is_finite() or (number != number.to_integral_value() and not element["is_decimal_allowed"]):
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return None
