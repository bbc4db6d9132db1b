"""The desk's settings: whole or absent, named where they are not, and secret."""

from __future__ import annotations

import pytest

from services.desk.settings import DeskSettings
from services.errors import ConfigurationError
from services.settings import read

SERVICENOW = {
    "DESK_SYSTEM": "servicenow",
    "DESK_SERVICENOW_URL": "https://met.service-now.example",
    "DESK_SERVICENOW_USER": "quartermaster",
    "DESK_SERVICENOW_PASSWORD": "hush",
}
JIRA = {
    "DESK_SYSTEM": "jira",
    "DESK_JIRA_URL": "https://met.atlassian.example",
    "DESK_JIRA_EMAIL": "quartermaster@metropolitan.example",
    "DESK_JIRA_TOKEN": "hush",
    "DESK_JIRA_PROJECT": "ITSD",
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for key in {*SERVICENOW, *JIRA}:
        monkeypatch.delenv(key, raising=False)
    return monkeypatch


def set_all(given: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for key, value in values.items():
        given.setenv(key, value)


def test_nothing_set_is_no_desk(given: pytest.MonkeyPatch) -> None:
    assert read(DeskSettings).desk_system == "none"


@pytest.mark.parametrize("whole", [SERVICENOW, JIRA], ids=["servicenow", "jira"])
def test_a_whole_desk_is_read_and_hides_its_secret(given: pytest.MonkeyPatch, whole: dict[str, str]) -> None:
    set_all(given, whole)
    settings = read(DeskSettings)
    assert settings.desk_system == whole["DESK_SYSTEM"]
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("whole", "key"), [(whole, key) for whole in (SERVICENOW, JIRA) for key in whole], ids=lambda each: str(each)[:20]
)
def test_half_a_desk_is_refused_by_name(given: pytest.MonkeyPatch, whole: dict[str, str], key: str) -> None:
    set_all(given, {name: value for name, value in whole.items() if name != key})
    with pytest.raises(ConfigurationError, match=key):
        read(DeskSettings)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DESK_SERVICENOW_URL", "http://met.service-now.example"),
        ("DESK_SERVICENOW_TABLE", "task"),
        ("DESK_DEPLOYMENT", "has spaces"),
        ("DESK_DEPLOYMENT", 'quote"s'),
        ("DESK_SYSTEM", "zendesk"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(given: pytest.MonkeyPatch, key: str, value: str) -> None:
    set_all(given, {**SERVICENOW, key: value})
    with pytest.raises(ConfigurationError, match=key):
        read(DeskSettings)
