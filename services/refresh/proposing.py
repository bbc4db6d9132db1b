"""From queue, shelf and budget to the problem that a plan solves. In sets: the queue may hold a million entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from schemas.events.wave import WaveOrder
from schemas.vocabulary import FundingLine, Kind
from services.budget import queries as budget
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import RuleBroken
from services.refresh.policy import PolicyInForce
from services.refresh.rules import add_months
from services.refresh.rules.quarters import quarters, quarters_between
from services.refresh.rules.waves.problem import Bind, Group, Problem, Quarter
from services.refresh.tally import Asked
from services.refresh.wave_queries import LeftOutRow
from services.requests import queries as requests

SQL = load_statements(__file__, "proposing.sql")


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a wave was planned with; kept beside it. Money in pence, prices by the kind that is bought."""

    starts: Sequence[date]
    """First days of the plan's quarters."""
    bought: Mapping[Kind, Kind]
    net_pence: Mapping[Kind, int]
    vat_pence: Mapping[Kind, int]
    money_pence: Mapping[FundingLine, int]
    cap: Mapping[Kind, int]
    stock: Mapping[Kind, int]
    lead_quarters: Mapping[Kind, int]
    delay_permille: int
    floor_permille: int
    most_pence: int | None = None
    kinds: Sequence[Kind] = ()
    assumed: Sequence[Kind] = ()
    """Kinds whose price nobody published."""

    @property
    def gross_pence(self) -> dict[Kind, int]:
        """What one device costs, VAT included."""
        return {kind: net + self.vat_pence[kind] for kind, net in self.net_pence.items()}


class Reading(NamedTuple):
    """All that a plan is made from, as of one moment. `scores` go with the groups, `shelf` is the best device first."""

    today: date
    problem: Problem
    scores: Sequence[int]
    basis: Basis
    requested: Sequence[UUID]
    shelf: Mapping[Kind, Sequence[UUID]]
    asked: Sequence[Asked]
    beyond: Sequence[LeftOutRow]


async def read(
    connection: Connection,
    policy: PolicyInForce,
    year: str,
    today: date,
    most_pence: int | None,
    kinds: Collection[Kind],
) -> Reading:
    """Read the queue, the shelf and the budget. The caller's transaction gives all of it one moment."""
    planning = await budget.planning(connection, year, today)
    bought = _bought(planning, policy, kinds)
    latest = max((price.lead_days for price in planning.prices.values()), default=0)
    calendar = quarters(today, today + timedelta(days=latest))
    starts = [start for start, _ in calendar]
    after = add_months(starts[-1], 3)
    requested = await requests.devices_with_open_request(connection)
    parameters = policy.policy.planning
    shelf = await _shelf(connection, policy, set(bought.values()), today)
    groups, scores, asked, beyond = _sorted_out(
        await connection.fetch(SQL["groups"], *pairs(bought), requested, [*starts, after], today), len(starts)
    )
    promised = await _promised(connection, year)
    prices = {price.kind: price for price in planning.prices.values()}
    basis = Basis(
        starts=starts,
        bought=bought,
        net_pence={kind: price.net_pence for kind, price in prices.items()},
        vat_pence={kind: price.vat_pence for kind, price in prices.items()},
        money_pence=_limited(
            {line: max(0, left - promised.pence.get(line, 0)) for line, left in planning.left_pence.items()},
            _would_cost(groups, {kind: price.gross_pence for kind, price in prices.items()}),
            most_pence,
        ),
        cap={kind: max(0, left - promised.devices.get(kind, 0)) for kind, left in planning.volume_left.items()},
        stock={kind: len(devices) for kind, devices in shelf.items()},
        lead_quarters={
            kind: quarters_between(today, today + timedelta(days=price.lead_days)) for kind, price in prices.items()
        },
        delay_permille=parameters.delay_permille,
        floor_permille=parameters.floor_permille,
        most_pence=most_pence,
        kinds=sorted(kinds),
        assumed=sorted(kind for kind, price in prices.items() if price.assumed),
    )
    handed = {
        (row["delivered_in"], Kind(row["kind"])): row["entries"]
        for row in await connection.fetch(SQL["capacity_taken"], starts[0])
    }
    capacity = parameters.quarterly_capacity
    problem = Problem(
        groups=groups,
        quarters=[
            Quarter(
                starts_on=start,
                orders=orders,
                capacity={kind: max(0, most - handed.get((start, kind), 0)) for kind, most in capacity.items()},
            )
            for start, orders in calendar
        ],
        price_pence=basis.gross_pence,
        money_pence=basis.money_pence,
        cap=basis.cap,
        stock=basis.stock,
        lead_quarters=basis.lead_quarters,
        delay_permille=basis.delay_permille,
        floor_permille=basis.floor_permille,
    )
    return Reading(today, problem, scores, basis, requested, shelf, asked, beyond)


def _bought(planning: budget.Planning, policy: PolicyInForce, kinds: Collection[Kind]) -> dict[Kind, Kind]:
    """Which kind is bought where one is asked for, of the kinds wanted: as the price book says, else the policy."""
    instead = {}
    for kind, each in policy.policy.kinds.items():
        price, withdrawn = planning.prices.get(kind), each.withdrawn
        instead[kind] = price.kind if price else withdrawn.replaced_by if withdrawn else kind
    return {asked: bought for asked, bought in instead.items() if not kinds or bought in kinds or asked in kinds}


def pairs(bought: Mapping[Kind, Kind]) -> tuple[list[Kind], list[Kind]]:
    """The mapping as the two columns of a statement."""
    return list(bought), list(bought.values())


async def _shelf(
    connection: Connection, policy: PolicyInForce, kinds: Collection[Kind], today: date
) -> dict[Kind, list[UUID]]:
    """Devices that may be given out, by kind, the newest first and of those the longest supported.

    One whose age is not known may be too old, so it is not given out.
    """
    oldest = add_months(today, -policy.policy.planning.stock_oldest_months)
    rows = await connection.fetch(SQL["shelf"], list(kinds), oldest, await requests.devices_set_aside(connection))
    found: dict[Kind, list[tuple[int, int, UUID]]] = defaultdict(list)
    for row in rows:
        support = policy.support_of(row["model"], row["os"], row["os_version"])
        if support is None or support.ends_on > today:
            until = support.ends_on if support else date.max
            found[Kind(row["kind"])].append((-row["purchased_on"].toordinal(), -until.toordinal(), row["device_id"]))
    return {kind: [device_id for *_, device_id in sorted(devices)] for kind, devices in found.items()}


def _sorted_out(
    rows: Iterable[Any], quarters_planned: int
) -> tuple[list[Group], list[int], list[Asked], list[LeftOutRow]]:
    """The groups, their scores, what is asked for in all, and what falls due after the last quarter of the plan."""
    groups: list[Group] = []
    scores: list[int] = []
    asked: dict[tuple[FundingLine, Kind, str], int] = defaultdict(int)
    beyond: dict[Kind, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        group = msgspec.convert({name: value for name, value in row.items() if name != "score"}, Group)
        score = row["score"]
        asked[group.line, group.kind, group.unit] += group.count
        if group.earliest < quarters_planned:
            groups.append(group)
            scores.append(score)
        else:
            beyond[group.kind][0] += group.count
            beyond[group.kind][1] = max(score, beyond[group.kind][1])
    late = [
        LeftOutRow(kind=kind, why=Bind.NOT_YET_DUE.value, entries=entries, highest_score=score)
        for kind, (entries, score) in sorted(beyond.items())
    ]
    return groups, scores, [Asked(*key, entries) for key, entries in asked.items()], late


class _Promised(NamedTuple):
    pence: dict[FundingLine, int]
    devices: dict[Kind, int]


async def _promised(connection: Connection, year: str) -> _Promised:
    """What released waves wait for, which the budget does not yet count as committed."""
    promised = _Promised(defaultdict(int), defaultdict(int))
    for row in await connection.fetch(SQL["released_orders"], year):
        for order in msgspec.convert(row["orders"], list[WaveOrder]):
            promised.pence[order.line] += order.quantity * (order.net_pence + order.vat_pence)
            promised.devices[order.kind] += order.quantity
    return promised


def _would_cost(groups: Sequence[Group], gross: Mapping[Kind, int]) -> dict[FundingLine, int]:
    cost: dict[FundingLine, int] = defaultdict(int)
    for group in groups:
        cost[group.line] += group.count * gross.get(group.kind, 0)
    return cost


def _limited(
    left: Mapping[FundingLine, int], cost: Mapping[FundingLine, int], most: int | None
) -> dict[FundingLine, int]:
    """The money left, or no more than `most` of it, shared among the lines by what they could use."""
    usable = {line: min(pence, cost.get(line, 0)) for line, pence in left.items()}
    total = sum(usable.values())
    if most is None or total <= most:
        return dict(left)
    return {line: most * pence // total for line, pence in usable.items()}


def something_to_do(reading: Reading) -> None:
    """Raise RuleBroken if nothing waits."""
    if not reading.problem.groups:
        raise RuleBroken("Nothing waits in the queue that a wave could serve; /kit queue shows what is on its way.")
