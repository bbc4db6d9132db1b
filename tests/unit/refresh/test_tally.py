"""What a wave does, counted: all that is asked for is served now, foreseen, or left out."""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import FundingLine, Kind
from services.refresh.tally import Asked, Served, tally
from services.refresh.wave_queries import LeftOutRow, QuarterRow, UnitRow, WaveRow

NOW, LATER = date(2024, 10, 1), date(2025, 1, 1)
LINE, TABLETS = FundingLine.REFRESH_AND_BAU, FundingLine.TABLET_REPLACEMENT


def test_a_wave_by_kind_unit_and_quarter() -> None:
    asked = [Asked(LINE, Kind.LAPTOP, "west", 10), Asked(LINE, Kind.LAPTOP, "", 4), Asked(TABLETS, Kind.LAPTOP, "", 3)]
    served = [
        Served(LINE, Kind.LAPTOP, "west", NOW, "order", 5),
        Served(LINE, Kind.LAPTOP, "west", NOW, "stock", 2),
        Served(LINE, Kind.LAPTOP, "", LATER, "order", 3),
        Served(LINE, Kind.LAPTOP, "west", LATER, "stock", 1),
        Served(TABLETS, Kind.LAPTOP, "", NOW, "order", 3),
    ]
    summary, totals = tally(NOW, asked, served, [], {Kind.LAPTOP: 100})
    assert (totals.from_stock, totals.ordered, totals.gross_pence) == (2, 8, 800)
    assert summary.rows == [
        WaveRow(line=LINE, kind=Kind.LAPTOP, asked=14, from_stock=2, ordered=5, later=4, left_out=3, gross_pence=500),
        WaveRow(line=TABLETS, kind=Kind.LAPTOP, asked=3, from_stock=0, ordered=3, later=0, left_out=0, gross_pence=300),
    ]
    assert summary.units == [
        UnitRow(unit=None, asked=7, served=3, later=3, left_out=1),
        UnitRow(unit="west", asked=10, served=7, later=1, left_out=2),
    ]
    assert summary.later == [QuarterRow(starts_on=LATER, entries=4, gross_pence=300)]
    again, _ = tally(NOW, asked, served, summary.left_out, {Kind.LAPTOP: 100})
    assert again.left_out == summary.left_out, "counted again at release, nothing is told twice"
    assert [(each.why, each.entries) for each in summary.left_out] == [("changed", 3)], "as many reasons as left out"
    why = [LeftOutRow(kind=Kind.LAPTOP, why="money", entries=3, highest_score=402)]
    assert tally(NOW, asked, served, why, {Kind.LAPTOP: 100})[0].left_out == why
    for row in summary.rows:
        assert row.asked == row.from_stock + row.ordered + row.later + row.left_out
