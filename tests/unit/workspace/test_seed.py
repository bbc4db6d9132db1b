"""What a manifest may not hold is refused when the workspace starts."""

from __future__ import annotations

import pytest

from deploy.local.workspace.seed import Shortcut
from tests.contract.workspace.seeds import toy_app


def test_a_shortcut_is_named_in_24_characters() -> None:
    with pytest.raises(ValueError, match="24 characters"):
        Shortcut(name="Ask for a new one instead", callback_id="ask")


def test_shortcuts_need_the_scope_commands() -> None:
    with pytest.raises(ValueError, match="scope commands"):
        toy_app(scopes=("chat:write",))


def test_a_manifest_takes_ten_shortcuts() -> None:
    ten = tuple(Shortcut(name=f"Act {number}", callback_id=f"act-{number}", type="message") for number in range(10))
    assert len(toy_app(shortcuts=ten).shortcuts) == 10
    with pytest.raises(ValueError, match="10 shortcuts"):
        toy_app(shortcuts=(*ten, Shortcut(name="One more", callback_id="more")))
