from __future__ import annotations

import pytest

from services.errors import ConfigurationError
from services.intake.doors import open_feeds, open_webhooks
from services.intake.settings import IntakeSettings
from services.settings import read


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IntakeSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_source_without_settings_is_off() -> None:
    settings = read(IntakeSettings)
    assert (open_webhooks(settings), open_feeds(settings)) == ([], [])
    assert (settings.intake_host, settings.intake_port) == ("127.0.0.1", 8401)


def test_every_source_can_be_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "INTUNE_TENANT_ID": "tenant",
        "INTUNE_CLIENT_ID": "client",
        "INTUNE_CLIENT_SECRET": "hush-intune",
        "JAMF_WEBHOOK_SECRETS": "hush-one,hush-two",
        "SERVICENOW_URL": "https://nwh.service-now.example",
        "SERVICENOW_USER": "user",
        "SERVICENOW_PASSWORD": "hush-desk",
        "SERVICENOW_PUSH_SECRETS": "hush-push",
        "FINANCE_SECRETS": "hush-finance",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read(IntakeSettings)
    assert {webhook.path for webhook in open_webhooks(settings)} == {
        "/sources/jamf/webhook",
        "/sources/servicenow/push",
        "/sources/finance/extract",
    }
    assert [polled.feed.name for polled in open_feeds(settings)] == [
        "intune",
        "servicenow/alm_hardware",
        "servicenow/incident",
    ]
    assert "hush" not in repr(settings) + repr(open_webhooks(settings))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"INTUNE_TENANT_ID": "tenant"}, "INTUNE_CLIENT_ID, INTUNE_CLIENT_SECRET must be set too"),
        ({"SERVICENOW_URL": "https://x.example"}, "SERVICENOW_USER, SERVICENOW_PASSWORD must be set too"),
        ({"JAMF_BASIC_USER": "jamf"}, "JAMF_BASIC_PASSWORD must be set too"),
        ({"FINANCE_SECRETS": " , "}, "FINANCE_SECRETS is set but holds no secret"),
        ({"SERVICENOW_POLL_SECONDS": "0"}, "SERVICENOW_POLL_SECONDS"),
        ({"INTUNE_GRAPH_URL": "ftp://x.example"}, "INTUNE_GRAPH_URL"),
    ],
)
def test_half_of_a_source_s_settings_is_a_mistake_that_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=named):
        read(IntakeSettings)


def test_an_empty_value_is_an_absent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICENOW_URL", "")
    assert open_feeds(read(IntakeSettings)) == []
