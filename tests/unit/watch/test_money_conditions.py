"""The conditions about money by themselves: when each begins, holds and ends, what it says, and what it never says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import AlertSeverity
from services.watch.conditions import (
    contract_end,
    due_beyond_money,
    likely_underspend,
    outturn_crossing,
    procurement_gate,
    volume_crossing,
)
from services.watch.conditions.contract_end import ContractStanding
from services.watch.conditions.due_beyond_money import LineDue
from services.watch.conditions.finding import Verdict
from services.watch.conditions.money_words import pounds
from services.watch.conditions.outturn_crossing import LineForecast
from services.watch.conditions.procurement_gate import OrderLacks, WaveLacks
from services.watch.conditions.volume_crossing import FORECAST, ORDERED, Basis, KindVolume
from services.watch.thresholds import load_thresholds

MONEY = load_thresholds().money
TODAY = date(2024, 11, 20)
MILLION = 100_000_000
APPROVED = 25 * MILLION


def forecast(percent: float, *, high: float | None = None, beyond: int = 0, assumed: bool = False) -> LineForecast:
    """A line forecast to come to so much per cent of £25m; its high end is half a per cent above unless given."""
    pence = round(percent * APPROVED / 100)
    return LineForecast(
        financial_year="2024/25",
        line="refresh-and-bau",
        approved_pence=APPROVED,
        low_pence=pence - MILLION // 2,
        outturn_pence=pence,
        high_pence=round((percent + 0.5 if high is None else high) * APPROVED / 100),
        beyond_money_pence=beyond,
        assumed_prices=assumed,
    )


def volume(ordered: int, expected: int = 0, *, override: int = 0, beyond: int = 0) -> KindVolume:
    return KindVolume(
        financial_year="2024/25",
        kind="laptop",
        cap=1_000,
        override=override,
        ordered=ordered,
        expected=expected,
        beyond=beyond,
        assumed_cap=True,
    )


def due(gross: int, left: int, *, one_kind: bool = False, assumed: bool = False) -> LineDue:
    return LineDue(
        financial_year="2024/25",
        line="refresh-and-bau",
        until=date(2025, 2, 18),
        devices=1_234,
        gross_pence=gross,
        left_pence=left,
        one_kind=one_kind,
        assumed_prices=assumed,
    )


def contract(called: int = 0, *, name: str = "EUD-LAPTOPS", **facts: object) -> ContractStanding:
    known: dict[str, object] = {
        "contract_id": name,
        "kinds": ["laptop"],
        "ceiling_pence": 1_000,
        "called_pence": called,
        "starts_on": date(2024, 4, 1),
        "ends_on": date(2028, 3, 31),
    }
    return msgspec.convert(known | facts, ContractStanding)


def threshold(verdict: Verdict) -> float | None:
    return None if verdict.finding is None else verdict.finding.threshold


# Each condition with steps as a function from a measure in percent and the held threshold to a verdict.
Stepped = Callable[[float, float | None], Verdict]
STEPPED: dict[str, tuple[Stepped, Sequence[float], float]] = {
    "outturn": (
        lambda percent, held: outturn_crossing.judge(forecast(percent), MONEY.outturn_crossing, held, TODAY),
        [step.at for step in MONEY.outturn_crossing.steps],
        MONEY.outturn_crossing.hysteresis,
    ),
    "underspend": (
        lambda percent, held: likely_underspend.judge(forecast(100 - percent), MONEY.likely_underspend, held, TODAY),
        [step.at for step in MONEY.likely_underspend.steps],
        MONEY.likely_underspend.hysteresis,
    ),
    "ordered": (
        lambda percent, held: volume_crossing.judge(
            ORDERED, volume(round(percent * 10)), MONEY.volume_crossing, held, TODAY
        ),
        [step.at for step in MONEY.volume_crossing.ordered],
        MONEY.volume_crossing.hysteresis,
    ),
    "forecast volume": (
        lambda percent, held: volume_crossing.judge(
            FORECAST, volume(100, round(percent * 10) - 100), MONEY.volume_crossing, held, TODAY
        ),
        [step.at for step in MONEY.volume_crossing.forecast],
        MONEY.volume_crossing.hysteresis,
    ),
    "due": (
        lambda percent, held: due_beyond_money.judge(
            due(round(percent * 10_000), 1_000_000), MONEY.due_beyond_money, held
        ),
        [step.at for step in MONEY.due_beyond_money.steps],
        MONEY.due_beyond_money.hysteresis,
    ),
    "ceiling": (
        lambda percent, held: contract_end.judge_ceiling(
            contract(round(percent * 10)), MONEY.contract_end, held, TODAY
        ),
        [step.at for step in MONEY.contract_end.ceiling],
        MONEY.contract_end.hysteresis,
    ),
}


@pytest.mark.parametrize("name", STEPPED)
def test_each_step_is_reached_just_above_it_and_left_only_below_its_margin(name: str) -> None:
    judge, steps, hysteresis = STEPPED[name]
    lower = {step: ([None, *steps])[place] for place, step in enumerate(steps)}
    for step in steps:
        assert threshold(judge(step - 0.1, None)) == lower[step]
        assert threshold(judge(step + 0.1, None)) == step
        assert threshold(judge(step - hysteresis + 0.1, step)) == step
        below = threshold(judge(step - hysteresis - 0.1, step))
        assert below is None or below < step


@pytest.mark.parametrize("name", STEPPED)
@given(
    start=st.floats(1, 210),
    jitter=st.lists(st.floats(0, 0.95), min_size=1, max_size=30),
    held=st.booleans(),
)
def test_what_moves_within_the_margin_is_raised_once_and_never_taken_back(
    name: str, start: float, jitter: list[float], held: bool
) -> None:
    judge, steps, hysteresis = STEPPED[name]
    life = steps[0] if held else None
    if held and threshold(judge(start, life)) is None:
        life = None
    told = []
    for each in jitter:
        life = threshold(judge(start + each * hysteresis, life))
        told.append(-1.0 if life is None else life)
    assert told == sorted(told), "within the margin it only ever goes up"


@pytest.mark.parametrize("name", STEPPED)
@given(course=st.lists(st.floats(1, 210), max_size=20), last=st.floats(1, 210))
def test_outside_the_margins_only_the_newest_measure_counts(name: str, course: list[float], last: float) -> None:
    judge, steps, hysteresis = STEPPED[name]
    life = None
    for each in course:
        life = threshold(judge(each, life))
    if not any(step - hysteresis - 0.1 <= last <= step + 0.1 for step in steps):
        assert threshold(judge(last, life)) == threshold(judge(last, None))


@given(highs=st.lists(st.floats(99.01, 100.99), min_size=1, max_size=20))
def test_an_underspend_that_is_told_stays_while_the_high_end_sways_about_the_approved_sum(highs: list[float]) -> None:
    told = []
    life = None
    for high in highs:
        verdict = likely_underspend.judge(forecast(96, high=high), MONEY.likely_underspend, life, TODAY)
        life = threshold(verdict)
        told.append(life is not None)
    assert told == sorted(told)
    assert any(told) == any(round(high * APPROVED / 100) < APPROVED for high in highs)


def test_an_underspend_is_told_only_in_the_last_part_of_its_year() -> None:
    days = {
        day: likely_underspend.judge(forecast(80), MONEY.likely_underspend, None, day).finding is not None
        for day in (date(2024, 4, 2), date(2024, 10, 1), date(2024, 10, 2), date(2025, 3, 31), date(2025, 4, 1))
    }
    assert list(days.values()) == [False, False, True, True, False]


def test_the_words_of_a_forecast_tell_range_what_is_beyond_the_money_and_that_prices_are_assumed() -> None:
    told = outturn_crossing.judge(
        forecast(100, high=101, beyond=3 * MILLION, assumed=True), MONEY.outturn_crossing, None, TODAY
    )
    assert told.key == "outturn-crossing:2024/25:refresh-and-bau"
    assert told.finding is not None
    assert (told.finding.audience, told.finding.severity) == ("budget", AlertSeverity.WARNING)
    assert told.finding.headline == ("2024/25 refresh and BAU: 100 % of the approved sum is forecast to be reached")
    assert told.finding.detail == (
        "The forecast for 31 March 2025 is £25.0m of £25.0m approved, in four cases of five between £24.5m and £25.2m. "
        "£3.0m more is wanted this year than there is money for. This rests on assumed prices."
    )
    plain = outturn_crossing.judge(forecast(60), MONEY.outturn_crossing, None, TODAY).finding
    assert plain is not None
    assert "assumed" not in plain.detail
    assert "more is wanted" not in plain.detail


def test_the_words_of_an_underspend() -> None:
    finding = likely_underspend.judge(forecast(94, assumed=True), MONEY.likely_underspend, None, TODAY).finding
    assert finding is not None
    assert finding.severity is AlertSeverity.WARNING
    assert finding.headline == "2024/25 refresh and BAU: 6 % is likely to be left over"
    assert finding.detail == (
        "By 31 March 2025 £1.5m of £25.0m approved is likely to be unspent: the forecast is £23.5m, at most about "
        "£23.6m. This rests on assumed prices."
    )


@pytest.mark.parametrize("basis", [ORDERED, FORECAST])
def test_a_kinds_alerts_speak_of_devices_alone(basis: Basis) -> None:
    finding = volume_crossing.judge(
        basis, volume(900, 200, override=100, beyond=50), MONEY.volume_crossing, None, TODAY
    ).finding
    assert finding is not None
    assert "£" not in finding.headline + finding.detail
    assert finding.detail.endswith("50 more are wanted this year. The cap is assumed.")
    assert "of 1,100, of which an override allows 100" in finding.detail
    assert finding.threshold == (75 if basis == ORDERED else 100)


def test_a_year_that_is_over_has_neither_forecast_nor_volume() -> None:
    after = date(2025, 4, 1)
    assert outturn_crossing.judge(forecast(120), MONEY.outturn_crossing, 100, after).finding is None
    assert volume_crossing.judge(ORDERED, volume(2_000), MONEY.volume_crossing, 100, after).finding is None


def test_exactly_the_money_left_is_enough_and_a_penny_more_is_not() -> None:
    assert due_beyond_money.judge(due(5 * MILLION, 5 * MILLION), MONEY.due_beyond_money, None).finding is None
    assert due_beyond_money.judge(due(0, 0), MONEY.due_beyond_money, None).finding is None
    over = due_beyond_money.judge(due(5 * MILLION + 1, 5 * MILLION, assumed=True), MONEY.due_beyond_money, None).finding
    assert over is not None
    assert over.headline == "2024/25 refresh and BAU: devices due by 18 February 2025 cost more than the money left"
    assert over.detail == (
        "1,234 wait or fall due by then and are not ordered. They cost about £5.0m, and £5.0m may still be committed. "
        "This rests on assumed prices."
    )
    nothing_left = due_beyond_money.judge(due(1, 0), MONEY.due_beyond_money, None).finding
    assert nothing_left is not None
    assert nothing_left.severity is AlertSeverity.CRITICAL


@given(gross=st.integers(1, 10**12), left=st.integers(0, 10**12), held=st.sampled_from([None, 100.0, 200.0]))
def test_what_one_kind_costs_is_told_neither_in_words_nor_as_a_measure(
    gross: int, left: int, held: float | None
) -> None:
    finding = due_beyond_money.judge(due(gross, left, one_kind=True), MONEY.due_beyond_money, held).finding
    if finding is not None:
        assert "£" not in finding.headline + finding.detail
        assert finding.measured is None


def test_orders_without_what_their_worth_asks_for_are_one_alert_for_those_who_see_orders() -> None:
    orders = [
        OrderLacks(order_id=f"PO-{number}", lacks_route=number > 1, lacks_approval=number == 1)
        for number in range(1, 6)
    ]
    assert procurement_gate.judge_orders([], MONEY.procurement_gate).finding is None
    found = procurement_gate.judge_orders(orders, MONEY.procurement_gate).finding
    assert found is not None
    assert (found.audience, found.severity) == ("commercial", AlertSeverity.CRITICAL)
    assert found.headline == "5 orders lack a procurement route or approval"
    assert found.detail.startswith("PO-1, PO-2, PO-3 and 2 more. Without a compliant procurement route: 4. ")
    one = procurement_gate.judge_orders(orders[1:2], MONEY.procurement_gate).finding
    assert one is not None
    assert (one.headline, one.severity) == ("1 order lacks a procurement route or approval", AlertSeverity.WARNING)


def test_a_wave_says_what_it_lacks_once_and_nothing_while_it_lacks_nothing() -> None:
    wave = WaveLacks(wave="W-7", financial_year="2024/25", lacks_approval=False, sentences=["It lacks.", "It lacks."])
    verdict = procurement_gate.judge_wave(wave, MONEY.procurement_gate)
    assert verdict.key == "procurement-gate:wave:W-7"
    assert verdict.finding is not None
    assert verdict.finding.detail == "It lacks."
    assert verdict.finding.audience == "budget"
    complete = msgspec.structs.replace(wave, sentences=())
    assert procurement_gate.judge_wave(complete, MONEY.procurement_gate).finding is None


def test_a_ceiling_tells_its_share_but_no_sum_and_no_supplier() -> None:
    found = contract_end.judge_ceiling(contract(912, assumed_ceiling=True), MONEY.contract_end, None, TODAY).finding
    assert found is not None
    assert (found.audience, found.severity) == ("commercial", AlertSeverity.WARNING)
    assert found.headline == "EUD-LAPTOPS: 90 % of the ceiling is called"
    assert found.detail.startswith("91 % is called, and the contract runs until 31 March 2028.")
    assert found.detail.endswith("The ceiling is assumed.")
    assert "£" not in found.detail
    assert contract_end.judge_ceiling(contract(999), MONEY.contract_end, 90, date(2028, 4, 1)).finding is None


def test_a_term_is_told_more_urgently_as_it_ends_and_goes_on_after_its_end() -> None:
    last = date(2028, 3, 31)
    found = {
        days: contract_end.judge_term(contract(), [contract()], MONEY.contract_end, last - timedelta(days=days)).finding
        for days in (181, 180, 91, 90, 31, 30, 0, -1)
    }
    assert [each and each.threshold for each in found.values()] == [None, 180, 180, 90, 90, 30, 30, 30]
    today, after = found[0], found[-1]
    assert today is not None
    assert after is not None
    assert today.headline == "EUD-LAPTOPS ends on 31 March 2028"
    assert after.headline == "EUD-LAPTOPS ended on 31 March 2028"


@pytest.mark.parametrize(
    ("successor", "told"),
    [
        ({"starts_on": date(2028, 4, 1), "ends_on": date(2032, 3, 31)}, False),
        ({"starts_on": date(2028, 4, 2), "ends_on": date(2032, 3, 31)}, True),
        ({"starts_on": date(2024, 4, 1), "ends_on": date(2028, 3, 31)}, True),
        ({"starts_on": date(2028, 4, 1), "ends_on": date(2032, 3, 31), "kinds": ["monitor"]}, True),
    ],
)
def test_a_term_is_quiet_once_another_contract_goes_on_without_a_gap(successor: dict[str, object], told: bool) -> None:
    other = contract(name="EUD-NEXT", **successor)
    verdict = contract_end.judge_term(contract(), [contract(), other], MONEY.contract_end, date(2028, 3, 1))
    assert (verdict.finding is not None) == told


def test_sums_are_written_as_people_read_them() -> None:
    assert [pounds(pence) for pence in (0, 99_999, 100_000, 99_999_999, 100_000_000, 2_500_000_000)] == [
        "£0k",
        "less than £1k",
        "£1k",
        "£999k",
        "£1.0m",
        "£25.0m",
    ]
