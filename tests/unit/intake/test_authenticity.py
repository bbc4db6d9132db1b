from __future__ import annotations

import base64

import pytest

from services.intake.authenticity import BasicCredentials, SecretHeader, is_authentic

SECRET = SecretHeader("X-Secret", ["new", "old"])
BASIC = BasicCredentials("jamf", "pässword:with:colons")


def _basic(words: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(words.encode()).decode()}


@pytest.mark.parametrize("word", ["new", "old"])
def test_old_and_new_secret_are_valid_at_once(word: str) -> None:
    assert is_authentic({"X-Secret": word}, [SECRET])


@pytest.mark.parametrize("word", ["", "ne", "new ", "NEW", "new,old", "\udcff", "nëw"])
def test_nothing_else_is(word: str) -> None:
    assert not is_authentic({"X-Secret": word}, [SECRET])


def test_basic_credentials_of_any_characters() -> None:
    assert is_authentic(_basic("jamf:pässword:with:colons"), [SECRET, BASIC])
    assert not is_authentic(_basic("jamf:password"), [SECRET, BASIC])


@pytest.mark.parametrize("value", ["", "Basic", "Basic ", "Basic %%%", "Basic amFtZg==", "Digest abc", "Basic /w=="])
def test_what_is_no_basic_credential_is_refused_quietly(value: str) -> None:
    assert not is_authentic({"Authorization": value}, [BASIC])


def test_an_empty_secret_opens_nothing() -> None:
    assert not is_authentic({"X-Secret": ""}, [SecretHeader("X-Secret", [""])])
    assert not is_authentic({}, [])


def test_secrets_are_not_shown() -> None:
    assert "old" not in repr(SECRET)
    assert "colons" not in repr(BASIC)
