"""Is a delivery from whom it says? Secrets are compared in constant time, and all of them, so that none can be guessed
by the clock. Several are valid at once, so that a secret can be changed without losing a delivery in between.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hmac
from collections.abc import Mapping, Sequence
from typing import Protocol


class Proof(Protocol):
    """A way for a sender to prove itself by a request's headers."""

    def holds(self, headers: Mapping[str, str]) -> bool: ...

    @property
    def challenge(self) -> str: ...


@dataclasses.dataclass(frozen=True)
class SecretHeader:
    """A header that holds one of the agreed secrets."""

    name: str
    secrets: Sequence[str] = dataclasses.field(repr=False)

    def holds(self, headers: Mapping[str, str]) -> bool:
        """True if the header is one of the secrets."""
        return _is_one_of(headers.get(self.name, ""), self.secrets)

    @property
    def challenge(self) -> str:
        return f'Secret header="{self.name}"'


@dataclasses.dataclass(frozen=True)
class BasicCredentials:
    """HTTP Basic with the agreed user and password."""

    user: str
    password: str = dataclasses.field(repr=False)

    def holds(self, headers: Mapping[str, str]) -> bool:
        """True if the Authorization header carries both."""
        scheme, _, encoded = headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "surrogateescape")
        except (binascii.Error, ValueError):
            given = ""
        return _is_one_of(given, [f"{self.user}:{self.password}"]) and scheme.lower() == "basic"

    @property
    def challenge(self) -> str:
        return 'Basic realm="quartermaster"'


def is_authentic(headers: Mapping[str, str], proofs: Sequence[Proof]) -> bool:
    """True if any of the proofs holds; every one is looked at."""
    held = [proof.holds(headers) for proof in proofs]
    return any(held)


def _is_one_of(given: str, secrets: Sequence[str]) -> bool:
    word = given.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(word, secret.encode()) for secret in secrets if secret]
    return any(matches)
