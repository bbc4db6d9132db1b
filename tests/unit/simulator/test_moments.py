"""Each vendor's spelling of a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deploy.local.simulator.microsoft.paging import BadRequestError, parse_filter
from deploy.local.simulator.moments import (
    desk_display,
    desk_moment,
    from_microseconds,
    graph_moment,
    microseconds,
    parse_desk_moment,
)

AT = microseconds(datetime(2024, 7, 1, 23, 30, 5, 123456, tzinfo=UTC))


def test_graph_writes_seven_digits_or_none_or_a_sentinel() -> None:
    assert graph_moment(AT) == "2024-07-01T23:30:05.1234565Z"
    assert graph_moment(AT // 1_000_000 * 1_000_000) == "2024-07-01T23:30:05Z"
    assert graph_moment(0) == "0001-01-01T00:00:00Z"


def test_the_desk_stores_utc_and_shows_london() -> None:
    assert desk_moment(AT) == "2024-07-01 23:30:05"
    assert desk_display(AT) == "02-07-2024 00:30:05"
    assert desk_moment(0) == desk_display(0) == ""
    assert parse_desk_moment("2024-07-01 23:30:05") == AT // 1_000_000 * 1_000_000


def test_a_moment_survives_the_way_there_and_back() -> None:
    assert microseconds(from_microseconds(AT)) == AT


def test_a_filter_with_seven_digits_never_hides_the_record_it_was_taken_from() -> None:
    assert parse_filter(f"lastSyncDateTime ge {graph_moment(AT)}") == AT
    assert parse_filter(f"lastSyncDateTime gt {graph_moment(AT)}") == AT + 1
    with pytest.raises(BadRequestError):
        parse_filter("lastSyncDateTime lt 2024-07-01T00:00:00Z")
