"""What a wave does, counted from the entries that are in it: by kind, by unit, and what later quarters hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.refresh.wave_queries import LeftOutRow, QuarterRow, UnitRow, WaveRow

CHANGED = "changed"
"""Why entries are left out that the plan did not leave out."""


class Asked(msgspec.Struct, frozen=True):
    """So many entries that wait for one kind, on one line, in one unit. `unit` is empty where there is none."""

    line: FundingLine
    kind: Kind
    unit: str
    entries: int


class Served(msgspec.Struct, frozen=True):
    """So many entries that a plan serves alike, in the wave of a quarter."""

    line: FundingLine
    kind: Kind
    unit: str
    quarter: date
    served_by: str
    entries: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a wave, with the sums that only some may see."""

    asked: Sequence[Asked]
    rows: Sequence[WaveRow]
    units: Sequence[UnitRow]
    left_out: Sequence[LeftOutRow]
    later: Sequence[QuarterRow]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A wave's own figures."""

    from_stock: int
    ordered: int
    gross_pence: int


def tally(
    quarter: date,
    asked: Sequence[Asked],
    served: Sequence[Served],
    left_out: Sequence[LeftOutRow],
    gross: Mapping[Kind, int],
) -> tuple[Summary, Totals]:
    """Count. `gross` is what one device of a kind costs, VAT included; kinds that none orders may be missing."""
    by_kind: dict[tuple[FundingLine, Kind], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    by_unit: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    by_quarter: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for each in asked:
        by_kind[each.line, each.kind][0] += each.entries
        by_unit[each.unit][0] += each.entries
    for way in served:
        now, order = way.quarter == quarter, way.served_by == "order"
        by_kind[way.line, way.kind][(2 if order else 1) if now else 3] += way.entries
        by_unit[way.unit][1 if now else 2] += way.entries
        if not now:
            by_quarter[way.quarter][0] += way.entries
            by_quarter[way.quarter][1] += way.entries * gross[way.kind] if order else 0
    rows = [
        WaveRow(
            line=line,
            kind=kind,
            asked=wanted,
            from_stock=stock,
            ordered=ordered,
            later=later,
            left_out=max(0, wanted - stock - ordered - later),
            gross_pence=ordered * gross[kind] if ordered else 0,
        )
        for (line, kind), (wanted, stock, ordered, later) in sorted(by_kind.items())
    ]
    units = [
        UnitRow(unit=unit or None, asked=wanted, served=now, later=later, left_out=max(0, wanted - now - later))
        for unit, (wanted, now, later) in sorted(by_unit.items())
    ]
    quarters = [
        QuarterRow(starts_on=start, entries=entries, gross_pence=pence)
        for start, (entries, pence) in sorted(by_quarter.items())
    ]
    totals = Totals(
        from_stock=sum(row.from_stock for row in rows),
        ordered=sum(row.ordered for row in rows),
        gross_pence=sum(row.gross_pence or 0 for row in rows),
    )
    told = [*left_out, *_changed(rows, left_out)]
    return Summary(asked=asked, rows=rows, units=units, left_out=told, later=quarters), totals


def _changed(rows: Sequence[WaveRow], told: Sequence[LeftOutRow]) -> list[LeftOutRow]:
    """What the plan meant to serve and nothing does: while it was made, these left the queue or moved within it."""
    rest: Counter[Kind] = Counter()
    for row in rows:
        rest[row.kind] += row.left_out
    for each in told:
        rest[each.kind] -= each.entries
    return [
        LeftOutRow(kind=kind, why=CHANGED, entries=entries, highest_score=0)
        for kind, entries in sorted(rest.items())
        if entries > 0
    ]
