"""The Slack app manifest grants exactly what the code uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot import ids

ROOT = Path(__file__).parents[3]
MANIFEST: dict[str, Any] = msgspec.yaml.decode((ROOT / "deploy" / "slack" / "manifest.yaml").read_bytes())

SCOPES_OF_METHODS = {
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_join": {"channels:join"},
    "conversations_list": {"channels:read"},
    "conversations_open": {"im:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "users_info": {"users:read", "users:read.email"},
    "users_lookupByEmail": {"users:read.email"},
    "views_open": set[str](),
    "views_publish": set[str](),
    "views_update": set[str](),
}
"""The Web API methods we call and what Slack asks for each."""
SCOPES_OF_ELEMENTS = {"FileInputElement": {"files:read"}}
"""Slack takes no form with these from an app that may not read what is put into them."""
SCOPES_OF_EVENTS = {"app_mention": {"app_mentions:read"}, "message.im": {"im:history"}, "app_home_opened": set[str]()}


def methods_called() -> set[str]:
    code = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    return set(re.findall(r"client\.((?:chat|conversations|files|users|views|reactions|team|bots)_\w+)\(", code))


def test_every_method_called_is_known_here() -> None:
    assert methods_called() == set(SCOPES_OF_METHODS)


def elements_used() -> set[str]:
    code = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    return {name for name in SCOPES_OF_ELEMENTS if f"{name}(" in code}


def test_scopes_are_those_of_methods_events_and_commands() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    needed = {"commands"}.union(
        *SCOPES_OF_METHODS.values(),
        *(SCOPES_OF_EVENTS[event] for event in events),
        *(SCOPES_OF_ELEMENTS[element] for element in elements_used()),
    )
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def test_events_are_those_listened_to() -> None:
    events = {event.partition(".")[0] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert events == {ids.EVENT_HOME, ids.EVENT_MENTION, ids.EVENT_MESSAGE}


def test_commands_and_shortcuts_are_those_registered() -> None:
    assert [each["command"] for each in MANIFEST["features"]["slash_commands"]] == [ids.COMMAND]
    assert [each["callback_id"] for each in MANIFEST["features"]["shortcuts"]] == [
        ids.SHORTCUT_REPLACE,
        ids.SHORTCUT_REPLACE_MESSAGE,
    ]


@pytest.mark.parametrize("part", ["interactivity", "socket_mode_enabled"])
def test_buttons_and_socket_mode_are_on(part: str) -> None:
    value = MANIFEST["settings"][part]
    assert value is True or value["is_enabled"] is True
