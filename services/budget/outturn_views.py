"""What an outturn looks like to those who read it. Sums in pence, VAT included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from schemas.vocabulary import FundingLine, Kind


class LineOutturn(msgspec.Struct, frozen=True, kw_only=True):
    """A funding line's forecast outturn: `low_pence` ≤ `outturn_pence` ≤ `high_pence`, the range about four of five."""

    line: FundingLine
    approved_pence: int
    override_pence: int
    """What a director's overrides allow beyond the approved sum."""
    committed_pence: int
    invoiced_pence: int
    receipted_pence: int
    from_queue_pence: int
    """What is still expected by the queue alone."""
    from_run_rate_pence: int
    """What is still expected by the year's own pace alone."""
    expected_pence: int
    """What is still expected of both together: refresh from the queue, BAU by its rate."""
    beyond_money_pence: int
    """What is wanted this year and the line has no money for."""
    low_pence: int
    outturn_pence: int
    high_pence: int

    @property
    def left_pence(self) -> int:
        """What of the approved sum is neither committed nor invoiced; below nought where it was passed."""
        return self.approved_pence - self.committed_pence - self.invoiced_pence

    @property
    def over_pence(self) -> int:
        """By how much the outturn passes the approved sum."""
        return max(0, self.outturn_pence - self.approved_pence)

    @property
    def underspend_pence(self) -> int:
        """What is likely left over at the year's end: nought unless even the high end leaves money."""
        return self.approved_pence - self.outturn_pence if self.high_pence < self.approved_pence else 0


class PartOutturn(msgspec.Struct, frozen=True, kw_only=True):
    """The same for a kind, a demand or a unit, whose code `name` is; empty where documents do not tell."""

    name: str
    quantity: int
    """Devices ordered, less cancelled ones."""
    committed_pence: int
    invoiced_pence: int
    receipted_pence: int
    expected_pence: int
    low_pence: int
    outturn_pence: int
    high_pence: int


class MonthOutturn(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a line: what it added to each sum, and what is expected of what is left of it."""

    line: FundingLine
    month: date
    quantity: int
    approved_pence: int
    committed_pence: int
    """Committed less what was released or invoiced in the month; below nought where more was invoiced."""
    invoiced_pence: int
    receipted_pence: int
    expected_pence: int


class VolumeOutturn(msgspec.Struct, frozen=True, kw_only=True):
    """A kind's volume cap. `beyond` is how many more are wanted this year than it lets be ordered."""

    kind: Kind
    cap: int
    override: int
    """Devices that a director's overrides allow beyond the cap."""
    ordered: int
    beyond: int
    assumed: bool
    """True if nobody published the cap."""
    expected: int = 0
    """How many more are expected to be ordered this year, within cap and money."""

    @property
    def left(self) -> int:
        """How many may still be ordered."""
        return max(0, self.cap + self.override - self.ordered)


class OutturnView(msgspec.Struct, frozen=True, kw_only=True):
    """A year's outturn as far as the viewer may see it. Kinds, demands, units and months are empty without the role
    for prices; lines and volumes without the right to see totals."""

    financial_year: str
    as_of: date
    lines: Sequence[LineOutturn] = ()
    volumes: Sequence[VolumeOutturn] = ()
    kinds: Sequence[PartOutturn] = ()
    demands: Sequence[PartOutturn] = ()
    units: Sequence[PartOutturn] = ()
    months: Sequence[MonthOutturn] = ()
    taught_by: int = 0
    """How many earlier years taught the season; none: it is as assumed."""
    assumed_prices: bool = False
    """Whether what is expected rests on a price that nobody published."""
