"""Settings say by which door Slack comes, fail naming the key, and tell no secret."""

from __future__ import annotations

import pytest

from bot.settings import BotSettings
from services.errors import ConfigurationError
from services.settings import read


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_BASE_URL", "BOT_PORT"):
        monkeypatch.delenv(key, raising=False)


def test_a_missing_token_is_named() -> None:
    with pytest.raises(ConfigurationError, match="SLACK_BOT_TOKEN"):
        read(BotSettings)


def test_a_missing_door_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with pytest.raises(ConfigurationError, match="SLACK_APP_TOKEN"):
        read(BotSettings)


def test_the_door_is_chosen_by_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "hush")
    assert not read(BotSettings).socket_mode
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert read(BotSettings).socket_mode
    assert "hush" not in repr(read(BotSettings))
    assert "xoxb-1" not in repr(read(BotSettings))


def test_alerts_without_a_channel_of_their_own_go_to_operations() -> None:
    settings = BotSettings(bot_token="x", app_token="y", channel_fleet="kit-fleet")
    assert [settings.channel_for(audience) for audience in ("budget", "fleet", "else")] == [
        "budget",
        "kit-fleet",
        "operations",
    ]


def test_commercial_alerts_have_a_channel_of_their_own_which_may_be_a_private_one() -> None:
    assert BotSettings(bot_token="x", app_token="y").destination_for("commercial") == "name:commercial"
    private = BotSettings(bot_token="x", app_token="y", channel_commercial="C08PRICES12")
    assert private.destination_for("commercial") == "channel:C08PRICES12"
    assert private.destination_for("budget") == "name:budget"


def test_a_private_channel_for_losses_goes_by_its_id() -> None:
    assert BotSettings(bot_token="x", app_token="y").security_destination == "name:device-security"
    private = BotSettings(bot_token="x", app_token="y", channel_security="C08SECURE12")
    assert private.security_destination == "channel:C08SECURE12"
