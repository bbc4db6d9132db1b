"""What is planned and within what: demand, money, stock and time as plain figures.

Entries that are alike (same line, kind, unit, need and readiness) are one `Group`, since the plan cannot tell them
apart; so a queue of a million entries is some ten thousand groups. Which entry of a group is served is decided by the
queue's own order, outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from schemas.vocabulary import FundingLine, Kind


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """So many entries that are alike. `need` is what serving one is worth, at least 1."""

    line: FundingLine
    kind: Kind
    """The kind that would be bought: a laptop for a tablet."""
    unit: str
    """The business unit; empty for entries without one."""
    need: int
    earliest: int
    """The first of the problem's quarters in which one may be delivered; 0 for what is due now."""
    count: int


class Quarter(msgspec.Struct, frozen=True, kw_only=True):
    """Three months of the financial year in which orders may be placed, or goods may still arrive.

    `orders` is False for quarters after the year: what is ordered late arrives there, but nothing is ordered there.
    """

    starts_on: date
    orders: bool
    capacity: Mapping[Kind, int]
    """How many of a kind can be handed out in it; a kind that is not named has no limit."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One planning. Money is gross pence."""

    groups: Sequence[Group]
    quarters: Sequence[Quarter]
    """In order of time; the first is the present one."""
    price_pence: Mapping[Kind, int]
    """What one device of a kind costs, VAT included. Kinds without a price cannot be ordered."""
    money_pence: Mapping[FundingLine, int]
    """What is left on each line, all quarters together; a line that is not named, or overspent, has nothing."""
    cap: Mapping[Kind, int]
    """How many of a kind may still be ordered in the year, by its cap and its contract; one not named has no limit."""
    stock: Mapping[Kind, int]
    """Devices on the shelf; each serves one entry, costs nothing, and comes before an order."""
    lead_quarters: Mapping[Kind, int]
    """How many quarters after its order a device arrives; 0 for the same quarter. Stock is there at once."""
    delay_permille: int
    """How many thousandths of its need an entry loses for each quarter that it is delivered after its earliest; one
    thousandth is left however late, so that late is better than never."""
    floor_permille: int
    """Of a unit's entries that are due in the first quarter, at least so many thousandths are served by its wave
    (`ordered_in` 0, whenever that arrives) before anything else, as far as money, caps, stock and capacity allow; 0
    for no floor. Entries without a unit have none."""


class Source(StrEnum):
    """Where a device for an entry comes from."""

    STOCK = "stock"
    ORDER = "order"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """So many entries of a group, served alike. Quarters are places in the problem's list."""

    group: int
    source: Source
    ordered_in: int
    """The quarter whose wave it belongs to: of the order, or of the allocation from stock."""
    delivered_in: int
    count: int


class Bind(StrEnum):
    """Why entries are left out: the first of these that stands against one more of them."""

    NO_PRICE = "no_price"
    NOT_YET_DUE = "not_yet_due"
    """No quarter of the problem can deliver one that is due: more of anything else would not help."""
    MONEY = "money"
    CAP = "cap"
    CAPACITY = "capacity"
    OTHERS_FIRST = "others_first"
    """Nothing forbids it alone; what it would displace is needed more."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """So many entries of a group that no quarter serves, and why."""

    group: int
    count: int
    why: Bind


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `value` is the need met after delay, rounded down once; no plan can be worth more than `bound`."""

    choices: Sequence[Choice]
    left_out: Sequence[LeftOut]
    value: int
    bound: int
    method: str
    """optimal (proved), rounded (from the relaxed optimum), or greedy."""
    floors_met: bool
    """False if money, caps, stock or capacity did not reach for every unit's floor."""

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of the bound; 0 where it is proved the best."""
        return 0.0 if self.bound <= 0 else max(0.0, 1 - self.value / self.bound)
