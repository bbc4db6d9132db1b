"""What people enter becomes `state.values`, is kept across updates, or is refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.local.workspace.blocks.values import merged, submission_errors

Json = dict[str, Any]
OPTIONS = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "b")]


def field(element: Json, **more: Any) -> list[Json]:
    label = {"type": "plain_text", "text": "x"}
    return [{"type": "input", "block_id": "b", "label": label, "element": {"action_id": "a", **element}, **more}]


def entry(element: Json, value: Any) -> Any:
    values, errors = merged(field(element), {}, {"b": {"a": value}})
    assert errors == {}
    return values["b"]["a"]


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "static_select", "options": OPTIONS}, "b", {"selected_option": OPTIONS[1]}),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "b"], {"selected_options": OPTIONS}),
        ({"type": "checkboxes", "options": OPTIONS}, [], {"selected_options": []}),
        ({"type": "datepicker"}, "2024-04-01", {"selected_date": "2024-04-01"}),
        ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        ({"type": "datetimepicker"}, "1711843200", {"selected_date_time": 1711843200}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "multi_users_select"}, ["U1"], {"selected_users": ["U1"]}),
        ({"type": "file_input"}, ["F1"], {"files": ["F1"]}),
    ],
)
def test_plain_values_become_entries(element: Json, value: Any, expected: Json) -> None:
    assert entry(element, value) == {"type": element["type"], **expected}


def test_what_was_entered_stays_while_the_field_stays() -> None:
    before, _ = merged(field({"type": "plain_text_input"}), {}, {"b": {"a": "kept"}})
    same, _ = merged(field({"type": "plain_text_input", "initial_value": "new"}), before, {})
    assert same["b"]["a"]["value"] == "kept"
    other, _ = merged(field({"type": "datepicker", "initial_date": "2024-04-01"}), before, {})
    assert other["b"]["a"] == {"type": "datepicker", "selected_date": "2024-04-01"}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "static_select", "options": OPTIONS}, "c"),
        ({"type": "datepicker"}, "soon"),
        ({"type": "timepicker"}, "25:00"),
        ({"type": "datetimepicker"}, "soon"),
    ],
)
def test_impossible_values_are_errors_of_their_block(element: Json, value: Any) -> None:
    _, errors = merged(field(element), {}, {"b": {"a": value}})
    assert list(errors) == ["b"]


@pytest.mark.parametrize(
    ("element", "value", "problem"),
    [
        ({"type": "plain_text_input"}, "", "Please complete this required field."),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Please enter at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please enter at most 3 characters."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "many", "Please enter a number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "NaN", "Please enter a whole number."),
        (
            {"type": "number_input", "is_decimal_allowed": True, "min_value": "2"},
            "1",
            "Please enter 2 or more.",
        ),
        (
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "2"},
            "2.5",
            "Please enter 2 or less.",
        ),
        ({"type": "email_text_input"}, "nobody", "Please enter a valid email address."),
        ({"type": "url_text_input"}, "nowhere", "Please enter a valid URL."),
        (
            {"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1},
            ["a", "b"],
            "Please choose at most 1.",
        ),
        ({"type": "file_input", "max_files": 1}, ["F1", "F2"], "Please attach at most 1 file."),
    ],
)
def test_what_the_client_would_not_submit(element: Json, value: Any, problem: str) -> None:
    blocks = field(element)
    values, _ = merged(blocks, {}, {"b": {"a": value}})
    assert submission_errors(blocks, values) == {"b": problem}


def test_optional_fields_may_be_empty() -> None:
    blocks = field({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, optional=True)
    values, _ = merged(blocks, {}, {})
    assert submission_errors(blocks, values) == {}
