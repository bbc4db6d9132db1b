"""Half of a management's settings is a mistake, and secrets are not shown."""

from __future__ import annotations

import pytest

from services.errors import ConfigurationError
from services.mdm.settings import MdmSettings
from services.settings import read

INTUNE = {
    "MDM_INTUNE_TENANT_ID": "metropolitan.example",
    "MDM_INTUNE_CLIENT_ID": "quartermaster",
    "MDM_INTUNE_CLIENT_SECRET": "hush",
}
JAMF = {"MDM_JAMF_URL": "https://jamf.example", "MDM_JAMF_CLIENT_ID": "quartermaster", "MDM_JAMF_CLIENT_SECRET": "hush"}


@pytest.mark.parametrize("given", [{}, INTUNE, JAMF, INTUNE | JAMF])
def test_a_management_is_whole_or_absent(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    assert "hush" not in repr(read(MdmSettings))


@pytest.mark.parametrize("key", [*INTUNE, *JAMF])
def test_a_missing_one_is_named(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    for name, value in (INTUNE if key in INTUNE else JAMF).items():
        if name != key:
            monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=key):
        read(MdmSettings)


@pytest.mark.parametrize("key", ["MDM_INTUNE_GRAPH_URL", "MDM_INTUNE_LOGIN_URL", "MDM_JAMF_URL"])
def test_credentials_travel_encrypted(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    for name, value in (JAMF | {key: "http://mdm.example"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"{key} must begin with https"):
        read(MdmSettings)
