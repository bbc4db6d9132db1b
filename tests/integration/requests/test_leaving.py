"""Somebody leaves: what they hold is due back, by one act, once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed
from services.requests.commands import Leaving
from services.requests.queries import RequestView
from services.requests.rules.machine import Status
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.journey import changed, hear, minutes, shelve, status, told

pytestmark = pytest.mark.integration
PRIYA, AMARA = viewer("Priya Nair"), email_of("Amara Osei")


@pytest.fixture
def leaving(pool: Pool, clock: FixedClock) -> Leaving:
    return Leaving(pool, clock, small_directory())


async def test_each_device_is_due_back_once_however_often_it_is_said(
    pool: Pool, register: Pool, clock: FixedClock, leaving: Leaving, devices: dict[str, UUID]
) -> None:
    unit = "central-west-response"
    await shelve(register, "S9", 9, state=DeviceState.DEPLOYED, holder_email=AMARA, unit=unit)
    left = await leaving.leave(PRIYA, AMARA.upper(), idempotency_key="1")
    assert (left.now, left.name) == (2, "Amara Osei")
    assert {each.serial for each in left.due_back} == {"S1", "S9"}
    assert {each.return_due_on for each in left.due_back} == {clock.now().date() + timedelta(days=14)}
    for key in ("1", "2"):
        again = await leaving.leave(PRIYA, AMARA, idempotency_key=key)
        assert (again.now, len(again.due_back)) == (0, 2)
    events = await told(pool)
    assert [each.data.status for each in events] == ["return_due", "return_due"]
    await hear(pool, changed(devices["S1"], clock.now() + minutes(1), "state", state=DeviceState.RETURNED))
    found = next(each for each in left.due_back if each.serial == "S1")
    assert await status(pool, found.request_id) is Status.CLOSED


async def test_who_holds_nothing_leaves_nothing_behind(leaving: Leaving, devices: dict[str, UUID]) -> None:
    left = await leaving.leave(PRIYA, email_of("Idris Bello"), idempotency_key="1")
    assert (left.due_back, left.others, left.now) == ([], [], 0)
    with pytest.raises(BadInput):
        await leaving.leave(PRIYA, "Idris", idempotency_key="2")


async def test_only_managers_and_planners_say_so_and_only_of_their_units(
    pool: Pool, leaving: Leaving, devices: dict[str, UUID]
) -> None:
    with pytest.raises(NotAllowed):
        await leaving.leave(viewer("Amara Osei"), AMARA, idempotency_key="1")
    left = await leaving.leave(viewer("Daniel Reyes"), AMARA, idempotency_key="1")
    assert left.due_back == [], "another command's manager learns nothing"
    left = await leaving.leave(viewer("Helen Marsh"), AMARA, idempotency_key="1")
    assert len(left.due_back) == 1
    row = await pool.fetchrow("SELECT recipient_email, approver_email FROM requests")
    assert row is not None
    assert tuple(row) == (AMARA, PRIYA.email), "her manager hears of it"


async def test_a_device_with_another_request_is_named_with_it(leaving: Leaving, ordered: RequestView) -> None:
    left = await leaving.leave(PRIYA, AMARA, idempotency_key="1")
    assert left.due_back == []
    assert [(each.serial, each.reference) for each in left.others] == [("S1", ordered.reference)]
