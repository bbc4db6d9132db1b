"""What viewers read: their own units only, places counted over the whole queue, and explanations that agree with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.vocabulary import DeviceState, Kind, RequestReason
from services.refresh import queries
from services.refresh.queries import DueMonth
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import (
    AMARA,
    DANIEL,
    DIRECTOR,
    PRIYA,
    TODAY,
    approved,
    changed,
    failed,
    some_events,
    without_money,
)

pytestmark = pytest.mark.integration
WEST, NORTH, OFFICE = "central-west-response", "central-north-response", "commercial-finance"


async def test_broken_then_frontline_then_old(refresh: Refresh) -> None:
    await refresh.hear(
        changed(1, unit=OFFICE, purchased_on=date(2016, 1, 1), model="Latitude 7400"),
        changed(2, unit=NORTH, purchased_on=date(2020, 1, 1)),
        changed(3, unit=OFFICE, purchased_on=date(2024, 1, 1)),
        changed(4, unit=WEST, purchased_on=date(2020, 2, 1)),
        approved(1, of=3),
    )
    lines = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert [line.serial for line in lines] == ["SN0003", "SN0002", "SN0004", "SN0001"]
    assert [line.place for line in lines] == [1, 2, 3, 4]
    assert all(sum(line.score_parts.values()) == line.score for line in lines)


async def test_a_manager_sees_own_units_with_places_of_the_whole_queue(refresh: Refresh) -> None:
    await refresh.hear(
        changed(1, unit=NORTH, purchased_on=date(2018, 1, 1)),
        changed(2, unit=WEST, purchased_on=date(2019, 1, 1)),
        changed(3, unit=OFFICE),
        changed(4, unit=None),
    )
    assert [(each.serial, each.place) for each in await queries.queue(refresh.pool, PRIYA, TODAY)] == [("SN0002", 2)]
    assert [(each.serial, each.place) for each in await queries.queue(refresh.pool, DANIEL, TODAY)] == [("SN0001", 1)]
    assert len(await queries.queue(refresh.pool, DIRECTOR, TODAY)) == 4
    assert (await queries.due(refresh.pool, PRIYA, TODAY)).overdue == 1
    assert (await queries.due(refresh.pool, DIRECTOR, TODAY)).overdue == 4
    assert await queries.why(refresh.pool, PRIYA, "SN0001", TODAY) is None
    mine = await queries.why(refresh.pool, PRIYA, " sn0002 ", TODAY)
    assert mine is not None
    assert mine.place == 2


async def test_staff_see_nothing_of_the_queue(refresh: Refresh) -> None:
    await refresh.hear(changed(1, unit=WEST), approved(1, of=None))
    assert await queries.queue(refresh.pool, AMARA, TODAY) == []
    assert await queries.why(refresh.pool, AMARA, "SN0001", TODAY) is None
    seen = await queries.due(refresh.pool, AMARA, TODAY)
    assert (seen.overdue, seen.by_month, seen.first) == (0, [], [])


async def test_due_counts_each_device_once_by_month_and_kind(refresh: Refresh) -> None:
    await refresh.hear(
        changed(1, purchased_on=date(2020, 11, 3)),
        changed(2, purchased_on=date(2020, 11, 4)),
        changed(3, purchased_on=date(2021, 2, 1)),
        changed(4, purchased_on=date(2021, 2, 28), unit=WEST),
        changed(5, purchased_on=date(2022, 6, 1)),
        changed(6, kind=Kind.SMARTPHONE, model="iPhone 13", purchased_on=date(2022, 2, 10)),
        changed(7, purchased_on=date(2019, 1, 1), state=DeviceState.IN_STOCK),
        approved(1, of=3),
        approved(2, of=None),
    )
    seen = await queries.due(refresh.pool, DIRECTOR, TODAY)
    november, february = date(2024, 11, 1), date(2025, 2, 1)
    assert seen.overdue == 1
    assert seen.by_month == [
        DueMonth(month=november, kind=Kind.LAPTOP, devices=3),
        DueMonth(month=february, kind=Kind.LAPTOP, devices=1),
        DueMonth(month=february, kind=Kind.SMARTPHONE, devices=1),
    ]
    assert len(seen.first) == 6
    beyond = await queries.due(refresh.pool, DIRECTOR, TODAY, months=24)
    assert DueMonth(month=date(2026, 6, 1), kind=Kind.LAPTOP, devices=1) in beyond.by_month
    soon = await queries.due(refresh.pool, DIRECTOR, TODAY, months=1)
    assert len(soon.by_month) == 1
    assert (await queries.due(refresh.pool, DIRECTOR, date(2024, 11, 6))).overdue == 4


@pytest.mark.parametrize("days", [0, 1, 40])
async def test_an_explanation_agrees_with_the_queue(refresh: Refresh, days: int) -> None:
    """Also on days whose sweep is still to come: the words then speak of the day that was judged."""
    await refresh.hear_in_batches(some_events(5), size=40)
    lines = [line for line in await queries.queue(refresh.pool, DIRECTOR, TODAY, limit=100) if line.serial]
    assert len(lines) > 5
    for line in lines:
        assert line.serial is not None
        told = await queries.why(refresh.pool, DIRECTOR, line.serial, TODAY + timedelta(days=days))
        if told is None:  # its facts are not known, only a request
            continue
        assert (told.in_queue, told.place, told.score, told.rule) == (True, line.place, line.score, line.rule)
        assert set(told.part_words) == set(told.score_parts)
        for part, points in told.score_parts.items():
            assert told.part_words[part].startswith(f"{points} of "), part


async def test_why_a_device_is_not_queued(refresh: Refresh) -> None:
    await refresh.hear(
        changed(1, purchased_on=date(2023, 5, 5)), failed(1, "INC1", 30), changed(2, purchased_on=None, model="T1")
    )
    told = await queries.why(refresh.pool, DIRECTOR, "SN0001", TODAY)
    assert told is not None
    assert (told.in_queue, told.place, told.due_on) == (False, None, date(2027, 5, 5))
    assert told.failures == [date(2024, 10, 5)]
    assert told.not_due_because is not None
    assert "5 May 2027" in told.not_due_because
    told = await queries.why(refresh.pool, DIRECTOR, "SN0002", TODAY)
    assert told is not None
    assert told.not_due_because == "Its purchase date is not known, nor any end of support."
    assert await queries.why(refresh.pool, DIRECTOR, "SN9999", TODAY) is None


async def test_an_entry_says_what_it_waits_for(refresh: Refresh) -> None:
    await refresh.hear(changed(1), approved(1, of=1, reason=RequestReason.SLOW), without_money(1, of=1, words="Later."))
    (line,) = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert (line.status, line.waiting_for, line.request_reference) == ("queued", "Later.", "R-1")
