"""The refresh policy as a document: what a file may say, read once and checked.

An editor checks the same shapes by `policies/schema.json`, which is made of these structs. What no schema can say, such
as weights that add up, are promises: sentences told to whoever wrote a document that breaks one.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from schemas.vocabulary import FundingLine, Kind, RequestReason
from services.errors import ConfigurationError

FULL_SCORE = 1000
BROKEN_NOW = (RequestReason.BROKEN, RequestReason.LOST, RequestReason.STOLEN)
"""Reasons of people who have nothing to work with."""

Months = Annotated[int, Meta(ge=1, le=240)]
MonthsOrNone = Annotated[int, Meta(ge=0, le=240)]
Points = Annotated[int, Meta(ge=0, le=FULL_SCORE)]
Percent = Annotated[int, Meta(ge=1, le=100)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Words = Annotated[str, Meta(min_length=1)]


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something the policy says. `assumed` is False only for what was published, with its `source`."""

    assumed: bool
    source: str = ""


class Withdrawal(Block, frozen=True, kw_only=True):
    """A kind that is bought no more: it is due `on` that day, another kind takes its place, and `funding_line` pays."""

    on: date
    replaced_by: Kind
    funding_line: FundingLine = FundingLine.REFRESH_AND_BAU


class KindPolicy(Block, frozen=True, kw_only=True):
    """How long a kind serves, in months from purchase."""

    life_months: Months
    withdrawn: Withdrawal | None = None


class ModelLife(Block, frozen=True, kw_only=True):
    """Models like `model` serve so many months instead of their kind's; of several patterns the first holds."""

    model: Words
    life_months: Months


class Horizon(Block, frozen=True, kw_only=True):
    """How many months ahead the queue looks."""

    months: Months


class FailureCount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`limit` failures within `months` months."""

    limit: Annotated[int, Meta(ge=1, le=50)]
    months: Months


class FailureLimit(Block, frozen=True, kw_only=True):
    """`limit` failures within `months` months make a device due; for `kinds` it may be others."""

    limit: Annotated[int, Meta(ge=1, le=50)]
    months: Months
    kinds: dict[Kind, FailureCount] = {}


class Battery(Block, frozen=True, kw_only=True):
    """A battery that holds less than so many per cent of what it held when new makes a device of the kind due."""

    below_percent: dict[Kind, Percent]


class Warranty(Block, frozen=True, kw_only=True):
    """A device of the kind is due so many months after its warranty ends; 0 for the day on which it ends."""

    kinds: dict[Kind, MonthsOrNone]


class Tier(Block, frozen=True, kw_only=True):
    """Units whose work comes first: the codes `under`, with all units under them, give `points`."""

    name: Words
    under: Annotated[tuple[str, ...], Meta(min_length=1)]
    points: Points


class Weights(Block, frozen=True, kw_only=True):
    """The most points each part of the score may give; 1000 together. A part without points is not counted."""

    request: Points
    tier: Points
    failures: Points
    support: Points
    age: Points
    accessibility: Points = 0
    battery: Points = 0


class RequestUrgency(Block, frozen=True, kw_only=True):
    """Thousandths of the request points, a reason."""

    reasons: dict[RequestReason, Points]


class ModelSupport(Block, frozen=True, kw_only=True):
    """The maker's support of models like `model` ends on a day."""

    model: Words
    ends_on: date


class HeldBack(Block, frozen=True, kw_only=True):
    """Models that can take no newer operating system."""

    models: tuple[str, ...]


class SystemSupport(Block, frozen=True, kw_only=True):
    """Support of an operating system's version, and of all versions under it, ends on a day."""

    name: Words
    os: Words
    version: Words
    ends_on: date
    held_back: HeldBack


class Planning(Block, frozen=True, kw_only=True):
    """What waves are planned by.

    `quarterly_capacity`: how many of a kind can be handed out in a quarter; a kind that is not named has no limit.
    `delay_permille`: how many thousandths of its need an entry loses for each quarter that it waits. `floor_permille`:
    of what each unit needs now, so many thousandths come before anything else. `stock_oldest_months`: devices on the
    shelf that were bought longer ago are not given out.
    """

    quarterly_capacity: dict[Kind, Count] = {}
    delay_permille: Points = 50
    floor_permille: Points = 0
    stock_oldest_months: Months = 24


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole document. Months are calendar months, dates are London's."""

    version: Words
    horizon: Horizon
    kinds: dict[Kind, KindPolicy]
    failures: FailureLimit
    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1)]
    weights: Weights
    request_urgency: RequestUrgency
    model_lives: tuple[ModelLife, ...] = ()
    battery: Battery | None = None
    warranty: Warranty | None = None
    planning: Planning = field(default_factory=lambda: Planning(assumed=True))
    models: tuple[ModelSupport, ...] = ()
    operating_systems: tuple[SystemSupport, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read the YAML file. Raises ConfigurationError naming what is wrong and where."""
        try:
            policy = policy_of(msgspec.yaml.decode(path.read_bytes()))
        except (OSError, msgspec.MsgspecError) as error:
            raise ConfigurationError(f"refresh policy {path.name}: {error}") from None
        if wrong := _what_is_wrong(policy):
            raise ConfigurationError(f"refresh policy {path.name}: {wrong}")
        return policy


def policy_of(content: Any) -> Policy:
    """The policy that decoded YAML or JSON says, in the present form or the first. Raises msgspec.MsgspecError."""
    return msgspec.convert(_present_form(content), Policy, strict=True)


def _present_form(content: Any) -> Any:
    """The first form knew one tier, `frontline`, whose points stood with the weights."""
    if not isinstance(content, dict) or "frontline" not in content or "tiers" in content:
        return content
    frontline, weights = content["frontline"], content.get("weights")
    if not isinstance(frontline, dict) or not isinstance(weights, dict) or "frontline" not in weights:
        return content
    others = {name: value for name, value in content.items() if name != "frontline"}
    points = {name: value for name, value in weights.items() if name != "frontline"}
    tier = {"name": "frontline", "points": weights["frontline"], **frontline}
    return {**others, "tiers": [tier], "weights": {**points, "tier": weights["frontline"]}}


def _what_is_wrong(policy: Policy) -> str | None:
    """The first broken promise, as a sentence; None if the policy holds together."""
    weights, urgency = policy.weights, policy.request_urgency.reasons
    merely_old = weights.age + weights.support + weights.battery
    total = merely_old + weights.failures + weights.accessibility + weights.tier + weights.request
    points, names = [tier.points for tier in policy.tiers], [tier.name for tier in policy.tiers]
    withdrawn = {kind for kind, each in policy.kinds.items() if each.withdrawn}
    promises = {
        "kinds: every kind needs a life": set(policy.kinds) == set(Kind),
        "kinds: what takes a withdrawn kind's place must not be withdrawn itself": not any(
            each.withdrawn and each.withdrawn.replaced_by in withdrawn for each in policy.kinds.values()
        ),
        f"weights: they add up to {total}, not {FULL_SCORE}": total == FULL_SCORE,
        "weights: tier must be more than age, support and battery together": weights.tier > merely_old,
        "weights: request must be more than all others together": weights.request > total - weights.request,
        "request_urgency: every reason needs a number": set(urgency) == set(RequestReason),
        "request_urgency: broken, lost and stolen must be 1000": all(urgency.get(r) == FULL_SCORE for r in BROKEN_NOW),
        "tiers: the first must give all the points that weights.tier names": points[0] == weights.tier,
        "tiers: each must give fewer points than the one before it": all(a > b for a, b in pairwise(points)),
        "tiers: two have one name": len(set(names)) == len(names),
        "what is not assumed needs a source": all(block.assumed or block.source for block in _blocks(policy)),
    }
    return next((sentence for sentence, kept in promises.items() if not kept), None)


def _blocks(policy: Policy) -> list[Block]:
    kinds = policy.kinds.values()
    rules = (policy.battery, policy.warranty)
    return [
        policy.horizon,
        policy.failures,
        policy.weights,
        policy.request_urgency,
        policy.planning,
        *policy.tiers,
        *kinds,
        *(kind.withdrawn for kind in kinds if kind.withdrawn),
        *(rule for rule in rules if rule),
        *policy.model_lives,
        *policy.models,
        *policy.operating_systems,
        *(system.held_back for system in policy.operating_systems),
    ]
