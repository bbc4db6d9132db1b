"""The policy in force: the document, with its units spelt out from the directory and its terms looked up once.

The rules take a `PolicyInForce` and no file.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.access.directory import Directory
from services.errors import ConfigurationError
from services.refresh.policy_document import (
    BROKEN_NOW,
    FULL_SCORE,
    FailureCount,
    Policy,
    Tier,
    Withdrawal,
    policy_of,
)

__all__ = ["BROKEN_NOW", "FULL_SCORE", "Policy", "PolicyInForce", "SupportEnd", "Terms"]

PARTS = ("request", "tier", "accessibility", "failures", "support", "battery", "age")
"""The parts of a score, as the weights name them."""


class SupportEnd(msgspec.Struct, frozen=True):
    """When support of a device ends, and of what: its model or its operating system."""

    ends_on: date
    of: str
    by_system: bool


class Terms(msgspec.Struct, frozen=True):
    """What the policy says of all devices of one kind, model and system: everything but their own dates.

    `model` is None where it makes no difference, so that few terms serve a fleet. `own_life`: the model's life is not
    its kind's. `support_ends_on` is the first of the end of support and the withdrawal of the kind.
    """

    kind: Kind | None
    model: str | None
    life_months: int | None
    own_life: bool
    failures: FailureCount
    support: SupportEnd | None
    withdrawn: Withdrawal | None
    support_ends_on: date | None
    battery_below: int | None
    warranty_months: int | None
    line: FundingLine


class Memory:
    """What was judged on one day of devices that are alike. Another day, or too much, and it begins anew."""

    __slots__ = ("_day", "_judged")
    MOST = 100_000
    """Judgements: some 60 MB. A fleet of a million has some 30,000 that differ."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._judged: dict[Any, Any] = {}

    def of(self, day: date) -> dict[Any, Any]:
        """What is remembered of the day, to be added to."""
        if day != self._day or len(self._judged) >= self.MOST:
            self._day, self._judged = day, {}
        return self._judged


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyInForce:
    """The policy, and which unit belongs to which tier. Remembers what it looked up."""

    policy: Policy
    tier_units: Mapping[str, str]
    """Unit code → the tier's name; a unit that is in none has no entry."""
    parts: tuple[str, ...] = dataclasses.field(init=False, compare=False, repr=False)
    """The parts that give points, in the order in which they are told."""
    tiers: dict[str, Tier] = dataclasses.field(init=False, compare=False, repr=False)
    """By unit code."""
    memory: Memory = dataclasses.field(default_factory=Memory, init=False, compare=False, repr=False)
    """Of `rules.assess`."""
    _terms: dict[tuple[Any, ...], tuple[int, Terms]] = dataclasses.field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _interned: dict[Terms, int] = dataclasses.field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Work out what follows from the document alone."""
        weights, tiers = self.policy.weights, {tier.name: tier for tier in self.policy.tiers}
        object.__setattr__(self, "parts", tuple(part for part in PARTS if getattr(weights, part)))
        object.__setattr__(self, "tiers", {unit: tiers[name] for unit, name in self.tier_units.items()})

    @classmethod
    def of(cls, policy: Policy, directory: Directory) -> PolicyInForce:
        """Spell the tiers out: a unit belongs to the first that names it or a unit above it.

        Raises ConfigurationError for a unit that the directory does not know.
        """
        units: dict[str, str] = {}
        for tier in policy.tiers:
            if unknown := [code for code in tier.under if code not in directory.units]:
                raise ConfigurationError(f"refresh policy: {tier.name} names units not in the directory: {unknown}")
            for code in tier.under:
                for each in directory.under(code):
                    units.setdefault(each, tier.name)
        return cls(policy, units)

    def encode(self) -> str:
        """As kept beside the queue, so that an explanation uses the policy that decided."""
        stored = {"policy": self.policy, "tier_units": dict(self.tier_units)}
        return msgspec.json.encode(stored, order="sorted").decode()

    @classmethod
    def decode(cls, stored: str) -> PolicyInForce:
        """What `encode` wrote, now or when frontline was the only tier."""
        content = msgspec.json.decode(stored)
        units = content.get("tier_units") or dict.fromkeys(content.get("frontline_units", ()), "frontline")
        return cls(policy_of(content["policy"]), units)

    @property
    def fingerprint(self) -> str:
        """Changes with anything that could change a decision, also under an unchanged version."""
        return hashlib.blake2b(self.encode().encode(), digest_size=8).hexdigest()

    def support_of(self, model: str | None, os: str | None, os_version: str | None) -> SupportEnd | None:
        """The earliest end of support that holds for such a device."""
        return self._find_support(model or "", os or "", os_version or "")

    def terms_of(self, kind: Kind | None, model: str | None, os: str | None, os_version: str | None) -> Terms:
        """What holds for all such devices."""
        return self.numbered_terms(kind, model, os, os_version)[1]

    def numbered_terms(
        self, kind: Kind | None, model: str | None, os: str | None, os_version: str | None
    ) -> tuple[int, Terms]:
        """The terms with a number of their own, the same for equal terms."""
        wanted = (kind, model, os, os_version)
        found = self._terms.get(wanted)
        if found is None:
            terms = self._find_terms(kind, model, os, os_version)
            found = self._terms[wanted] = (self._interned.setdefault(terms, len(self._interned)), terms)
        return found

    def _find_terms(self, kind: Kind | None, model: str | None, os: str | None, os_version: str | None) -> Terms:
        policy, support = self.policy, self.support_of(model, os, os_version)
        whole = policy.kinds[kind] if kind else None
        withdrawn = whole.withdrawn if whole else None
        failures = policy.failures
        count = failures.kinds.get(kind) if kind else None
        own_life = self._own_life(model) if kind else None
        ends = [end for end in (support and support.ends_on, withdrawn and withdrawn.on) if end]
        return Terms(
            kind,
            model if support or own_life else None,
            own_life or (whole.life_months if whole else None),
            own_life is not None,
            count or FailureCount(limit=failures.limit, months=failures.months),
            support,
            withdrawn,
            min(ends, default=None),
            policy.battery.below_percent.get(kind) if policy.battery and kind else None,
            policy.warranty.kinds.get(kind) if policy.warranty and kind else None,
            withdrawn.funding_line if withdrawn else FundingLine.REFRESH_AND_BAU,
        )

    def _own_life(self, model: str | None) -> int | None:
        lives = (each.life_months for each in self.policy.model_lives if _matches(model or "", each.model))
        return next(lives, None)

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
