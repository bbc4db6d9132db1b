"""The small objects blocks and elements are made of: text, options, confirmations."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace.blocks.rules import (
    URL,
    Check,
    array,
    boolean,
    by_type,
    choice,
    exactly_one,
    kind,
    record,
    string,
)


def plain_text(most: int, least: int = 1) -> Check:
    """A plain_text object."""
    return by_type({"plain_text": kind("plain_text", {"text": string(most, least)}, {"emoji": boolean})})


def any_text(most: int, least: int = 1) -> Check:
    """A plain_text or mrkdwn object."""
    return by_type(
        {
            "plain_text": kind("plain_text", {"text": string(most, least)}, {"emoji": boolean}),
            "mrkdwn": kind("mrkdwn", {"text": string(most, least)}, {"verbatim": boolean}),
        }
    )


def option(text: Check, value_most: int = 150, *, url: bool = False) -> Check:
    """One thing to choose: menus take plain text, radio buttons and checkboxes any text."""
    extra: dict[str, Check] = {"description": any_text(75)}
    if url:
        extra["url"] = URL
    return record({"text": text, "value": string(value_most)}, extra)


MENU_OPTION = option(plain_text(75))
BOX_OPTION = option(any_text(75))
OVERFLOW_OPTION = option(plain_text(75), url=True)
OPTION_GROUP = record({"label": plain_text(75), "options": array(MENU_OPTION, 100)})

CONFIRM = record(
    {"title": plain_text(100), "text": any_text(300)},
    {"confirm": plain_text(30), "deny": plain_text(30), "style": choice("primary", "danger")},
)
DISPATCH = record({"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), 2)})
SLACK_FILE = record({}, {"id": string(255), "url": URL}, exactly_one("id", "url"))
CONVERSATION_FILTER = record(
    {},
    {
        "include": array(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """All options of a menu, grouped or not."""
    grouped = [entry for group in element.get("option_groups") or [] for entry in group.get("options") or []]
    return [*(element.get("options") or []), *grouped]
