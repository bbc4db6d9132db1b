"""The forecast outturn of a year as of a day: invoiced + committed + expected, with a range. Pence, VAT included.

Two independent ways tell what is still expected, and both are shown:

    from the queue      everything that waits or falls due by the year's end × its price
    from the run-rate   what was ordered so far, carried on through the months ahead by their season

Neither is right alone. Refresh is planned: the queue knows each device and its day, while orders come in waves, so that
their pace says little of the months ahead. BAU is not planned: who breaks a laptop in March stands in no queue in
November, but breakage, losses and joiners keep a rate. So

    expected = refresh from the queue + BAU from the run-rate

where BAU already approved is the least that BAU can be. What is expected is then cut to what may be committed: first to
the volume caps, then to the line's money; BAU comes first, since what is broken now goes before what is old. What the
cut takes off is told. In the year's last weeks what the queue expects thins out, since a wave takes its time; on its
last day nothing more is expected.

The range holds about four outturns of five (`outturn_range.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import msgspec

from services.budget.rules.apportion import cut_to
from services.budget.rules.financial_year import bounds
from services.budget.rules.outturn_range import Slice, Unsure, deviation, dispersion_of
from services.budget.rules.seasonality import Weights, left_of, months_of

DAY = timedelta(days=1)


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the figures: seasons, and shares in basis points (100 are one per cent)."""

    order_weights: Weights
    bau_weights: Weights
    dispersion: int
    """Of BAU counts, until three whole months of the year tell it: 1 is pure chance."""
    cancelled_basis_points: int
    price_difference_basis_points: int
    closing_days: int
    """From a wave's proposal to its commitment."""


class Pot(NamedTuple):
    """What is forecast by itself: one kind that is bought, on one funding line."""

    line: str
    kind: str


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """What has been ordered of a pot so far in the year: devices by month for BAU, pence for all else."""

    bau_devices: Mapping[date, int] = {}
    other_pence: int = 0

    @property
    def devices(self) -> int:
        """BAU devices so far; where more were cancelled than ordered, none."""
        return max(0, sum(self.bau_devices.values()))


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in the queue for a pot, due by the year's end and not ordered: devices, and the price of one."""

    refresh: int = 0
    bau: int = 0
    price_pence: int = 0


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What a pot still expects, after the caps and the money. Pence."""

    whole: Slice
    from_queue_pence: int
    from_run_rate_pence: int
    beyond_volume_pence: int
    """What is wanted and the kind's cap leaves no volume for."""
    beyond_money_pence: int
    """What else is wanted and the line has no money for."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What may still be committed, overrides counted: pence by line, devices by kind. A kind without a cap is not in
    it."""

    room_pence: Mapping[str, int]
    volume_left: Mapping[str, int] = {}


Sums = dict[Pot, int]


class _Course(NamedTuple):
    """How far the year has come: what lies ahead over what has passed, by both seasons."""

    bau_ahead: Fraction
    orders_ahead: Fraction
    shown: Fraction
    """The share of the year's orders that has passed."""
    closing: Fraction
    """The share of the queue's demand that can still be ordered before the year ends."""


class _Wanted(NamedTuple):
    """What a pot would take without any limit, in pence."""

    rate: int
    """BAU as it came so far."""
    approved: int
    """BAU that waits in the queue."""
    refresh: int
    pace: int
    """All that is not BAU, as it came so far."""
    least: int
    """Approved BAU that can still be ordered this year."""
    deviation: int
    """One standard deviation of BAU."""

    @property
    def bau(self) -> int:
        """BAU by its rate, and not less than what is approved."""
        return max(self.rate, self.least)


def expect(
    ordered: Mapping[Pot, Ordered],
    awaited: Mapping[Pot, Awaited],
    limits: Limits,
    assumed: Assumptions,
    year: str,
    today: date,
) -> dict[Pot, Expectation]:
    """What every pot still expects in `year` after the end of `today`."""
    course = _course(assumed, year, today)
    wanted = {
        pot: _want(
            had := ordered.get(pot, Ordered()),
            awaited.get(pot, Awaited()),
            course,
            _dispersion(had, assumed, year, today),
        )
        for pot in sorted({*ordered, *awaited})
    }
    volume = {
        pot.kind: max(0, limits.volume_left[pot.kind]) * waits.price_pence
        for pot, waits in awaited.items()
        if pot.kind in limits.volume_left and waits.price_pence
    }
    money = {pot.line: max(0, limits.room_pence.get(pot.line, 0)) for pot in wanted}
    refresh = {pot: each.refresh for pot, each in wanted.items()}
    capped = _cut({pot: each.bau for pot, each in wanted.items()}, refresh, volume, _kind)
    paid = _cut(*capped, money, _line)
    approved = {pot: each.approved for pot, each in wanted.items()}
    queue = _both(_cut(*_cut(approved, refresh, volume, _kind), money, _line))
    rate, pace = {pot: each.rate for pot, each in wanted.items()}, {pot: each.pace for pot, each in wanted.items()}
    run_rate = _cut(*_cut(rate, pace, volume, _kind), money, _line)
    within_volume, within_money = _both(capped), _both(paid)
    return {
        pot: Expectation(
            whole=_slice(each, paid[0][pot], int(paid[1][pot] * course.closing), run_rate[1][pot], course),
            from_queue_pence=int(queue[pot] * course.closing),
            from_run_rate_pence=run_rate[0][pot] + run_rate[1][pot],
            beyond_volume_pence=each.bau + each.refresh - within_volume[pot],
            beyond_money_pence=within_volume[pot] - within_money[pot],
        )
        for pot, each in wanted.items()
    }


def _course(assumed: Assumptions, year: str, today: date) -> _Course:
    left = left_of(assumed.order_weights, year, today)
    days = Fraction((bounds(year)[1] - today).days, assumed.closing_days)
    return _Course(
        bau_ahead=_ratio(left_of(assumed.bau_weights, year, today)),
        orders_ahead=_ratio(left),
        shown=1 - left,
        closing=min(Fraction(1), max(Fraction(), days)),
    )


def _want(had: Ordered, waits: Awaited, course: _Course, dispersion: Fraction) -> _Wanted:
    price = waits.price_pence
    return _Wanted(
        rate=_rounded(had.devices * course.bau_ahead) * price,
        approved=waits.bau * price,
        refresh=waits.refresh * price,
        pace=int(max(0, had.other_pence) * course.orders_ahead),
        least=int(waits.bau * price * course.closing),
        deviation=round(deviation(had.devices, course.bau_ahead, dispersion) * price),
    )


def _slice(wanted: _Wanted, bau: int, refresh: int, pace: int, course: _Course) -> Slice:
    """`pace` is within the limits, as BAU and refresh are."""
    unsure = Unsure(
        refresh_slow_pence=int(min(refresh, wanted.pace) * course.shown),
        refresh_more_pence=int(max(0, pace - refresh) * course.shown),
        bau_least_pence=min(wanted.least, bau),
        bau_deviation_pence=wanted.deviation,
    )
    return Slice(refresh, bau, unsure)


def _cut(first: Sums, second: Sums, limits: Mapping[str, int], key: Callable[[Pot], str]) -> tuple[Sums, Sums]:
    """Both sums within the limits, the first served first. What has no limit stays."""
    kept, after = dict(first), dict(second)
    for name, limit in limits.items():
        mine = [pot for pot in first if key(pot) == name]
        dealt = cut_to(limit, [first[pot] for pot in mine])
        kept.update(zip(mine, dealt, strict=True))
        after.update(zip(mine, cut_to(limit - sum(dealt), [second[pot] for pot in mine]), strict=True))
    return kept, after


def _both(sums: tuple[Sums, Sums]) -> Sums:
    first, second = sums
    return {pot: pence + second[pot] for pot, pence in first.items()}


def _line(pot: Pot) -> str:
    return pot.line


def _kind(pot: Pot) -> str:
    return pot.kind


def _ratio(left: Fraction) -> Fraction:
    """What lies ahead over what has passed; nought before the year has begun, when there is no rate to go by."""
    return left / (1 - left) if left < 1 else Fraction()


def _rounded(devices: Fraction) -> int:
    return int(devices + Fraction(1, 2))


def _dispersion(had: Ordered, assumed: Assumptions, year: str, today: date) -> Fraction:
    """From the months of the year that are over by the end of `today`."""
    starts = months_of(year)
    whole = [place for place, after in enumerate((*starts[1:], bounds(year)[1] + DAY)) if after <= today + DAY]
    counts = [max(0, had.bau_devices.get(starts[place], 0)) for place in whole]
    return dispersion_of(counts, [assumed.bau_weights[place] for place in whole], assumed.dispersion)
