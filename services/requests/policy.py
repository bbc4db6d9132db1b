"""The request policy as a document: who may hold how many, which verdicts need nobody, how long things may wait.

Rules take a loaded policy and no file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.vocabulary import Kind, Role
from services.errors import ConfigurationError
from services.requests.rules.patience import Patience
from services.requests.rules.verdicts import GONE, Reason, Verdict

POLICY_FILE = Path(__file__).with_name("policy.yaml")

Number = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=1, le=366)]
Pounds = Annotated[int, Meta(ge=0, le=100_000)]
Words = Annotated[str, Meta(min_length=1)]


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something the policy says. `assumed` is False only for what was published, with its `source`."""

    assumed: bool
    source: str = ""


class Entitlement(Block, frozen=True, kw_only=True):
    """How many of each kind a person may hold who has one of `roles`, or a job title like one of `titles`.

    Without either it fits everybody.
    """

    name: Words
    may_hold: Mapping[Kind, Number]
    roles: frozenset[Role] = frozenset()
    titles: tuple[Words, ...] = ()

    @property
    def for_all(self) -> bool:
        """Whether it fits everybody."""
        return not self.roles and not self.titles

    def fits(self, roles: Collection[Role], title: str) -> bool:
        """Whether it is for somebody of these roles and this job title."""
        named = any(fnmatch(title.lower(), pattern.lower()) for pattern in self.titles)
        return self.for_all or named or not self.roles.isdisjoint(roles)


class Verdicts(Block, frozen=True, kw_only=True):
    """For which reasons which verdict is given, and which need a manager's approval all the same."""

    repair: frozenset[Reason]
    from_stock: frozenset[Reason]
    manager_all_the_same: frozenset[Verdict]


class Instead(Block, frozen=True, kw_only=True):
    """Which kind serves another that is bought no more."""

    kinds: Mapping[Kind, Kind]


class Waits(Block, frozen=True, kw_only=True):
    """In days: until a decision goes to the next manager above, between reminders, after the day it was due until a
    manager hears of a late return, for handing an old device back, and how long a cover may run; after a request's end
    until what it says of somebody's health and home is forgotten, and how long a copy of a photo stays with who looked.
    """

    until_escalation: Days
    until_reminder: Days
    after_due: Annotated[int, Meta(ge=0, le=366)]
    to_hand_back: Days
    longest_cover: Days
    to_forget: Days
    photo_copies: Days


class Band(Block, frozen=True, kw_only=True):
    """Between which sums, in pounds with VAT, one is planned with. No price: it is shown to those who see none."""

    from_pounds: Pounds
    to_pounds: Pounds


class RequestPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole document."""

    version: Words
    entitlements: tuple[Entitlement, ...]
    verdicts: Verdicts
    instead: Instead
    days: Waits
    bands: Mapping[Kind, Band]

    @property
    def patience(self) -> Patience:
        """How long the clock waits for people."""
        return Patience(
            escalate_after=self.days.until_escalation,
            remind_after=self.days.until_reminder,
            overdue_after=self.days.after_due,
            return_within=self.days.to_hand_back,
            forget_after=self.days.to_forget,
        )

    def entitlement_of(self, roles: Collection[Role], title: str) -> Entitlement:
        """What holds for somebody: the first entitlement that fits."""
        return next(each for each in self.entitlements if each.fits(roles, title))

    @property
    def least(self) -> Mapping[Kind, int]:
        """What everybody may hold of each kind: whoever holds more, may hold too many."""
        return {kind: min(each.may_hold[kind] for each in self.entitlements) for kind in Kind}

    def served_by(self, kind: Kind) -> Kind:
        """The kind that somebody who asks for `kind` is given."""
        return self.instead.kinds.get(kind, kind)

    def asks_manager(self, verdict: Verdict) -> bool:
        """Whether a manager decides whatever the verdict is."""
        return verdict is Verdict.MANAGER_APPROVAL or verdict in self.verdicts.manager_all_the_same

    def band_of(self, kind: Kind) -> Band | None:
        """The planning band of what is given for a kind, if there is one."""
        return self.bands.get(self.served_by(kind))


def load_policy(path: Path = POLICY_FILE) -> RequestPolicy:
    """Read and check the document. Raises ConfigurationError naming what is wrong with it."""
    try:
        policy = msgspec.yaml.decode(path.read_bytes(), type=RequestPolicy)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"request policy {path.name}: {error}") from None
    if wrong := _what_is_wrong(policy):
        raise ConfigurationError(f"request policy {path.name}: {wrong}")
    return policy


@lru_cache(maxsize=1)
def own_policy() -> RequestPolicy:
    """The document that comes with the service. Raises ConfigurationError as `load_policy` does."""
    return load_policy()


def _what_is_wrong(policy: RequestPolicy) -> str | None:
    """The first broken promise, as a sentence; None if the policy holds together."""
    never = {*GONE, Reason.ACCESSIBILITY, Reason.JOINER, Reason.LEAVER, Reason.RECLAIM}
    served = policy.instead.kinds
    places = [each.for_all for each in policy.entitlements]
    promises = {
        "entitlements: exactly the last must fit everybody": places.count(True) == 1 and places[-1:] == [True],
        "entitlements: each must say how many of every kind": all(
            set(each.may_hold) == set(Kind) for each in policy.entitlements
        ),
        "entitlements: two have one name": len({each.name for each in policy.entitlements}) == len(places),
        "verdicts: what is lost, stolen, needed for accessibility or for a joiner is not repaired": (
            never.isdisjoint(policy.verdicts.repair)
        ),
        "verdicts: what only goes back is replaced by nothing": not any(
            reason.only_returns for reason in policy.verdicts.from_stock
        ),
        "verdicts: a joiner's device is always a manager's to approve": Reason.JOINER not in policy.verdicts.from_stock,
        "instead: what serves another kind must not be served by another itself": served.keys().isdisjoint(
            served.values()
        ),
        "days: a reminder comes before an old device is due back": policy.days.until_reminder
        < policy.days.to_hand_back,
        "bands: from must be below to": all(band.from_pounds < band.to_pounds for band in policy.bands.values()),
        "what is not assumed needs a source": all(block.assumed or block.source for block in _blocks(policy)),
    }
    return next((sentence for sentence, kept in promises.items() if not kept), None)


def _blocks(policy: RequestPolicy) -> list[Block]:
    return [*policy.entitlements, policy.verdicts, policy.instead, policy.days, *policy.bands.values()]
