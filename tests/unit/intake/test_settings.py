from __future__ import annotations

import pytest

from services.errors import ConfigurationError
from services.intake.doors import RECORD_KINDS, SOURCES, open_sources
from services.intake.settings import IntakeSettings
from services.intake.sources.intune.translation import MANAGED_DEVICE
from services.settings import read
from tests.payloads import records
from tests.unit.intake.context import CONTEXT

CONNECTION_STRING = "Endpoint=sb://nwh.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=hush="


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (IntakeSettings, *(source.settings for source in SOURCES)):
        for name in kind.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)


def test_a_source_without_settings_is_off() -> None:
    assert [source for source in open_sources() if source.is_on] == []
    settings = read(IntakeSettings)
    assert (settings.intake_host, settings.intake_port) == ("127.0.0.1", 8401)


def test_every_source_can_be_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "INTUNE_TENANT_ID": "tenant",
        "INTUNE_CLIENT_ID": "client",
        "INTUNE_CLIENT_SECRET": "hush-intune",
        "INTUNE_EXPORT": "true",
        "INTUNE_EVENT_HUBS": "insights-logs-devices, insights-logs-auditlogs,",
        "INTUNE_EVENT_HUBS_CONNECTION_STRING": CONNECTION_STRING,
        "JAMF_WEBHOOK_SECRETS": "hush-one,hush-two",
        "SERVICENOW_URL": "https://nwh.service-now.example",
        "SERVICENOW_USER": "user",
        "SERVICENOW_PASSWORD": "hush-desk",
        "SERVICENOW_PUSH_SECRETS": "hush-push",
        "FINANCE_SECRETS": "hush-finance",
        "WORKSPACE_ONE_USER": "wsone",
        "WORKSPACE_ONE_PASSWORD": "hush-wsone",
        "ENTRA_TENANT_ID": "tenant",
        "ENTRA_CLIENT_ID": "client",
        "ENTRA_CLIENT_SECRET": "hush-entra",
        "ENTRA_CLIENT_STATES": "hush-state,hush-older",
        "ENTRA_NOTIFICATION_URL": "https://quartermaster.example/sources/entra/notifications",
        "ENTRA_UNIT_GROUPS": '{"477e9fc6-5de7-4406-bb2a-7e5c83c9ae5f": "central-west"}',
        "FLEET_WEBHOOK_SECRETS": "hush-fleet",
        "FLEET_URL": "https://fleet.example",
        "FLEET_API_TOKEN": "hush-fleet-token",
        "JIRA_WEBHOOK_SECRETS": "hush-jira",
        "SNIPEIT_URL": "https://assets.example",
        "SNIPEIT_API_TOKEN": "hush-snipe",
        "SNIPEIT_TIME_ZONE": "Europe/London",
    }.items():
        monkeypatch.setenv(name, value)
    on = {source.source.name: source for source in open_sources() if source.is_on}
    assert {webhook.path for source in on.values() for webhook in source.webhooks} == {
        "/sources/jamf/webhook",
        "/sources/servicenow/push",
        "/sources/finance/extract",
        "/sources/workspace-one/notifications",
        "/sources/entra/notifications",
        "/sources/fleet/webhook",
        "/sources/jira/webhook",
    }
    (stream,) = [stream for source in on.values() for stream in source.streams]
    assert (stream.name, stream.bootstrap_servers) == ("intune/event-hubs", "nwh.servicebus.windows.net:9093")
    assert stream.topics == ("insights-logs-devices", "insights-logs-auditlogs")
    assert (stream.user, stream.password, stream.tls) == ("$ConnectionString", CONNECTION_STRING, True)
    feeds = [polled.feed.name for source in on.values() for polled in source.feeds]
    assert feeds == [
        "intune",
        "intune/complete",
        "intune/export",
        "entra/users",
        "entra/groups",
        "fleet/activities",
        "fleet/hosts",
        "servicenow/alm_hardware",
        "servicenow/incident",
        "servicenow/sc_request",
        "servicenow/sc_req_item",
        "snipeit/hardware",
        "snipeit/archived",
        "snipeit/deleted",
    ]
    assert [errand.name for source in on.values() for errand in source.errands] == ["entra/subscriptions"]
    assert "hush" not in repr(on)


def test_no_two_sources_share_a_name_a_path_or_a_setting() -> None:
    names = [source.name for source in SOURCES]
    kinds = [kind.name for source in SOURCES for kind in source.kinds]
    settings = [name for source in SOURCES for name in source.settings.model_fields]
    for each in (names, kinds, settings):
        assert len(each) == len(set(each))
    assert all(kind.source == source.name for source in SOURCES for kind in source.kinds)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"INTUNE_TENANT_ID": "tenant"}, "INTUNE_CLIENT_ID, INTUNE_CLIENT_SECRET must be set too"),
        ({"INTUNE_EVENT_HUBS": "hub"}, "INTUNE_EVENT_HUBS_CONNECTION_STRING must be set too"),
        ({"INTUNE_EVENT_HUBS": " , ", "INTUNE_EVENT_HUBS_CONNECTION_STRING": CONNECTION_STRING}, "INTUNE_EVENT_HUBS:"),
        ({"INTUNE_EVENT_HUBS": "hub", "INTUNE_EVENT_HUBS_CONNECTION_STRING": "hush"}, "Endpoint=sb://NAMESPACE"),
        ({"SERVICENOW_URL": "https://x.example"}, "SERVICENOW_USER, SERVICENOW_PASSWORD must be set too"),
        ({"JAMF_BASIC_USER": "jamf"}, "JAMF_BASIC_PASSWORD must be set too"),
        ({"FINANCE_SECRETS": " , "}, "FINANCE_SECRETS is set but holds no secret"),
        ({"SERVICENOW_POLL_SECONDS": "0"}, "SERVICENOW_POLL_SECONDS"),
        ({"FLEET_URL": "https://x.example"}, "FLEET_API_TOKEN must be set too"),
        ({"JIRA_SERIAL_FIELD": "Serial number"}, "JIRA_SERIAL_FIELD"),
        ({"SNIPEIT_TIME_ZONE": "Londinium"}, "SNIPEIT_TIME_ZONE.*no time zone"),
        ({"SNIPEIT_STATES": '{"gone": "recycled"}'}, "SNIPEIT_STATES"),
        ({"INTUNE_GRAPH_URL": "ftp://x.example"}, "INTUNE_GRAPH_URL"),
        ({"ENTRA_CLIENT_STATES": "state"}, "ENTRA_NOTIFICATION_URL must be set too"),
        (
            {"ENTRA_CLIENT_STATES": "state", "ENTRA_NOTIFICATION_URL": "https://x.example"},
            "ENTRA_TENANT_ID must be set too",
        ),
        ({"ENTRA_UNIT_GROUPS": '{"it\'s": "unit"}'}, "ENTRA_UNIT_GROUPS is keyed by the ids of groups"),
    ],
)
def test_half_of_a_source_s_settings_is_a_mistake_that_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=named):
        open_sources()


def test_reports_are_exported_only_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INTUNE_TENANT_ID", "INTUNE_CLIENT_ID", "INTUNE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    names = [polled.feed.name for source in open_sources() for polled in source.feeds]
    assert names == ["intune", "intune/complete"]


def test_a_letter_is_translated_again_by_the_settings_as_they_are_then(monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = records("snipeit/hardware_list.json", "rows")
    before = RECORD_KINDS["snipeit"].translate(row, CONTEXT)[0].time
    monkeypatch.setenv("SNIPEIT_TIME_ZONE", "America/New_York")
    after = RECORD_KINDS["snipeit"].translate(row, CONTEXT)[0].time
    assert (after - before).total_seconds() == 4 * 3600
    assert RECORD_KINDS["intune"] is MANAGED_DEVICE
    with pytest.raises(KeyError):
        RECORD_KINDS["nobody"]


def test_an_empty_value_is_an_absent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICENOW_URL", "")
    assert not any(source.is_on for source in open_sources())
