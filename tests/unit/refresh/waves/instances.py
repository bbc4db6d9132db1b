"""Problems as short as a test wants them, and random ones that are small enough to be solved by trying everything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from schemas.vocabulary import FundingLine, Kind
from services.refresh.rules.waves import Group, Problem, Quarter

STARTS = [date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1), date(2025, 1, 1), date(2025, 4, 1)]
LINES = (FundingLine.REFRESH_AND_BAU, FundingLine.TABLET_REPLACEMENT)
KINDS = (Kind.LAPTOP, Kind.MONITOR)
UNITS = ("north", "south", "")


def group(need: int, count: int = 1, **facts: Any) -> Group:
    """Laptops of one unit that are due now, unless `facts` say otherwise."""
    given = {"line": LINES[0], "kind": Kind.LAPTOP, "unit": "north", "earliest": 0} | facts
    return Group(need=need, count=count, **given)


def quarters(*capacities: Mapping[Kind, int], after: int = 0) -> list[Quarter]:
    """Quarters with these capacities; nothing is ordered in the last `after` of them."""
    orders = len(capacities) - after
    return [
        Quarter(starts_on=STARTS[place], orders=place < orders, capacity=capacity)
        for place, capacity in enumerate(capacities)
    ]


def problem(*groups: Group, **facts: Any) -> Problem:
    """One quarter, laptops for £10 and monitors for £3 at once, no money, no limits, unless `facts` say otherwise."""
    given: dict[str, Any] = {
        "quarters": quarters({}),
        "price_pence": {Kind.LAPTOP: 1000, Kind.MONITOR: 300},
        "money_pence": {},
        "cap": {},
        "stock": {},
        "lead_quarters": {},
        "delay_permille": 0,
        "floor_permille": 0,
    }
    return Problem(groups=groups, **given | facts)


def small(seed: int) -> Problem:
    """Up to eight entries, three quarters, two lines and kinds, everything scarce."""
    chance = Random(seed)
    many = chance.randint(1, 3)
    left, groups = 8, []
    while left > 0 and len(groups) < 5:
        count = chance.randint(1, min(4, left))
        left -= count
        groups.append(
            Group(
                line=chance.choice(LINES),
                kind=chance.choice(KINDS),
                unit=chance.choice(UNITS),
                need=chance.randint(1, 20) if chance.random() < 0.5 else chance.randint(1, 1000),
                earliest=chance.choice((0, 0, *range(many))),
                count=count,
            )
        )
    after = chance.randrange(many)
    return Problem(
        groups=groups,
        quarters=quarters(
            *({kind: chance.randrange(4) for kind in KINDS if chance.random() < 0.4} for _ in range(many)), after=after
        ),
        price_pence={kind: chance.choice((300, 700, 1000, 1013)) for kind in KINDS if chance.random() < 0.95},
        money_pence={line: chance.randint(0, 4500) for line in LINES if chance.random() < 0.95},
        cap={kind: chance.randrange(4) for kind in KINDS if chance.random() < 0.3},
        stock={kind: chance.randrange(4) for kind in KINDS if chance.random() < 0.5},
        lead_quarters={kind: chance.randrange(2) for kind in KINDS},
        delay_permille=chance.choice((0, 50, 100, 400)),
        floor_permille=chance.choice((0, 0, 250, 600)),
    )


def wide(seed: int, groups: int = 4000) -> Problem:
    """Thousands of groups of many needs and units: too many columns to be solved exactly."""
    chance = Random(seed)
    kinds = (Kind.LAPTOP, Kind.DESKTOP, Kind.MONITOR, Kind.SMARTPHONE)
    prices = {Kind.LAPTOP: 112_345, Kind.DESKTOP: 78_012, Kind.MONITOR: 19_033, Kind.SMARTPHONE: 41_277}
    made = [
        Group(
            line=LINES[chance.random() < 0.2],
            kind=chance.choice(kinds),
            unit=f"unit-{chance.randrange(20):02}",
            need=chance.randint(1, 1000),
            earliest=chance.choice((0, 0, 0, 1, 2, 3)),
            count=chance.randint(1, 9),
        )
        for _ in range(groups)
    ]
    wanted = {kind: sum(g.count for g in made if g.kind is kind) for kind in kinds}
    cost = sum(g.count * prices[g.kind] for g in made)
    return Problem(
        groups=made,
        quarters=quarters(*({kind: count // 5 for kind, count in wanted.items()} for _ in range(4)), after=1),
        price_pence=prices,
        money_pence={LINES[0]: cost // 4, LINES[1]: cost // 15},
        cap={Kind.LAPTOP: wanted[Kind.LAPTOP] // 3},
        stock={Kind.LAPTOP: wanted[Kind.LAPTOP] // 20, Kind.MONITOR: 40},
        lead_quarters={Kind.LAPTOP: 1, Kind.DESKTOP: 1},
        delay_permille=80,
        floor_permille=chance.choice((0, 150)),
    )
