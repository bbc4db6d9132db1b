"""Is a delivery from whom it says? Secrets are compared in constant time, and all of them, so that none can be guessed
by the clock. Several are valid at once, so that a secret can be changed without losing a delivery in between.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol

WINDOW = timedelta(minutes=5)
"""A signed moment may be this far from now, either way: what is older may have been overheard and sent again."""


class Delivery(NamedTuple):
    """What a sender can prove itself by. `body` is the bytes as they came; `now` is real time, UTC."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: datetime


class Proof(Protocol):
    """A way for a sender to prove itself. Where `needs_body` is false the body is not even read before it holds."""

    @property
    def needs_body(self) -> bool: ...

    @property
    def challenge(self) -> str: ...

    @property
    def described(self) -> dict[str, Any]: ...

    def holds(self, delivery: Delivery) -> bool: ...


@dataclasses.dataclass(frozen=True)
class SecretHeader:
    """A header that holds one of the agreed secrets."""

    name: str
    secrets: Sequence[str] = dataclasses.field(repr=False)
    needs_body: bool = False

    def holds(self, delivery: Delivery) -> bool:
        """True if the header is one of the secrets."""
        return _is_one_of(delivery.headers.get(self.name, ""), self.secrets)

    @property
    def challenge(self) -> str:
        return f'Secret header="{self.name}"'

    @property
    def described(self) -> dict[str, Any]:
        """As an OpenAPI security scheme."""
        return {"type": "apiKey", "in": "header", "name": self.name}


@dataclasses.dataclass(frozen=True)
class SecretInAddress:
    """A query parameter that holds one of the agreed secrets, for senders that can carry one nowhere else."""

    parameter: str
    secrets: Sequence[str] = dataclasses.field(repr=False)
    needs_body: bool = False

    def holds(self, delivery: Delivery) -> bool:
        """True if the parameter is one of the secrets."""
        return _is_one_of(delivery.query.get(self.parameter, ""), self.secrets)

    @property
    def challenge(self) -> str:
        return f'Secret parameter="{self.parameter}"'

    @property
    def described(self) -> dict[str, Any]:
        """As an OpenAPI security scheme."""
        return {"type": "apiKey", "in": "query", "name": self.parameter}


@dataclasses.dataclass(frozen=True)
class BasicCredentials:
    """HTTP Basic with the agreed user and one of the agreed passwords."""

    user: str
    passwords: Sequence[str] = dataclasses.field(repr=False)
    needs_body: bool = False

    def holds(self, delivery: Delivery) -> bool:
        """True if the Authorization header carries both."""
        scheme, _, encoded = delivery.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "surrogateescape")
        except (binascii.Error, ValueError):
            given = ""
        known = [f"{self.user}:{password}" for password in self.passwords if password]
        return _is_one_of(given, known) and scheme.lower() == "basic"

    @property
    def challenge(self) -> str:
        return 'Basic realm="quartermaster"'

    @property
    def described(self) -> dict[str, Any]:
        """As an OpenAPI security scheme."""
        return {"type": "http", "scheme": "basic"}


@dataclasses.dataclass(frozen=True)
class SignedBody:
    """HMAC-SHA256 over the body, or over a timestamp and the body, in a header.

    With `timestamp_header` the signed moment (seconds since 1970 or ISO 8601) must lie within `window` of now;
    `signed` says what goes before the body then, with `{timestamp}` in it, as Slack's `v0:{timestamp}:`.
    """

    header: str
    secrets: Sequence[str] = dataclasses.field(repr=False)
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    timestamp_header: str | None = None
    signed: str = "{timestamp}"
    window: timedelta = WINDOW
    needs_body: bool = True

    def holds(self, delivery: Delivery) -> bool:
        """True if the signature is that of one of the secrets, and not too old."""
        before, fresh = b"", True
        if self.timestamp_header is not None:
            timestamp = delivery.headers.get(self.timestamp_header, "")
            before = self.signed.replace("{timestamp}", timestamp).encode("utf-8", "surrogateescape")
            at = _moment(timestamp)
            fresh = at is not None and abs(delivery.now - at) <= self.window
        given = delivery.headers.get(self.header, "").strip()
        good = [self._signature(secret, before + delivery.body) for secret in self.secrets if secret]
        return _is_one_of(given, good) and fresh

    def _signature(self, secret: str, content: bytes) -> str:
        digest = hmac.new(secret.encode(), content, hashlib.sha256)
        return self.prefix + (
            digest.hexdigest() if self.encoding == "hex" else base64.b64encode(digest.digest()).decode()
        )

    @property
    def challenge(self) -> str:
        return f'Signature header="{self.header}"'

    @property
    def described(self) -> dict[str, Any]:
        """As an OpenAPI security scheme."""
        return {"type": "apiKey", "in": "header", "name": self.header, "description": "HMAC-SHA256 of the body"}


@dataclasses.dataclass(frozen=True)
class SecretInside:
    """A secret that the body itself carries, once in each of its elements: every one of them must be agreed.

    `carried` reads them from the body; what it cannot read carries none. It must not raise.
    """

    carried: Callable[[bytes], Iterable[str]]
    secrets: Sequence[str] = dataclasses.field(repr=False)
    needs_body: bool = True

    def holds(self, delivery: Delivery) -> bool:
        """True if there is at least one element and all carry one of the secrets."""
        matches = [_is_one_of(word, self.secrets) for word in self.carried(delivery.body)]
        return bool(matches) and all(matches)

    @property
    def challenge(self) -> str:
        return "Secret body"

    @property
    def described(self) -> dict[str, Any]:
        """OpenAPI knows no scheme for this: it is said in the operation's own words."""
        return {}


def is_authentic(delivery: Delivery, proofs: Iterable[Proof]) -> bool:
    """True if any of the proofs holds; every one is looked at."""
    held = [proof.holds(delivery) for proof in proofs]
    return any(held)


def _is_one_of(given: str, secrets: Iterable[str]) -> bool:
    word = given.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(word, secret.encode()) for secret in secrets if secret]
    return any(matches)


def _moment(words: str) -> datetime | None:
    try:
        if words.isascii() and words.isdigit():
            return datetime.fromtimestamp(int(words), UTC)
        found = datetime.fromisoformat(words)
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
