"""The outturn keeps inside its limits, adds up, and grows sure as the year goes."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.budget.rules.apportion import apportion, cut_to
from services.budget.rules.breakdown import bau_of, by_month, by_unit, refresh_of
from services.budget.rules.outturn import Assumptions, Awaited, Expectation, Limits, Ordered, Pot, expect
from services.budget.rules.outturn_range import Forecast, Slice, Spent, Unsure, deviation, dispersion_of, forecast
from services.budget.rules.seasonality import ahead, learned, left_of, months_of

YEAR = "2024/25"
MONTHS = months_of(YEAR)
FIRST, LAST = date(2024, 4, 1), date(2025, 3, 31)
ASSUMED = Assumptions(
    order_weights=(5, 6, 7, 7, 6, 8, 8, 8, 6, 9, 12, 18),
    bau_weights=(1,) * 12,
    dispersion=2,
    cancelled_basis_points=200,
    price_difference_basis_points=100,
    closing_days=30,
)
LINE = "refresh-and-bau"
LAPTOP, MONITOR = Pot(LINE, "laptop"), Pot(LINE, "monitor")
PENCE = st.integers(0, 3_000_000_000)
DAYS = st.dates(FIRST - timedelta(400), LAST + timedelta(400))
POTS = st.builds(Pot, st.sampled_from([LINE, "tablet-replacement"]), st.sampled_from(["laptop", "desktop", "monitor"]))
ORDERED = st.dictionaries(
    POTS,
    st.builds(
        Ordered,
        bau_devices=st.dictionaries(st.sampled_from(MONTHS), st.integers(-50, 500)),
        other_pence=st.integers(-(10**6), 3_000_000_000),
    ),
)
PRICE = {"laptop": 102_000, "desktop": 74_400, "monitor": 18_600}


def priced(pots: dict[Pot, tuple[int, int]]) -> dict[Pot, Awaited]:
    return {pot: Awaited(refresh=refresh, bau=bau, price_pence=PRICE[pot.kind]) for pot, (refresh, bau) in pots.items()}


AWAITED = st.dictionaries(POTS, st.tuples(st.integers(0, 20_000), st.integers(0, 2_000))).map(priced)
LIMITS = st.builds(
    Limits,
    room_pence=st.dictionaries(st.sampled_from([LINE, "tablet-replacement"]), st.integers(-(10**8), 3_000_000_000)),
    volume_left=st.dictionaries(st.sampled_from(["laptop", "monitor"]), st.integers(-5, 20_000)),
)


def whole(spent: Spent, found: dict[Pot, Expectation], today: date) -> Forecast:
    left = left_of(ASSUMED.order_weights, YEAR, today)
    return forecast(spent, [each.whole for each in found.values()], 200, 100, left)


@given(DAYS, st.tuples(*[st.integers(1, 50)] * 12))
def test_what_has_passed_and_what_lies_ahead_make_one_year(today: date, weights: tuple[int, ...]) -> None:
    left = left_of(weights, YEAR, today)
    assert left >= left_of(weights, YEAR, today + timedelta(1))
    assert (left == 1) == (today < FIRST)
    assert (left == 0) == (today >= LAST)
    assert sum(ahead(weights, YEAR, today).values()) == left


def test_half_of_april_lies_ahead_of_its_fifteenth() -> None:
    assert ahead((12,) * 12, YEAR, date(2024, 4, 15))[FIRST] == Fraction(1, 24)


def test_a_season_is_learned_from_whole_years_only() -> None:
    assert learned((1,) * 12, [{3: 900}]) == ((1,) * 12, 0)
    year = dict.fromkeys(range(4, 13), 100) | {3: 300}
    weights, years = learned((1,) * 12, [year])
    assert years == 1
    assert Fraction(weights[11], sum(weights)) == (Fraction(1, 12) + Fraction(300, 1200)) / 2
    assert Fraction(weights[9], sum(weights)) == Fraction(1, 24)


@given(st.integers(0, 10**11), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_what_is_dealt_out_is_the_whole(total: int, weights: list[int]) -> None:
    dealt = apportion(total, weights)
    assert sum(dealt) == (total if any(weights) else 0)
    assert min(dealt) >= 0
    cut = cut_to(total, weights)
    assert sum(cut) == min(total, sum(weights))
    assert all(mine <= asked for mine, asked in zip(cut, weights, strict=True))


@given(ORDERED, AWAITED, LIMITS, DAYS)
def test_nothing_is_expected_that_may_not_be_committed(
    ordered: dict[Pot, Ordered], awaited: dict[Pot, Awaited], limits: Limits, today: date
) -> None:
    found = expect(ordered, awaited, limits, ASSUMED, YEAR, today)
    for way in (
        {pot: each.whole.refresh_pence + each.whole.bau_pence for pot, each in found.items()},
        {pot: each.from_queue_pence for pot, each in found.items()},
        {pot: each.from_run_rate_pence for pot, each in found.items()},
    ):
        assert min(way.values(), default=0) >= 0
        for line in {pot.line for pot in way}:
            room = max(0, limits.room_pence.get(line, 0))
            assert sum(pence for pot, pence in way.items() if pot.line == line) <= room
        for kind, volume in limits.volume_left.items():
            mine = sum(pence for pot, pence in way.items() if pot.kind == kind and pot in awaited)
            assert mine <= max(0, volume) * PRICE[kind]
    for each in found.values():
        assert min(each.beyond_money_pence, each.beyond_volume_pence) >= 0
        unsure = each.whole.unsure
        assert 0 <= unsure.refresh_slow_pence <= each.whole.refresh_pence
        assert 0 <= unsure.bau_least_pence <= each.whole.bau_pence


@given(ORDERED, AWAITED, LIMITS, DAYS, PENCE, PENCE, st.integers(0, 3_000_000_000))
def test_the_range_lies_round_the_outturn(
    ordered: dict[Pot, Ordered],
    awaited: dict[Pot, Awaited],
    limits: Limits,
    today: date,
    committed: int,
    invoiced: int,
    room: int,
) -> None:
    found = expect(ordered, awaited, limits, ASSUMED, YEAR, today)
    low, outturn, high = whole(Spent(committed, invoiced, room), found, today)
    assert low <= outturn <= high
    assert invoiced <= invoiced + committed - committed * 200 // 10_000 <= low
    if today >= LAST:
        assert low == outturn == high == invoiced + committed


@given(st.integers(0, 5_000), st.integers(0, 20_000), st.integers(1, 10))
def test_a_year_that_goes_on_as_it_went_grows_surer(devices: int, refresh: int, month: int) -> None:
    """BAU alike each month, refresh in step with the season: with each month that passes the range is narrower."""
    price = 102_000

    def width(months: int) -> int:
        today = MONTHS[months] - timedelta(1)
        left = left_of(ASSUMED.order_weights, YEAR, today)
        so_far = int(refresh * price * (1 - left))
        ordered = Ordered(bau_devices=dict.fromkeys(MONTHS[:months], devices), other_pence=so_far)
        waiting = Awaited(refresh=int(refresh * left), price_pence=price)
        limits = Limits(room_pence={LINE: 10**12})
        found = expect({LAPTOP: ordered}, {LAPTOP: waiting}, limits, ASSUMED, YEAR, today)
        low, _, high = whole(Spent(0, so_far, 10**12), found, today)
        return high - low

    a_device_more_by_rounding = price
    assert width(month + 1) <= width(month) + a_device_more_by_rounding


@given(st.integers(0, 5_000), st.integers(1, 20), st.fractions(0, 50), st.fractions(0, 50))
def test_chance_fades_with_what_lies_ahead(devices: int, dispersion: int, one: Fraction, other: Fraction) -> None:
    nearer, farther = sorted((one, other))
    assert deviation(devices, nearer, Fraction(dispersion)) <= deviation(devices, farther, Fraction(dispersion))
    assert deviation(devices, Fraction(), Fraction(dispersion)) == 0


def test_months_alike_are_pure_chance_and_a_batch_is_more() -> None:
    assert dispersion_of([10, 10, 10, 10], [1, 1, 1, 1], 2) == 1
    assert dispersion_of([0, 0, 0, 40], [1, 1, 1, 1], 2) == 40
    assert dispersion_of([40, 0], [1, 1], 2) == 2


def test_bau_goes_before_refresh_where_money_is_short() -> None:
    awaited = {
        LAPTOP: Awaited(refresh=100, price_pence=100_000),
        MONITOR: Awaited(refresh=100, bau=50, price_pence=20_000),
    }
    found = expect({}, awaited, Limits(room_pence={LINE: 6_000_000}), ASSUMED, YEAR, date(2024, 6, 30))
    assert found[MONITOR].whole.bau_pence == 1_000_000
    assert sum(each.whole.refresh_pence for each in found.values()) == 5_000_000
    assert sum(each.beyond_money_pence for each in found.values()) == 7_000_000
    assert found[LAPTOP].beyond_volume_pence == 0


def test_a_full_cap_leaves_the_rest_beyond_the_volume() -> None:
    limits = Limits(room_pence={LINE: 10**12}, volume_left={"laptop": 30})
    waiting = {LAPTOP: Awaited(refresh=100, bau=10, price_pence=100_000)}
    found = expect({}, waiting, limits, ASSUMED, YEAR, date(2024, 6, 30))[LAPTOP]
    assert (found.whole.bau_pence, found.whole.refresh_pence) == (1_000_000, 2_000_000)
    assert (found.beyond_volume_pence, found.beyond_money_pence) == (8_000_000, 0)


def test_a_pace_beyond_the_plan_raises_the_high_end_and_nothing_else() -> None:
    """Half of a flat year has shown £10,000 of orders; the queue plans £2,000."""
    flat = structs.replace(ASSUMED, order_weights=(1,) * 12, price_difference_basis_points=0)
    had, waiting = {LAPTOP: Ordered(other_pence=1_000_000)}, {LAPTOP: Awaited(refresh=2, price_pence=100_000)}
    today = date(2024, 9, 30)

    def ends(room: int) -> Forecast:
        found = expect(had, waiting, Limits(room_pence={LINE: room}), flat, YEAR, today)
        slices = [found[LAPTOP].whole._replace(unsure=found[LAPTOP].whole.unsure._replace(bau_deviation_pence=0))]
        return forecast(Spent(0, 1_000_000, room), slices, 0, 0, left_of(flat.order_weights, YEAR, today))

    assert ends(10**9) == (1_100_000, 1_200_000, 1_600_000)
    assert ends(300_000) == (1_100_000, 1_200_000, 1_250_000)


def test_what_the_queue_expects_thins_out_as_the_year_ends() -> None:
    waiting = {LAPTOP: Awaited(refresh=30, price_pence=100_000)}
    limits = Limits(room_pence={LINE: 10**12})

    def planned(today: date) -> int:
        return expect({}, waiting, limits, ASSUMED, YEAR, today)[LAPTOP].whole.refresh_pence

    assert [planned(LAST - timedelta(days)) for days in (90, 30, 15, 1, 0)] == [
        3_000_000, 3_000_000, 1_500_000, 100_000, 0,
    ]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 900)),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(-5, 900)),
    PENCE,
    PENCE,
)
def test_units_demands_and_months_add_up(refresh: dict[str, int], bau: dict[str, int], planned: int, rate: int) -> None:
    all_of_it = Slice(planned, rate, Unsure(planned // 2, planned // 7, rate // 3, rate // 10))
    parts = by_unit(all_of_it, refresh, bau).values()
    assert sum(part.refresh_pence for part in parts) == planned
    assert sum(part.bau_pence for part in parts) == rate
    assert sum(part.unsure.refresh_slow_pence for part in parts) == planned // 2
    assert sum(part.unsure.refresh_more_pence for part in parts) == planned // 7
    assert refresh_of(all_of_it).refresh_pence + bau_of(all_of_it).bau_pence == planned + rate
    today = date(2024, 11, 4)
    due = dict(zip([date(2023, 6, 1), *MONTHS], [*refresh.values(), 1], strict=False)) or {MONTHS[9]: 1}
    months = by_month(all_of_it, due, ahead(ASSUMED.order_weights, YEAR, today), ahead((1,) * 12, YEAR, today))
    assert sum(months.values()) == planned + rate
    assert all(months[month] == 0 for month in MONTHS[:7])


def test_refresh_is_expected_in_the_month_it_falls_due() -> None:
    today = date(2025, 1, 31)
    due = {date(2024, 6, 1): 30, date(2025, 3, 1): 10}
    flat = ahead((1,) * 12, YEAR, today)
    months = by_month(Slice(4_000_000, 0, Unsure()), due, flat, flat)
    assert {month: pence for month, pence in months.items() if pence} == {
        date(2025, 2, 1): 1_500_000,
        date(2025, 3, 1): 2_500_000,
    }
