"""The elements people press, choose from and type into, with each one's fields and limits."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace.blocks import composition as parts
from deploy.local.workspace.blocks.rules import (
    DATE,
    IDENTIFIER,
    TIME,
    URL,
    Check,
    array,
    boolean,
    by_type,
    choice,
    exactly_one,
    integer,
    kind,
    note,
    string,
)

_ACTION: dict[str, Check] = {"action_id": IDENTIFIER}
_PICKED: dict[str, Check] = {**_ACTION, "confirm": parts.CONFIRM, "focus_on_load": boolean}
_HINTED: dict[str, Check] = {**_PICKED, "placeholder": parts.plain_text(150)}
_TYPED: dict[str, Check] = {
    **_ACTION,
    "placeholder": parts.plain_text(150),
    "focus_on_load": boolean,
    "dispatch_action_config": parts.DISPATCH,
}
_ID = string(255)
_IDS = array(_ID, 100)
_MOST = integer(1, 1000)
_NUMBER = string(40, pattern=r"-?\d+(\.\d+)?", wording="must be a number in a string")
_CHOICES: dict[str, Check] = {
    "options": array(parts.MENU_OPTION, 100),
    "option_groups": array(parts.OPTION_GROUP, 100),
}
_BOXES: dict[str, Check] = {"options": array(parts.BOX_OPTION, 10)}


def _initial_is_an_option(element: Any, pointer: str, problems: list[str]) -> None:
    known = parts.options_of(element)
    given = [element["initial_option"]] if element.get("initial_option") else []
    given += element.get("initial_options") or []
    for entry in given:
        if entry not in known:
            note(problems, pointer, "initial option must match an option of the element")


def _distinct_values(element: Any, pointer: str, problems: list[str]) -> None:
    values = [entry["value"] for entry in parts.options_of(element)]
    if len(values) != len(set(values)):
        note(problems, pointer, "option values must be unique")


def _length_order(element: Any, pointer: str, problems: list[str]) -> None:
    if element.get("min_length", 0) > element.get("max_length", 3000):
        note(problems, pointer, "min_length must not exceed max_length")


_ONE_SOURCE = exactly_one("options", "option_groups")
_OPTION_RULES = (_ONE_SOURCE, _initial_is_an_option, _distinct_values)
_BOX_RULES = (_initial_is_an_option, _distinct_values)

ELEMENTS: dict[str, Check] = {
    "button": kind(
        "button",
        {"text": parts.plain_text(75)},
        {
            **_ACTION,
            "url": URL,
            "value": string(2000),
            "style": choice("primary", "danger"),
            "confirm": parts.CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "image": kind(
        "image",
        {"alt_text": string(2000, 0)},
        {"image_url": URL, "slack_file": parts.SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
    "overflow": kind(
        "overflow",
        {"options": array(parts.OVERFLOW_OPTION, 5)},
        {**_ACTION, "confirm": parts.CONFIRM},
        _distinct_values,
    ),
    "static_select": kind(
        "static_select", {}, {**_HINTED, **_CHOICES, "initial_option": parts.MENU_OPTION}, *_OPTION_RULES
    ),
    "multi_static_select": kind(
        "multi_static_select",
        {},
        {
            **_HINTED,
            **_CHOICES,
            "initial_options": array(parts.MENU_OPTION, 100),
            "max_selected_items": _MOST,
        },
        *_OPTION_RULES,
    ),
    "users_select": kind("users_select", {}, {**_HINTED, "initial_user": _ID}),
    "multi_users_select": kind(
        "multi_users_select", {}, {**_HINTED, "initial_users": _IDS, "max_selected_items": _MOST}
    ),
    "channels_select": kind(
        "channels_select", {}, {**_HINTED, "initial_channel": _ID, "response_url_enabled": boolean}
    ),
    "conversations_select": kind(
        "conversations_select",
        {},
        {
            **_HINTED,
            "initial_conversation": _ID,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": parts.CONVERSATION_FILTER,
        },
    ),
    "radio_buttons": kind("radio_buttons", _BOXES, {**_PICKED, "initial_option": parts.BOX_OPTION}, *_BOX_RULES),
    "checkboxes": kind("checkboxes", _BOXES, {**_PICKED, "initial_options": array(parts.BOX_OPTION, 10)}, *_BOX_RULES),
    "datepicker": kind("datepicker", {}, {**_HINTED, "initial_date": DATE}),
    "timepicker": kind("timepicker", {}, {**_HINTED, "initial_time": TIME, "timezone": string(60)}),
    "datetimepicker": kind("datetimepicker", {}, {**_PICKED, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "plain_text_input": kind(
        "plain_text_input",
        {},
        {
            **_TYPED,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _length_order,
    ),
    "number_input": kind(
        "number_input",
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
    ),
    "email_text_input": kind("email_text_input", {}, {**_TYPED, "initial_value": string(3000)}),
    "url_text_input": kind("url_text_input", {}, {**_TYPED, "initial_value": URL}),
    "file_input": kind("file_input", {}, {**_ACTION, "filetypes": array(string(20), 100), "max_files": integer(1, 10)}),
}

SELECTS = ("static_select", "users_select", "channels_select", "conversations_select")
MULTI_SELECTS = ("multi_static_select", "multi_users_select")
PICKERS = ("radio_buttons", "checkboxes", "datepicker", "timepicker")
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input")

IN_SECTION = by_type(ELEMENTS, ("button", "image", "overflow", *SELECTS, *MULTI_SELECTS, *PICKERS))
IN_ACTIONS = by_type(ELEMENTS, ("button", "overflow", *SELECTS, *PICKERS, "datetimepicker"))
IN_INPUT = by_type(ELEMENTS, (*SELECTS, *MULTI_SELECTS, *PICKERS, "datetimepicker", *TYPED))
IN_CONTEXT = by_type(
    {
        "image": ELEMENTS["image"],
        "plain_text": parts.plain_text(3000),
        "mrkdwn": parts.any_text(3000),
    }
)
