"""The file that lists systems which push JSON of their own making: their mappings, and how each proves itself.

Secrets never stand in it: it names the environment variable that holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from services.errors import ConfigurationError
from services.intake.door.authenticity import BasicCredentials, Proof, SecretHeader, SecretInAddress, SignedBody

Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{1,39}$")]
Variable = Annotated[str, msgspec.Meta(pattern="^[A-Z][A-Z0-9_]{1,60}$")]
Header = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9-]{1,60}$")]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by"):
    """A misspelt word must not be passed over: it would leave a door open."""


class ByHeader(_Strict, frozen=True, kw_only=True, tag="header"):
    """A secret in a header."""

    header: Header = "X-Quartermaster-Secret"

    def proof(self, secrets: Sequence[str]) -> Proof:
        return SecretHeader(self.header, secrets)


class ByBasic(_Strict, frozen=True, kw_only=True, tag="basic"):
    """HTTP Basic; the secrets are passwords."""

    user: str

    def proof(self, secrets: Sequence[str]) -> Proof:
        return BasicCredentials(self.user, secrets)


class ByAddress(_Strict, frozen=True, kw_only=True, tag="address"):
    """A secret in the address, for what can carry one nowhere else."""

    parameter: str = "secret"

    def proof(self, secrets: Sequence[str]) -> Proof:
        return SecretInAddress(self.parameter, secrets)


class BySignature(_Strict, frozen=True, kw_only=True, tag="signature"):
    """HMAC-SHA256 of the body, or of a timestamp and the body: `signed` is what goes before the body then."""

    header: Header
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    timestamp_header: Header | None = None
    signed: str = "{timestamp}"

    def proof(self, secrets: Sequence[str]) -> Proof:
        return SignedBody(self.header, secrets, self.encoding, self.prefix, self.timestamp_header, self.signed)


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One system. `mapping` is a file beside this one, or the name of a shipped mapping."""

    name: Name
    title: str
    mapping: str
    secrets: Variable
    proof: ByHeader | ByBasic | ByAddress | BySignature
    silent_after_hours: Annotated[float, msgspec.Meta(gt=0)] | None = None


def read_listing(path: Path) -> list[Listed]:
    """The systems a file lists. Raises ConfigurationError that names the file, the entry and what is wrong."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"MAPPED_SOURCES: {path} cannot be read: {error}") from None
    try:
        listed = msgspec.convert(content or [], list[Listed])
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"MAPPED_SOURCES: {path}: {error}") from None
    names = [each.name for each in listed]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigurationError(f"MAPPED_SOURCES: {path} lists {', '.join(sorted(twice))} more than once")
    return listed
