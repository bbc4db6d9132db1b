"""One year's facts and the rules' answer to them, looked at from every side. Pure: nothing is read here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from schemas.vocabulary import Demand, FundingLine, Kind
from services.budget.outturn_facts import Facts, Row, room_of
from services.budget.outturn_views import LineOutturn, MonthOutturn, OutturnView, PartOutturn, VolumeOutturn
from services.budget.rules.breakdown import bau_of, by_month, by_unit, refresh_of
from services.budget.rules.outturn import Pot, expect
from services.budget.rules.outturn_range import Forecast, Slice, Spent, forecast
from services.budget.rules.seasonality import ahead, left_of

Slices = Mapping[str, Sequence[Slice]]


class Reckoning:
    """A year's outturn as of `today`."""

    def __init__(self, known: Facts, year: str, today: date) -> None:
        self._known, self._year, self._today = known, year, today
        self._left = left_of(known.assumptions.order_weights, year, today)
        self._found = expect(known.ordered, known.awaited, known.limits, known.assumptions, year, today)
        self._room = sum(room_of(line) for line in known.lines)

    def view(self, *, sees_prices: bool) -> OutturnView:
        """Everything, or without the role for prices the totals."""
        totals = OutturnView(
            financial_year=self._year,
            as_of=self._today,
            lines=[self._line(row) for row in self._known.lines],
            volumes=[self._volume(row) for row in self._known.volumes],
            taught_by=self._known.taught_by,
            assumed_prices=any(price.assumed for price in self._known.planning.prices.values()),
        )
        if not sees_prices:
            return totals
        return msgspec.structs.replace(
            totals,
            kinds=self._parts(lambda row: str(row["kind"]), self._by_kind()),
            demands=self._parts(lambda row: str(row["demand"]), self._by_demand()),
            units=self._parts(lambda row: str(row["unit"]), self._by_unit()),
            months=self._months(),
        )

    def _line(self, row: Row) -> LineOutturn:
        mine = [each for pot, each in self._found.items() if pot.line == row["line"]]
        spent = Spent(row["committed_pence"], row["invoiced_pence"], room_of(row))
        ends = self._forecast(spent, [each.whole for each in mine])
        return LineOutturn(
            line=FundingLine(row["line"]),
            approved_pence=row["approved_pence"],
            override_pence=row["override_pence"],
            committed_pence=row["committed_pence"],
            invoiced_pence=row["invoiced_pence"],
            receipted_pence=row["receipted_pence"],
            from_queue_pence=sum(each.from_queue_pence for each in mine),
            from_run_rate_pence=sum(each.from_run_rate_pence for each in mine),
            expected_pence=sum(_pence(each.whole) for each in mine),
            beyond_money_pence=sum(each.beyond_money_pence for each in mine),
            **ends._asdict(),
        )

    def _volume(self, row: Row) -> VolumeOutturn:
        price = self._known.price(row["kind"])
        mine = [each for pot, each in self._found.items() if pot.kind == row["kind"]]
        beyond = sum(each.beyond_volume_pence for each in mine)
        expected = sum(_pence(each.whole) for each in mine)
        return VolumeOutturn(
            kind=Kind(row["kind"]),
            cap=row["cap"],
            override=row["override"],
            ordered=row["ordered"],
            beyond=beyond // price if price else 0,
            assumed=row["assumed"],
            expected=expected // price if price else 0,
        )

    def _by_kind(self) -> Slices:
        return _grouped((pot.kind, each.whole) for pot, each in self._found.items())

    def _by_demand(self) -> Slices:
        refresh = [refresh_of(each.whole) for each in self._found.values()]
        return {Demand.REFRESH.value: refresh, Demand.BAU.value: [bau_of(each.whole) for each in self._found.values()]}

    def _by_unit(self) -> Slices:
        waiting: dict[Pot, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        mishaps: dict[Pot, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for pot, entries in self._known.waiting.items():
            for each in entries:
                (waiting if each.demand is Demand.REFRESH else mishaps)[pot][each.unit or ""] += each.entries
        for row in self._known.units:
            if row["demand"] == Demand.BAU:
                mishaps[Pot(row["line"], row["kind"])][row["unit"]] += max(0, row["quantity"])
        return _grouped(
            (unit, part)
            for pot, each in self._found.items()
            for unit, part in by_unit(each.whole, waiting[pot], mishaps[pot]).items()
        )

    def _parts(self, key: Callable[[Row], str], expected: Slices) -> list[PartOutturn]:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in self._known.units:
            rows[key(row)].append(row)
        parts = (self._part(name, rows.get(name, ()), expected.get(name, ())) for name in sorted({*rows, *expected}))
        return [part for part in parts if part.quantity or part.outturn_pence or part.committed_pence]

    def _part(self, name: str, rows: Sequence[Row], expected: Sequence[Slice]) -> PartOutturn:
        committed, invoiced = _sum(rows, "committed_pence"), _sum(rows, "invoiced_pence")
        ends = self._forecast(Spent(committed, invoiced, self._room), expected)
        return PartOutturn(
            name=name,
            quantity=_sum(rows, "quantity"),
            committed_pence=committed,
            invoiced_pence=invoiced,
            receipted_pence=_sum(rows, "receipted_pence"),
            expected_pence=sum(map(_pence, expected)),
            **ends._asdict(),
        )

    def _months(self) -> list[MonthOutturn]:
        orders = ahead(self._known.assumptions.order_weights, self._year, self._today)
        bau = ahead(self._known.assumptions.bau_weights, self._year, self._today)
        rows: dict[tuple[str, date], list[Row]] = defaultdict(list)
        for row in self._known.months:
            rows[row["line"], row["month"]].append(row)
        expected: dict[tuple[str, date], int] = defaultdict(int)
        for pot, each in self._found.items():
            for month, pence in by_month(each.whole, self._due(pot), orders, bau).items():
                expected[pot.line, month] += pence
        return [
            MonthOutturn(
                line=FundingLine(line["line"]),
                month=month,
                quantity=_sum(rows[line["line"], month], "quantity"),
                approved_pence=_sum(rows[line["line"], month], "approved_pence"),
                committed_pence=_sum(rows[line["line"], month], "committed_pence"),
                invoiced_pence=_sum(rows[line["line"], month], "invoiced_pence"),
                receipted_pence=_sum(rows[line["line"], month], "receipted_pence"),
                expected_pence=expected[line["line"], month],
            )
            for line in self._known.lines
            for month in sorted(orders)
        ]

    def _due(self, pot: Pot) -> dict[date, int]:
        due: dict[date, int] = defaultdict(int)
        for each in self._known.waiting.get(pot, ()):
            if each.demand is Demand.REFRESH:
                due[each.month] += each.entries
        return due

    def _forecast(self, spent: Spent, slices: Iterable[Slice]) -> Forecast:
        assumed = self._known.assumptions
        shares = assumed.cancelled_basis_points, assumed.price_difference_basis_points
        return forecast(spent, slices, *shares, self._left)


def _grouped(slices: Iterable[tuple[str, Slice]]) -> Slices:
    groups: dict[str, list[Slice]] = defaultdict(list)
    for name, part in slices:
        groups[name].append(part)
    return groups


def _sum(rows: Sequence[Row], column: str) -> int:
    return sum(row[column] for row in rows)


def _pence(part: Slice) -> int:
    return part.refresh_pence + part.bau_pence
