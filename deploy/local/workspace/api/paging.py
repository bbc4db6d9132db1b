"""Cursors: opaque words that say where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from deploy.local.workspace.errors import SlackError


def cursor_for(position: str) -> str:
    """The cursor of a position."""
    return base64.urlsafe_b64encode(f"next:{position}".encode()).decode()


def position_of(cursor: str) -> str:
    """The position of a cursor, empty for none. Raises SlackError invalid_cursor."""
    if not cursor:
        return ""
    try:
        word = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None
    if not word.startswith("next:"):
        raise SlackError("invalid_cursor")
    return word.removeprefix("next:")


def page_of(items: Sequence[Any], cursor: str, limit: int) -> tuple[list[Any], dict[str, Any]]:
    """A page of a list by place, and the `response_metadata` that leads on."""
    position = position_of(cursor) or "0"
    if not position.isdigit():
        raise SlackError("invalid_cursor")
    start = int(position)
    following = cursor_for(str(start + limit)) if start + limit < len(items) else ""
    return list(items[start : start + limit]), {"response_metadata": {"next_cursor": following}}
