"""Inputs of forms, and what was put into them: the action of an input goes by its block's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement

LONGEST_REASON = 500
"""As long as the services take."""

Values = Mapping[str, Any]


def field(
    block_id: str,
    label: str,
    element: Any,
    *,
    optional: bool = False,
    hint: str | None = None,
    tells: bool | None = None,
) -> InputBlock:
    """An input with its label. One that `tells` lets us know at once what was chosen."""
    element.action_id = block_id
    return InputBlock(
        block_id=block_id, label=label, element=element, optional=optional, hint=hint, dispatch_action=tells
    )


def words_field(block_id: str, label: str, *, hint: str | None = None) -> InputBlock:
    """Several lines of text that must not be empty."""
    return field(block_id, label, PlainTextInputElement(multiline=True, max_length=LONGEST_REASON), hint=hint)


def held(values: Values, block_id: str) -> Mapping[str, Any]:
    """What a field holds, as Slack sends it; empty if the form had no such field."""
    found: Mapping[str, Any] = values.get(block_id, {}).get(block_id) or {}
    return found


def text_in(values: Values, block_id: str) -> str:
    """The text of a field; empty if there is none."""
    return (held(values, block_id).get("value") or "").strip()


def chosen_in(values: Values, block_id: str) -> str | None:
    """The value of the option that was chosen."""
    option = held(values, block_id).get("selected_option")
    return option["value"] if option else None
