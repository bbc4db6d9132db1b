"""The queue on real PostgreSQL: any order, any repetition, one outcome; who enters, who leaves, what is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from random import Random

import pytest

from schemas.events.refresh import QueueEntered, QueueLeft, UnitAgeingMeasured
from schemas.vocabulary import BauCause, Demand, DeviceState, FundingLine, Kind, RequestReason
from services.refresh import queries
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import (
    DIRECTOR,
    TODAY,
    approved,
    changed,
    committed,
    device_id,
    failed,
    request_id,
    some_events,
    without_money,
)

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("seed", range(6))
async def test_twice_and_shuffled_is_as_once(refresh: Refresh, seed: int) -> None:
    events = some_events(seed)
    await refresh.hear_in_batches(events, size=41)
    once = await refresh.state()
    assert all(once.values()), "a run that leaves a table empty proves nothing about it"
    assert once["ageing"] == await refresh.recounted()

    await refresh.pool.execute("TRUNCATE standing, failures, requests, queue, ageing, inbox, outbox")
    shuffled = events + events
    Random(seed).shuffle(shuffled)
    await refresh.hear_in_batches(shuffled, size=7)
    again = await refresh.state()
    for table, rows in once.items():
        assert again[table] == rows, table


async def test_replicas_at_once_are_as_one(refresh: Refresh) -> None:
    events = some_events(11, events=400)
    await refresh.hear_in_batches(events, size=50)
    once = await refresh.state()
    await refresh.pool.execute("TRUNCATE standing, failures, requests, queue, ageing, inbox, outbox")
    Random(11).shuffle(events)
    await asyncio.gather(*(refresh.hear_in_batches(events[part::4], size=9) for part in range(4)))
    again = await refresh.state()
    for table, rows in once.items():
        assert again[table] == rows, table


async def test_a_device_has_one_entry_whatever_names_it(refresh: Refresh) -> None:
    await refresh.hear(approved(1, of=1), approved(2, of=1), failed(1, "A", 1), failed(1, "B", 2), failed(1, "C", 3))
    await refresh.hear(changed(1))
    lines = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert [(line.device_id, line.request_reference) for line in lines] == [(device_id(1), "R-1")]


async def test_a_request_before_the_facts(refresh: Refresh) -> None:
    (told,) = await refresh.hear(approved(1, of=1, reason=RequestReason.LOST))
    assert isinstance(told, QueueEntered)
    assert (told.data.rule, told.data.demand, told.data.serial) == ("request-lost", Demand.BAU, None)
    (told,) = await refresh.hear(changed(1, state=DeviceState.WRITTEN_OFF))
    assert isinstance(told, QueueEntered)
    assert (told.data.rule, told.data.serial) == ("request-lost", "SN0001")
    lines = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert [line.serial for line in lines] == ["SN0001"]


async def test_an_order_before_the_approval(refresh: Refresh) -> None:
    await refresh.hear(committed(1, of=1))
    assert await queries.queue(refresh.pool, DIRECTOR, TODAY) == []
    await refresh.hear(approved(1, of=1))
    await refresh.hear(changed(1))
    (line,) = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert (line.status, line.rule, line.request_reference) == ("ordered", "request-broken", "R-1")


async def test_a_request_without_a_device_stands_until_it_is_ordered(refresh: Refresh) -> None:
    await refresh.hear(approved(1, of=None, reason=RequestReason.ACCESSIBILITY))
    (line,) = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert (line.device_id, line.unit, line.demand) == (None, "central-west-response", Demand.BAU)
    await refresh.hear(without_money(1, of=None))
    (line,) = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert line.waiting_for == "Nothing is left."
    (left,) = await refresh.hear(committed(1, of=None))
    assert isinstance(left, QueueLeft)
    assert (left.data.device_id, left.data.cause) == (request_id(1), "ordered")
    assert await queries.queue(refresh.pool, DIRECTOR, TODAY) == []


@pytest.mark.parametrize("state", [DeviceState.RETURNED, DeviceState.RECYCLED, DeviceState.IN_STOCK])
async def test_a_device_no_longer_used_leaves(refresh: Refresh, state: DeviceState) -> None:
    await refresh.hear(changed(1), changed(2))
    left, measured = await refresh.hear(changed(1, 2, state=state))
    assert isinstance(left, QueueLeft)
    assert (left.data.device_id, left.data.cause) == (device_id(1), "cancelled")
    assert isinstance(measured, UnitAgeingMeasured)
    assert (measured.data.deployed, measured.data.past_policy_life, measured.data.sequence) == (1, 1, 2)
    assert [line.serial for line in await queries.queue(refresh.pool, DIRECTOR, TODAY)] == ["SN0002"]


async def test_a_replaced_device_leaves_as_fulfilled(refresh: Refresh) -> None:
    await refresh.hear(changed(1), approved(1, of=1), committed(1, of=1))
    left, _ = await refresh.hear(changed(1, 2, state=DeviceState.RETURNED))
    assert isinstance(left, QueueLeft)
    assert left.data.cause == "fulfilled"


async def test_better_facts_take_a_device_out(refresh: Refresh) -> None:
    await refresh.hear(changed(1))
    told = await refresh.hear(changed(1, 2, purchased_on=TODAY))
    assert [type(each) for each in told] == [QueueLeft, UnitAgeingMeasured]
    assert await refresh.hear(changed(1, 1)) == []
    assert await queries.queue(refresh.pool, DIRECTOR, TODAY) == []


async def test_nothing_is_told_when_nothing_visible_changed(refresh: Refresh) -> None:
    assert len(await refresh.hear(changed(1))) == 2
    assert await refresh.hear(changed(1, 2, manufacturer="Dell Inc.", holder_email="a@metropolitan.example")) == []
    assert await refresh.hear(committed(1, of=1)) != [], "the request's reference is part of the entry"
    assert await refresh.hear(without_money(1, of=1)) == []


async def test_one_measurement_a_unit_and_kind_in_a_batch(refresh: Refresh) -> None:
    told = await refresh.hear(*(changed(number, unit=f"unit-{number % 3}") for number in range(60)))
    measured = Counter(each.data.unit for each in told if isinstance(each, UnitAgeingMeasured))
    assert measured == {"unit-0": 1, "unit-1": 1, "unit-2": 1}
    assert len({each.id for each in told}) == len(told)


async def test_a_withdrawn_failure_stays_withdrawn(refresh: Refresh) -> None:
    await refresh.hear(changed(1, purchased_on=TODAY), *(failed(1, f"INC{days}", days) for days in (5, 9)))
    await refresh.hear(failed(1, "INC3", 3, withdrawn=True))
    assert await refresh.hear(failed(1, "INC3", 3)) == [], "told before it was withdrawn, heard after"
    (entered,) = await refresh.hear(failed(1, "INC1", 1))
    assert isinstance(entered, QueueEntered)
    assert entered.data.rule == "repeated-failure"
    (left,) = await refresh.hear(failed(1, "INC1", 1, withdrawn=True))
    assert isinstance(left, QueueLeft)


@pytest.mark.parametrize("turned", [False, True])
async def test_a_ticket_opened_again_is_a_failure_after_all(refresh: Refresh, turned: bool) -> None:
    await refresh.hear(changed(1, purchased_on=TODAY), *(failed(1, f"INC{days}", days) for days in (5, 9)))
    words = [failed(1, "INC1", 1, withdrawn=revision == 2, revision=revision) for revision in (1, 2, 3)]
    told = [event for word in (reversed(words) if turned else words) for event in await refresh.hear(word)]
    moves = [type(event) for event in told if isinstance(event, QueueEntered | QueueLeft)]
    assert moves == ([QueueEntered] if turned else [QueueEntered, QueueLeft, QueueEntered])


async def test_an_entry_says_which_line_pays_and_what_caused_it(refresh: Refresh) -> None:
    await refresh.hear(changed(1, kind=Kind.TABLET), changed(2), approved(1, of=2, reason=RequestReason.LOST))
    rows = await refresh.pool.fetch("SELECT serial, demand, line, cause FROM queue ORDER BY serial")
    assert [tuple(row) for row in rows] == [
        ("SN0001", "refresh", "tablet-replacement", None),
        ("SN0002", "bau", "refresh-and-bau", "loss"),
    ]
    (entered,) = await refresh.hear(approved(2, of=1, reason=RequestReason.BROKEN))
    assert isinstance(entered, QueueEntered)
    assert (entered.data.line, entered.data.cause) == (FundingLine.TABLET_REPLACEMENT, BauCause.BREAKAGE)


async def test_battery_warranty_and_accessibility_reach_the_queue(refresh: Refresh) -> None:
    await refresh.hear(
        changed(1, purchased_on=date(2024, 1, 1), battery_health_percent=40),
        changed(2, purchased_on=date(2024, 1, 1), kind=Kind.DESKTOP, warranty_ends_on=date(2023, 1, 31)),
        changed(3, purchased_on=date(2024, 1, 1)),
        approved(1, of=3, reason=RequestReason.SLOW, needs=True),
    )
    lines = {line.serial: line for line in await queries.queue(refresh.pool, DIRECTOR, TODAY)}
    assert (lines["SN0001"].rule, lines["SN0001"].due_on) == ("battery-worn", date(2024, 11, 1))
    assert lines["SN0001"].score_parts["battery"] == 30
    assert (lines["SN0002"].rule, lines["SN0002"].due_on) == ("out-of-warranty", date(2025, 1, 31))
    assert lines["SN0003"].score_parts["accessibility"] == 60
