from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from services.intake.door.authenticity import (
    BasicCredentials,
    Delivery,
    Proof,
    SecretHeader,
    SecretInAddress,
    SecretInside,
    SignedBody,
    is_authentic,
)
from tests.unit.intake.context import NOW

SECRET = SecretHeader("X-Secret", ["new", "old"])
BASIC = BasicCredentials("jamf", ["pässword:with:colons", "old-password"])


def _proved(headers: Mapping[str, str], proofs: Sequence[Proof]) -> bool:
    return is_authentic(Delivery(headers, {}, b"", NOW), proofs)


def _basic(words: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(words.encode()).decode()}


@pytest.mark.parametrize("word", ["new", "old"])
def test_old_and_new_secret_are_valid_at_once(word: str) -> None:
    assert _proved({"X-Secret": word}, [SECRET])


@pytest.mark.parametrize("word", ["", "ne", "new ", "NEW", "new,old", "\udcff", "nëw"])
def test_nothing_else_is(word: str) -> None:
    assert not _proved({"X-Secret": word}, [SECRET])


def test_basic_credentials_of_any_characters() -> None:
    assert _proved(_basic("jamf:pässword:with:colons"), [SECRET, BASIC])
    assert not _proved(_basic("jamf:password"), [SECRET, BASIC])


@pytest.mark.parametrize("value", ["", "Basic", "Basic ", "Basic %%%", "Basic amFtZg==", "Digest abc", "Basic /w=="])
def test_what_is_no_basic_credential_is_refused_quietly(value: str) -> None:
    assert not _proved({"Authorization": value}, [BASIC])


def test_an_empty_secret_opens_nothing() -> None:
    assert not _proved({"X-Secret": ""}, [SecretHeader("X-Secret", [""])])
    assert not _proved({}, [])


def test_secrets_are_not_shown() -> None:
    assert "old" not in repr(SECRET)
    assert "colons" not in repr(BASIC)


SIGNED = SignedBody("X-Signature", ["new", "old"], prefix="sha256=")
TIMED = SignedBody("X-Signature", ["hush"], "base64", timestamp_header="X-Timestamp")


def _signature(secret: str, content: bytes, encoding: str = "hex") -> str:
    digest = hmac.new(secret.encode(), content, hashlib.sha256)
    return digest.hexdigest() if encoding == "hex" else base64.b64encode(digest.digest()).decode()


@pytest.mark.parametrize("secret", ["new", "old"])
def test_a_body_signed_with_either_secret_is_authentic(secret: str) -> None:
    headers = {"X-Signature": "sha256=" + _signature(secret, b"body")}
    assert is_authentic(Delivery(headers, {}, b"body", NOW), [SIGNED])
    assert not is_authentic(Delivery(headers, {}, b"body ", NOW), [SIGNED])


@pytest.mark.parametrize("given", ["", "sha256=", "sha1=" + "0" * 40, _signature("new", b"body")])
def test_another_signature_is_refused(given: str) -> None:
    assert not is_authentic(Delivery({"X-Signature": given}, {}, b"body", NOW), [SIGNED])


@pytest.mark.parametrize(
    ("minutes", "holds"), [(0, True), (-4, True), (4, True), (-6, False), (6, False), (-60 * 24 * 365, False)]
)
def test_a_signed_moment_must_be_near(minutes: int, holds: bool) -> None:
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    headers = {"X-Signature": _signature("hush", at.encode() + b"body", "base64"), "X-Timestamp": at}
    assert is_authentic(Delivery(headers, {}, b"body", NOW), [TIMED]) is holds


@pytest.mark.parametrize("at", ["", "yesterday", "-1", "9" * 40])
def test_a_moment_that_is_none_is_refused_however_well_it_is_signed(at: str) -> None:
    headers = {"X-Signature": _signature("hush", at.encode() + b"body", "base64"), "X-Timestamp": at}
    assert not is_authentic(Delivery(headers, {}, b"body", NOW), [TIMED])


def test_a_secret_in_the_address() -> None:
    proof = SecretInAddress("secret", ["new", "old"])
    for given, holds in (({"secret": "old"}, True), ({"secret": "older"}, False), ({}, False)):
        assert is_authentic(Delivery({}, given, b"", NOW), [proof]) is holds


def test_a_secret_inside_must_be_in_every_element() -> None:
    proof = SecretInside(lambda body: body.decode().split(), ["hush"])
    for body, holds in ((b"hush hush", True), (b"hush else", False), (b"", False)):
        assert is_authentic(Delivery({}, {}, body, NOW), [proof]) is holds
