"""The disposal policy, and the residual-value review by it: resale where a device is worth it, else reuse by a charity,
else WEEE (DESIGN §1). Money is pence; ages are whole months.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from schemas.vocabulary import Kind

Condition = Literal["good", "fair", "poor"]
Route = Literal["resale", "redistribution", "recycling"]


class Worth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device up to this age brings, by its condition, in pence."""

    up_to_months: int
    good: int
    fair: int
    poor: int


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Models that bring the same. `models` are words in maker and model, in any case; without any, all of the kind."""

    kind: Kind
    assumed: bool
    worth: tuple[Worth, ...]
    models: tuple[str, ...] = ()


class Charity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approved charity route."""

    key: str
    name: str
    what_for: str
    assumed: bool = False


class Reuse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a charity can still use: up to this age, in these conditions."""

    up_to_months: int
    conditions: tuple[Condition, ...]
    assumed: bool


class LeastWorth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Below this, selling costs more than it brings."""

    pence: int
    assumed: bool


class LastHolder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long after a record's end it still says who held the device last."""

    kept_days: int
    assumed: bool


class DisposalPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document as adopted. `no_storage` are the kinds that an inspection clears."""

    edition: str
    valid_from: date
    least_worth_reselling: LeastWorth
    reuse: dict[Kind, Reuse]
    families: tuple[Family, ...]
    charities: tuple[Charity, ...]
    no_storage: frozenset[Kind]
    last_holder: LastHolder = LastHolder(kept_days=365, assumed=True)

    def charity(self, key: str) -> Charity | None:
        """The approved charity with this key."""
        return next((each for each in self.charities if each.key == key), None)


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """What a review decided, and why in a sentence without sums."""

    route: Route
    reason: str
    residual_pence: int
    edition: str


class Reviewable(msgspec.Struct, frozen=True, kw_only=True):
    """What a review looks at."""

    kind: Kind | None
    manufacturer: str | None
    model: str | None
    purchased_on: date | None
    condition: Condition


def age_months(purchased_on: date, today: date) -> int:
    """Whole months since it was bought, never below nought."""
    months = (today.year - purchased_on.year) * 12 + today.month - purchased_on.month
    return max(0, months - (today.day < purchased_on.day))


def review(policy: DisposalPolicy, device: Reviewable, today: date) -> Reviewed:
    """Where a device goes by the policy."""
    age = None if device.purchased_on is None else age_months(device.purchased_on, today)
    family = _family(policy, device)
    residual = 0 if family is None or age is None else _worth(family, age, device.condition)
    described = _described(device, age)
    assumed = (family is None or family.assumed) and "assumed" not in policy.edition
    book = f"by edition {policy.edition}{' (assumed values)' if assumed else ''}"
    if residual >= max(1, policy.least_worth_reselling.pence):
        route: Route = "resale"
        reason = f"{described} has a residual value worth selling {book}."
    elif _reusable(policy, device, age):
        route = "redistribution"
        reason = f"{described} is not worth selling {book}, but a charity can use it."
    else:
        route = "recycling"
        reason = f"{described} is neither worth selling {book} nor fit for a charity."
    return Reviewed(route=route, reason=reason, residual_pence=residual, edition=policy.edition)


def _family(policy: DisposalPolicy, device: Reviewable) -> Family | None:
    """The first family that fits: those that name models stand before the one of the whole kind."""
    words = f"{device.manufacturer or ''} {device.model or ''}".casefold()
    of_kind = [family for family in policy.families if family.kind is device.kind]
    named = (family for family in of_kind if any(model.casefold() in words for model in family.models))
    return next(named, None) or next((family for family in of_kind if not family.models), None)


def _worth(family: Family, age: int, condition: Condition) -> int:
    for worth in sorted(family.worth, key=lambda each: each.up_to_months):
        if age <= worth.up_to_months:
            return {"good": worth.good, "fair": worth.fair, "poor": worth.poor}[condition]
    return 0


def _reusable(policy: DisposalPolicy, device: Reviewable, age: int | None) -> bool:
    limit = None if device.kind is None else policy.reuse.get(device.kind)
    return limit is not None and age is not None and age <= limit.up_to_months and device.condition in limit.conditions


def _described(device: Reviewable, age: int | None) -> str:
    what = device.model or f"An unnamed {device.kind or 'device'}"
    old = "of unknown age" if age is None else f"{age} month{'s' if age != 1 else ''} old"
    return f"{what}, {old} and in {device.condition} condition,"
