"""The refresh policy: a versioned file, read once and checked, and what is in force of it.

The rules take a `PolicyInForce` and no file: the policy, and the frontline units spelt out from the directory.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from schemas.vocabulary import FundingLine, Kind, RequestReason
from services.access.directory import Directory
from services.errors import ConfigurationError

FULL_SCORE = 1000
BROKEN_NOW = (RequestReason.BROKEN, RequestReason.LOST, RequestReason.STOLEN)
"""Reasons of people who have nothing to work with."""

Months = Annotated[int, msgspec.Meta(ge=1, le=240)]
Points = Annotated[int, msgspec.Meta(ge=0, le=FULL_SCORE)]


class _Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something the policy says. `assumed` is False only for what was published, with its `source`."""

    assumed: bool
    source: str = ""


class Withdrawal(_Block, frozen=True, kw_only=True):
    """A kind that is bought no more: it is due `on` that day, another kind takes its place, and `funding_line` pays."""

    on: date
    replaced_by: Kind
    funding_line: FundingLine = FundingLine.REFRESH_AND_BAU


class KindPolicy(_Block, frozen=True, kw_only=True):
    """How long a kind serves, in months from purchase."""

    life_months: Months
    withdrawn: Withdrawal | None = None


class Horizon(_Block, frozen=True, kw_only=True):
    """How many months ahead the queue looks."""

    months: Months


class FailureLimit(_Block, frozen=True, kw_only=True):
    """`limit` failures within `months` months make a device due."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=50)]
    months: Months


class Frontline(_Block, frozen=True, kw_only=True):
    """Codes of the units whose devices, and those of units under them, rank first."""

    under: tuple[str, ...]


class Weights(_Block, frozen=True, kw_only=True):
    """The most points each part of the score may give."""

    request: Points
    frontline: Points
    failures: Points
    support: Points
    age: Points


class RequestUrgency(_Block, frozen=True, kw_only=True):
    """Thousandths of the request points, a reason."""

    reasons: dict[RequestReason, Points]


class ModelSupport(_Block, frozen=True, kw_only=True):
    """The maker's support of models like `model` ends on a day."""

    model: str
    ends_on: date


class HeldBack(_Block, frozen=True, kw_only=True):
    """Models that can take no newer operating system."""

    models: tuple[str, ...]


class SystemSupport(_Block, frozen=True, kw_only=True):
    """Support of an operating system's version, and of all versions under it, ends on a day."""

    name: str
    os: str
    version: str
    ends_on: date
    held_back: HeldBack


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's content. Months are calendar months, dates are London's."""

    version: Annotated[str, msgspec.Meta(min_length=1)]
    horizon: Horizon
    kinds: dict[Kind, KindPolicy]
    failures: FailureLimit
    frontline: Frontline
    weights: Weights
    request_urgency: RequestUrgency
    models: tuple[ModelSupport, ...] = ()
    operating_systems: tuple[SystemSupport, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read the YAML file. Raises ConfigurationError naming what is wrong and where."""
        try:
            policy = msgspec.yaml.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError) as error:
            raise ConfigurationError(f"refresh policy {path.name}: {error}") from None
        if wrong := _what_is_wrong(policy):
            raise ConfigurationError(f"refresh policy {path.name}: {wrong}")
        return policy


def _what_is_wrong(policy: Policy) -> str | None:
    """The first broken promise, as a sentence; None if the policy holds together."""
    weights, urgency = policy.weights, policy.request_urgency.reasons
    merely_old = weights.age + weights.support
    total = merely_old + weights.failures + weights.frontline + weights.request
    promises = {
        "kinds: every kind needs a life": set(policy.kinds) == set(Kind),
        f"weights: they add up to {total}, not {FULL_SCORE}": total == FULL_SCORE,
        "weights: frontline must be more than age and support together": weights.frontline > merely_old,
        "weights: request must be more than all others together": weights.request > total - weights.request,
        "request_urgency: every reason needs a number": set(urgency) == set(RequestReason),
        "request_urgency: broken, lost and stolen must be 1000": all(urgency.get(r) == FULL_SCORE for r in BROKEN_NOW),
        "frontline: name at least one unit": bool(policy.frontline.under),
        "what is not assumed needs a source": all(block.assumed or block.source for block in _blocks(policy)),
    }
    return next((sentence for sentence, kept in promises.items() if not kept), None)


def _blocks(policy: Policy) -> list[_Block]:
    kinds = policy.kinds.values()
    return [
        policy.horizon,
        policy.failures,
        policy.frontline,
        policy.weights,
        policy.request_urgency,
        *kinds,
        *(kind.withdrawn for kind in kinds if kind.withdrawn),
        *policy.models,
        *policy.operating_systems,
        *(system.held_back for system in policy.operating_systems),
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class SupportEnd:
    """When support of a device ends, and of what: its model or its operating system."""

    ends_on: date
    of: str
    by_system: bool


class _Stored(msgspec.Struct, frozen=True):
    policy: Policy
    frontline_units: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyInForce:
    """The policy and the frontline units. Looks support up by model and system once and remembers it."""

    policy: Policy
    frontline_units: frozenset[str]
    _support: dict[tuple[str | None, str | None, str | None], SupportEnd | None] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def of(cls, policy: Policy, directory: Directory) -> PolicyInForce:
        """Spell the frontline out. Raises ConfigurationError for a unit that the directory does not know."""
        unknown = [code for code in policy.frontline.under if code not in directory.units]
        if unknown:
            raise ConfigurationError(f"refresh policy: frontline names units not in the directory: {unknown}")
        return cls(policy, frozenset(each for code in policy.frontline.under for each in directory.under(code)))

    def encode(self) -> str:
        """As kept beside the queue, so that an explanation uses the policy that decided."""
        return msgspec.json.encode(_Stored(self.policy, tuple(sorted(self.frontline_units))), order="sorted").decode()

    @classmethod
    def decode(cls, stored: str) -> PolicyInForce:
        """What `encode` wrote."""
        content = msgspec.json.decode(stored, type=_Stored)
        return cls(content.policy, frozenset(content.frontline_units))

    @property
    def fingerprint(self) -> str:
        """Changes with anything that could change a decision, also under an unchanged version."""
        return hashlib.blake2b(self.encode().encode(), digest_size=8).hexdigest()

    def support_of(self, model: str | None, os: str | None, os_version: str | None) -> SupportEnd | None:
        """The earliest end of support that holds for such a device."""
        wanted = (model, os, os_version)
        if wanted not in self._support:
            self._support[wanted] = self._find_support(model or "", os or "", os_version or "")
        return self._support[wanted]

    def _find_support(self, model: str, os: str, os_version: str) -> SupportEnd | None:
        found = [
            SupportEnd(each.ends_on, model, by_system=False)
            for each in self.policy.models
            if _matches(model, each.model)
        ]
        found += [
            SupportEnd(each.ends_on, each.name, by_system=True)
            for each in self.policy.operating_systems
            if os.lower() == each.os.lower()
            and f"{os_version}.".startswith(f"{each.version}.")
            and any(_matches(model, pattern) for pattern in each.held_back.models)
        ]
        return min(found, key=lambda end: (end.ends_on, end.by_system, end.of), default=None)


def _matches(model: str, pattern: str) -> bool:
    return re.match(fnmatch.translate(pattern.lower()), model.lower()) is not None
