"""An outturn looked at from another side: what each unit, demand and month has of what a pot expects.

Parts add up to the pot to the penny. A part's chance is the pot's times the root of its share, as counts that come
apart by chance vary.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from services.budget.rules.apportion import apportion
from services.budget.rules.outturn_range import Slice, Unsure

NO_UNIT = ""


def by_unit(whole: Slice, refresh: Mapping[str, int], bau: Mapping[str, int]) -> dict[str, Slice]:
    """A pot's slice by unit: refresh as its devices wait there, BAU as its devices came from there so far."""
    units = sorted({*refresh, *bau, NO_UNIT})
    refresh_weights, bau_weights = _weights(refresh, units), _weights(bau, units)
    parts = zip(
        units,
        apportion(whole.refresh_pence, refresh_weights),
        apportion(whole.unsure.refresh_slow_pence, refresh_weights),
        apportion(whole.unsure.refresh_more_pence, refresh_weights),
        apportion(whole.bau_pence, bau_weights),
        apportion(whole.unsure.bau_least_pence, bau_weights),
        bau_weights,
        strict=True,
    )
    return {
        unit: Slice(
            planned,
            rate,
            Unsure(slow, more, least, round(whole.unsure.bau_deviation_pence * math.sqrt(weight / sum(bau_weights)))),
        )
        for unit, planned, slow, more, rate, least, weight in parts
    }


def refresh_of(whole: Slice) -> Slice:
    """The refresh of a slice alone."""
    return Slice(whole.refresh_pence, 0, whole.unsure._replace(bau_least_pence=0, bau_deviation_pence=0))


def bau_of(whole: Slice) -> Slice:
    """The BAU of a slice alone."""
    return Slice(0, whole.bau_pence, whole.unsure._replace(refresh_slow_pence=0, refresh_more_pence=0))


def by_month(
    whole: Slice, due: Mapping[date, int], orders: Mapping[date, Fraction], bau: Mapping[date, Fraction]
) -> dict[date, int]:
    """What a pot expects by month: refresh where it falls due, what is overdue by the season of orders, BAU by its own.

    `due` is devices by the month they are due in; `orders` and `bau` are what lies ahead of each month's share.
    """
    months = sorted(orders)
    ahead = [month for month in months if orders[month]]
    total, left = sum(due.values()), sum(orders.values(), Fraction())
    on_time = {month: due.get(month, 0) for month in ahead}
    overdue = total - sum(on_time.values())
    refresh: Sequence[int | Fraction] = [
        on_time.get(month, 0) + (overdue * orders[month] / left if left else 0) for month in months
    ]
    planned = apportion(whole.refresh_pence, refresh)
    rate = apportion(whole.bau_pence, [bau[month] for month in months])
    return {month: planned[place] + rate[place] for place, month in enumerate(months)}


def _weights(devices: Mapping[str, int], units: Sequence[str]) -> list[int]:
    found = [max(0, devices.get(unit, 0)) for unit in units]
    return found if any(found) else [int(unit == NO_UNIT) for unit in units]
