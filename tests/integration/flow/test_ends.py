"""A device's end, through all services that have a hand in it: whatever is heard late, twice and in disorder, they
agree on where it stands after every step, and stop talking.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from schemas.topics import DEVICE_OBSERVED
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.custody.commands import Details
from services.custody.rules.machine import Cause
from services.errors import RuleBroken
from services.requests.queries import Reason
from tests.fixtures.observations import START, checked_in
from tests.integration.flow.ends import AMARA, HELEN, PRIYA, Ends, ends, serial
from tests.integration.flow.joined import Disorder, Order

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture(params=[None, 1, 2, 3], ids=["in order", "disorder 1", "disorder 2", "disorder 3"])
async def world(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    order = Order() if request.param is None else Disorder(request.param)
    async with ends(database_url, FixedClock(START), order) as made:
        yield made
        assert await made.faults() == []


async def wiped_in_custody(world: Ends, number: int = 1) -> None:
    await world.deployed(number)
    await world.tell(world.desk(DeviceState.RETURNED, number))
    await world.act(Cause.REQUEST_WIPE, number)
    await world.tell(world.wiped("done", number))


async def lost(world: Ends, *, wiped: bool = True) -> None:
    """Amara's is gone: locked, wiped by two people."""
    device_id = await world.device_id()
    found = await world.losses.report(AMARA, device_id=device_id, how="lost", idempotency_key="lost")
    await world.after()
    assert (await world.states())[2] == "locked"
    await world.losses.ask_wipe(AMARA, found.loss.loss_id, idempotency_key="ask")
    await world.after()
    await world.losses.confirm_wipe(PRIYA, found.loss.loss_id, idempotency_key="yes")
    await world.after()
    if wiped:
        await world.tell(world.wiped("done"))


async def loss_id(world: Ends) -> UUID:
    found: UUID = await world.pools["losses"].fetchval("SELECT loss_id FROM losses ORDER BY reported_at DESC LIMIT 1")
    return found


async def test_a_returned_laptop_is_wiped_reviewed_and_given_away(world: Ends) -> None:
    await world.deployed()
    assert await world.states() == ("deployed", None, None)
    await world.tell(world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", None)
    await world.act(Cause.REQUEST_WIPE)
    assert await world.states() == ("returned", "wipe_requested", None)
    assert world.console.taken == [("mdm-1", "wipe")]
    await world.tell(world.wiped("requested"))
    assert await world.states() == ("returned", "wipe_requested", None)
    await world.tell(world.wiped("done"))
    assert await world.states() == ("sanitised", "sanitised", None)
    await world.act(Cause.REVIEW, condition="good", route="redistribution", note="Schools want these.")
    assert await world.states() == ("sanitised", "reviewed", None)
    await world.act(Cause.REDISTRIBUTE, charity="schools")
    assert await world.states() == ("redistributed", "redistributed", None)
    await world.tell(world.desk(DeviceState.RETURNED), checked_in(serial(1), 1, world.clock.now()))
    assert await world.states() == ("redistributed", "redistributed", None)


async def test_what_cannot_be_wiped_is_destroyed_and_recycled(world: Ends) -> None:
    await world.deployed()
    await world.tell(world.desk(DeviceState.RETURNED))
    await world.act(Cause.REQUEST_WIPE)
    await world.tell(world.wiped("failed"))
    assert await world.states() == ("returned", "wipe_failed", None)
    await world.act(Cause.SEND_TO_DESTRUCTION)
    with pytest.raises(RuleBroken):
        await world.act(Cause.RECYCLE, weee_note="W-1")
    await world.act(Cause.DESTROY)
    assert await world.states() == ("sanitised", "destroyed", None)
    await world.act(Cause.RECYCLE, weee_note="W-1")
    assert await world.states() == ("recycled", "recycled", None)


async def test_a_lost_device_is_wiped_written_off_found_and_used_again(world: Ends) -> None:
    await world.deployed()
    await lost(world)
    assert world.console.taken == [("mdm-1", "lock"), ("mdm-1", "wipe")]
    assert await world.states() == ("deployed", None, "wiped")
    found = await loss_id(world)
    await world.losses.write_off(HELEN, found, reason="gone", idempotency_key="off")
    await world.after()
    assert await world.states() == ("written_off", None, "written_off")
    await world.losses.find(AMARA, found, idempotency_key="f")
    await world.after()
    assert await world.states() == ("deployed", None, "found")
    await world.tell(world.enrolled())
    assert await world.states() == ("deployed", None, "found")
    await world.tell(world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", "found")


async def test_a_device_lost_out_of_custody_comes_back_to_it(world: Ends) -> None:
    await world.deployed()
    await world.tell(world.desk(DeviceState.RETURNED))
    device_id = await world.device_id()
    reported = await world.losses.report(HELEN, device_id=device_id, how="lost", idempotency_key="lost")
    await world.after()
    assert await world.states() == ("returned", "returned", "locked")
    world.clock.advance(timedelta(days=30))
    await world.losses.write_off(HELEN, reported.loss.loss_id, reason="gone", idempotency_key="off")
    await world.after()
    assert await world.states() == ("written_off", "written_off", "written_off")
    await world.losses.find(HELEN, reported.loss.loss_id, idempotency_key="f")
    await world.after()
    assert await world.states() == ("returned", "returned", "found")
    assert await world.pools["custody"].fetchval("SELECT count(*) FROM records") == 2


@pytest.mark.parametrize("how", ["desk", "enrolled"])
async def test_a_device_in_custody_that_is_used_again_leaves_it_and_its_proof_falls(world: Ends, how: str) -> None:
    await wiped_in_custody(world)
    await world.act(Cause.REVIEW, condition="good")
    await world.tell(world.enrolled() if how == "enrolled" else world.desk(DeviceState.DEPLOYED))
    assert await world.states() == ("deployed", "back_in_use", None)
    await world.tell(world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", None)


async def test_a_device_enrolled_after_its_proof_is_proved_anew_and_stays_so(world: Ends) -> None:
    await wiped_in_custody(world)
    enrolled = world.enrolled()
    world.clock.advance(timedelta(hours=1))
    await world.tell(enrolled, world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", None)
    await world.act(Cause.CERTIFY)
    assert await world.states() == ("sanitised", "sanitised", None)
    await world.act(Cause.REVIEW, condition="good", route="redistribution", note="Schools.")
    assert await world.states() == ("sanitised", "reviewed", None)


async def test_a_wipe_older_than_the_use_before_its_return_is_no_proof(world: Ends) -> None:
    await world.deployed()
    await lost(world)
    await world.losses.find(AMARA, await loss_id(world), idempotency_key="f")
    await world.after()
    world.clock.advance(timedelta(days=2))
    await world.tell(checked_in(serial(1), 1, world.clock.now()))
    await world.tell(world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", "found")


async def test_a_wiped_device_that_checks_in_days_later_is_in_use(world: Ends) -> None:
    await wiped_in_custody(world)
    await world.tell(checked_in(serial(1), 1, world.clock.now()))
    assert await world.states() == ("sanitised", "sanitised", None), "the last word of the session that wiped it"
    world.clock.advance(timedelta(days=2))
    await world.tell(checked_in(serial(1), 1, world.clock.now()))
    assert await world.states() == ("deployed", "back_in_use", None)


async def test_a_wipe_asked_for_by_custody_is_not_sent_once_the_device_is_back_in_use(world: Ends) -> None:
    await world.deployed()
    await world.tell(world.desk(DeviceState.RETURNED))
    row = await world.pools["custody"].fetchrow("SELECT reference FROM records")
    assert row is not None
    await world.custodies.act(HELEN, Cause.REQUEST_WIPE, [row["reference"]], Details(), idempotency_key="w")
    await world.services.collect(world.order)
    world.clock.advance(timedelta(hours=1))
    await world.services.play([], world.order)
    await world.services.play([(DEVICE_OBSERVED, world.desk(DeviceState.DEPLOYED))], world.order)
    await world.settle()
    assert await world.states() == ("deployed", "back_in_use", None)
    assert world.console.taken == []


async def test_a_loss_found_before_its_wipe_was_sent_is_not_wiped(world: Ends) -> None:
    await world.deployed()
    device_id = await world.device_id()
    found = await world.losses.report(AMARA, device_id=device_id, how="lost", idempotency_key="lost")
    await world.after()
    await world.losses.ask_wipe(AMARA, found.loss.loss_id, idempotency_key="ask")
    await world.losses.confirm_wipe(PRIYA, found.loss.loss_id, idempotency_key="yes")
    await world.losses.find(AMARA, found.loss.loss_id, idempotency_key="found")
    await world.after()
    assert world.console.taken == [("mdm-1", "lock")]
    assert await world.states() == ("deployed", None, "found")


async def test_a_loss_wipe_that_runs_after_the_return_proves_it_and_one_before_does_not(world: Ends) -> None:
    await world.deployed()
    await lost(world, wiped=False)
    await world.losses.find(AMARA, await loss_id(world), idempotency_key="f")
    await world.after()
    await world.tell(world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", "found")
    await world.tell(world.wiped("done"))
    assert await world.states() == ("sanitised", "sanitised", "found")


async def test_a_request_because_it_was_stolen_locks_it_though_nobody_reports(world: Ends) -> None:
    await world.deployed()
    await world.requests.raise_request(
        AMARA,
        device_id=await world.device_id(),
        kind=Kind.LAPTOP,
        reason=Reason.STOLEN,
        needed_by=None,
        accessibility_needs=False,
        explanation="",
        delivery_place="Charing Cross",
        idempotency_key="ask",
    )
    await world.after()
    assert await world.states() == ("deployed", None, "locked")
    assert world.console.taken == [("mdm-1", "lock")]


async def test_a_failed_wipe_before_a_finished_one_does_not_count_again_when_the_proof_falls(
    world: Ends,
) -> None:
    await world.deployed()
    await world.tell(world.desk(DeviceState.RETURNED))
    await world.act(Cause.REQUEST_WIPE)
    await world.tell(world.wiped("failed"))
    await world.tell(world.wiped("done"))
    assert await world.states() == ("sanitised", "sanitised", None)
    enrolled = world.enrolled()
    world.clock.advance(timedelta(hours=1))
    await world.tell(enrolled, world.desk(DeviceState.RETURNED))
    assert await world.states() == ("returned", "returned", None)
