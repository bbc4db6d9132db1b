"""Cells as values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.intake.mapping.structs import Day, MomentText
from services.intake.mapping.values import after_months, day_of, moment_of, months_of, pence_of, with_vat
from services.intake.translation import Untranslatable


@pytest.mark.parametrize(
    ("words", "decimal", "pence"),
    [
        ("1,234.50", "point", 123450),
        ("1234.5", "point", 123450),
        ("£1,234", "point", 123400),
        ("£ 12.30", "point", 1230),
        ("-12.00", "point", -1200),
        ("(12.00)", "point", -1200),
        ("-£12", "point", -1200),
        ("0.10", "point", 10),
        ("12.500", "point", 1250),
        ("1.234,50", "comma", 123450),
        ("1 234,5", "comma", 123450),
        ("GBP 7", "comma", 700),
    ],
)
def test_sums(words: str, decimal: str, pence: int) -> None:
    assert pence_of(decimal, "pounds", "Cost")(words) == pence  # type: ignore[arg-type]  # one of the two styles


@pytest.mark.parametrize(
    ("words", "decimal"),
    [("1.234", "point"), ("1,23", "point"), ("12,34.50", "point"), ("€5", "point"), ("1,234.5", "comma"),
     ("x", "point"),
     ("1.005", "point"), ("", "point"), ("99999999999", "point"), ("１２", "point")],
)  # fmt: skip
def test_what_is_no_sum(words: str, decimal: str) -> None:
    with pytest.raises(Untranslatable):
        pence_of(decimal, "pounds", "Cost")(words)  # type: ignore[arg-type]  # as above


def test_pence_are_whole_and_vat_is_exact() -> None:
    assert pence_of("point", "pence", "Cost")("1,240") == 1240
    with pytest.raises(Untranslatable):
        pence_of("point", "pence", "Cost")("12.5")
    assert [with_vat(net, 20) for net in (1, 2, 3, 99_999)] == [1, 2, 4, 119_999]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2027-03-31T23:00:00Z", date(2027, 4, 1)),  # midnight in London, by summer time: another financial year
        ("2027-03-31T00:00:00Z", date(2027, 3, 31)),
        ("2027-01-31 23:30:00+00:00", date(2027, 1, 31)),
        ("2027-03-31T23:30:00", date(2027, 3, 31)),
        ("2028-02-29T00:00:00.000Z", date(2028, 2, 29)),
    ],
)
def test_a_moment_that_stands_for_a_day_is_the_day_there(words: str, day: date) -> None:
    assert day_of(Day(column="D"), ZoneInfo("Europe/London"), "D")(words) == day


def test_a_moment_outside_all_years_is_no_day() -> None:
    with pytest.raises(Untranslatable):
        day_of(Day(column="D"), ZoneInfo("Asia/Tokyo"), "D")("9998-12-31T23:00:00-23:00")


def test_days() -> None:
    read = day_of(Day(column="D", formats=["%d/%m/%Y", "%d-%b-%y"]), UTC, "D")
    assert {read(words) for words in ("2025-02-20", "2025-02-20 00:00:00", "20/02/2025", "20-Feb-25")} == {
        date(2025, 2, 20)
    }
    assert read("0001-01-01") is None
    for words in ("2025-02-30", "02/20/2025", "soon", "1970-01-01"):
        with pytest.raises(Untranslatable):
            read(words)


def test_moments_stand_where_the_source_says() -> None:
    summer = moment_of(MomentText(column="M", formats=["%d/%m/%Y %H:%M", "epoch"]), ZoneInfo("Europe/London"), "M")
    at = datetime(2025, 7, 1, 8, 30, tzinfo=UTC)
    assert summer("2025-07-01 09:30:00.0000000") == at
    assert summer("2025-07-01T09:30:00+01:00") == at
    assert summer("01/07/2025 09:30") == at
    assert summer("1751358600") == summer("1751358600000") == at
    assert summer("9999-12-31T23:59:59Z") is None
    assert summer("2025-07-01") == datetime(2025, 6, 30, 23, tzinfo=UTC)
    with pytest.raises(Untranslatable, match="no moment written YYYY-MM-DD"):
        moment_of(MomentText(column="M"), UTC, "M")("yesterday")


def test_months() -> None:
    assert [months_of("W")(words) for words in ("36", "36 months", "1 Month", "24.0")] == [36, 36, 1, 24]
    with pytest.raises(Untranslatable):
        months_of("W")("3 years")
    assert after_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert after_months(date(2024, 11, 30), 3) == date(2025, 2, 28)
    assert after_months(date(2023, 12, 31), 2) == date(2024, 2, 29)
