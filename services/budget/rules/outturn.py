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


def expect(
    ordered: Mapping[Pot, Ordered],
    awaited: Mapping[Pot, Awaited],
    limits: Limits,
    assumed: Assumptions,
    year: str,
    today: date,
) -> dict[Pot, Expectation]:
    """What every pot still expects in `year` after the end of `today`."""
    pots = sorted({*ordered, *awaited})
    had = {pot: ordered.get(pot, Ordered()) for pot in pots}
    waits = {pot: awaited.get(pot, Awaited()) for pot in pots}
    closing = _closing(year, today, assumed.closing_days)
    ahead_bau = _ratio(left_of(assumed.bau_weights, year, today))
    left = left_of(assumed.order_weights, year, today)
    ahead_orders = _ratio(left)
    rate = {pot: _rounded(had[pot].devices * ahead_bau) * waits[pot].price_pence for pot in pots}
    approved = {pot: waits[pot].bau * waits[pot].price_pence for pot in pots}
    least = {pot: int(approved[pot] * closing) for pot in pots}
    bau = {pot: max(rate[pot], least[pot]) for pot in pots}
    refresh = {pot: waits[pot].refresh * waits[pot].price_pence for pot in pots}
    pace = {pot: int(max(0, had[pot].other_pence) * ahead_orders) for pot in pots}

    volume = {
        pot.kind: max(0, limits.volume_left[pot.kind]) * waits[pot].price_pence
        for pot in pots
        if pot.kind in limits.volume_left and waits[pot].price_pence
    }
    capped_bau, capped_refresh = _cut(bau, refresh, volume, _kind)
    money = {pot.line: max(0, limits.room_pence.get(pot.line, 0)) for pot in pots}
    paid_bau, paid_refresh = _cut(capped_bau, capped_refresh, money, _line)
    queue = _both(_cut(*_cut(approved, refresh, volume, _kind), money, _line))
    run_rate = _both(_cut(*_cut(rate, pace, volume, _kind), money, _line))

    result: dict[Pot, Expectation] = {}
    for pot in pots:
        planned = int(paid_refresh[pot] * closing)
        devices = deviation(had[pot].devices, ahead_bau, _dispersion(had[pot], assumed, year, today))
        unsure = Unsure(
            refresh_slow_pence=int(min(planned, pace[pot]) * (1 - left)),
            bau_least_pence=min(least[pot], paid_bau[pot]),
            bau_deviation_pence=round(devices * waits[pot].price_pence),
        )
        result[pot] = Expectation(
            whole=Slice(planned, paid_bau[pot], unsure),
            from_queue_pence=int(queue[pot] * closing),
            from_run_rate_pence=run_rate[pot],
            beyond_volume_pence=bau[pot] + refresh[pot] - capped_bau[pot] - capped_refresh[pot],
            beyond_money_pence=capped_bau[pot] + capped_refresh[pot] - paid_bau[pot] - paid_refresh[pot],
        )
    return result


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


def _closing(year: str, today: date, closing_days: int) -> Fraction:
    """What share of the queue's demand can still be ordered before the year ends."""
    days = (bounds(year)[1] - today).days
    return min(Fraction(1), max(Fraction(), Fraction(days, closing_days)))


def _rounded(devices: Fraction) -> int:
    return int(devices + Fraction(1, 2))


def _dispersion(had: Ordered, assumed: Assumptions, year: str, today: date) -> Fraction:
    """From the months of the year that are over by the end of `today`."""
    starts = months_of(year)
    whole = [place for place, after in enumerate((*starts[1:], bounds(year)[1] + DAY)) if after <= today + DAY]
    counts = [max(0, had.bau_devices.get(starts[place], 0)) for place in whole]
    return dispersion_of(counts, [assumed.bau_weights[place] for place in whole], assumed.dispersion)
