"""What losses hear, in any order and repeated, on a real database."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import NotFound, RuleBroken
from services.losses import queries
from services.losses.commands import Losses
from services.losses.queries import LossState, LossView
from tests.fixtures.finance import NOW
from tests.fixtures.losses import device_changed, progressed, wipe_told
from tests.fixtures.people import small_directory, viewer
from tests.integration.losses.conftest import Reports, hear, told

pytestmark = pytest.mark.integration

HELEN = viewer("Helen Marsh")


async def stands(pool: Pool, loss_id: UUID) -> LossView:
    async with pool.acquire() as connection:
        view = await queries.loss(connection, HELEN, small_directory(), loss_id)
    assert view is not None
    return view


async def test_a_lock_that_was_taken_is_said_to_be_taken_and_no_more(
    pool: Pool, report: Reports, devices: dict[str, UUID]
) -> None:
    loss = (await report()).loss
    assert loss.lock_command
    sent = progressed(loss.lock_command, "lock", "sent", device_id=devices["S1"])
    await hear(pool, [sent, sent])
    await hear(pool, [sent])
    now_so = await stands(pool, loss.loss_id)
    assert (now_so.state, now_so.revision, now_so.lock_by) == (LossState.LOCKED, 2, "intune")
    assert now_so.timeline[-1].what == "Lock sent and taken by Intune"
    assert [event.state for event in await told(pool)] == ["reported", "locked"]


@pytest.mark.parametrize("seed", range(6))
async def test_every_order_with_repeats_leads_to_the_same_end(
    pool: Pool, report: Reports, losses: Losses, devices: dict[str, UUID], seed: int
) -> None:
    loss_id = (await report()).loss.loss_id
    await losses.ask_wipe(viewer("Amara Osei"), loss_id, idempotency_key="w")
    loss = await losses.confirm_wipe(HELEN, loss_id, idempotency_key="c")
    assert loss.lock_command
    assert loss.wipe_command
    device_id = devices["S1"]
    told_of: list[Any] = [
        progressed(loss.lock_command, "lock", "refused", device_id=device_id),
        progressed(loss.lock_command, "lock", "sent", device_id=device_id),
        progressed(loss.wipe_command, "wipe", "refused", device_id=device_id),
        progressed(loss.wipe_command, "wipe", "sent", device_id=device_id),
        wipe_told("done", NOW - timedelta(days=9), device_id=device_id),
        wipe_told("failed", NOW + timedelta(minutes=5), device_id=device_id),
        wipe_told("done", NOW + timedelta(minutes=9), device_id=device_id),
    ]
    chance = random.Random(seed)
    run = [*told_of, *chance.choices(told_of, k=3)]
    chance.shuffle(run)
    await hear(pool, run, size=chance.choice([1, 3, 100]))
    end = await stands(pool, loss_id)
    assert (end.state, end.lock_standing, end.wipe_standing) == (LossState.WIPED, "sent", "sent")
    assert end.wiped_at == NOW + timedelta(minutes=9)
    revisions = [event.revision for event in await told(pool)]
    assert revisions == list(range(1, end.revision + 1))
    # What stands in the timeline was heard once each; the wipe of before the report is not of this loss.
    assert len({line.what for line in end.timeline}) == len(end.timeline)


async def test_the_device_s_record_is_followed_while_it_is_lost(
    pool: Pool, report: Reports, devices: dict[str, UUID]
) -> None:
    loss_id = (await report()).loss.loss_id
    device_id = devices["S1"]
    newer = device_changed(9, device_id, unit="central-north-response")
    older = device_changed(8, device_id, unit="central-west")
    await hear(pool, [newer, older])
    assert (await stands(pool, loss_id)).unit == "central-north-response"
    assert (await told(pool))[-1].unit == "central-north-response"
    unheard = device_changed(10, device_id, battery_health_percent=40)
    await hear(pool, [unheard])
    assert len(await told(pool)) == 2


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_loss_follows_its_device_into_another_record_in_any_order(
    pool: Pool, report: Reports, devices: dict[str, UUID], backwards: bool
) -> None:
    loss = (await report()).loss
    between, last = uuid4(), uuid4()
    merges = [
        device_changed(9, devices["S1"], merged_into=between),
        device_changed(9, between, merged_into=last),
    ]
    await hear(pool, merges[::-1] if backwards else merges, size=1)
    assert (await stands(pool, loss.loss_id)).device_id == last
    await hear(pool, [wipe_told("done", NOW + timedelta(minutes=9), device_id=between)])
    assert (await stands(pool, loss.loss_id)).state == LossState.WIPED


async def test_two_open_losses_of_what_proved_one_device_both_stay(
    pool: Pool, report: Reports, devices: dict[str, UUID]
) -> None:
    first = (await report()).loss
    second = (await report("Helen Marsh", "S3")).loss
    await hear(pool, [device_changed(9, devices["S1"], merged_into=devices["S3"])])
    assert (await stands(pool, first.loss_id)).device_id == devices["S1"]
    assert (await stands(pool, second.loss_id)).device_id == devices["S3"]


async def test_a_wipe_is_of_the_last_loss_before_it(
    pool: Pool, report: Reports, losses: Losses, devices: dict[str, UUID], clock: FixedClock
) -> None:
    first = (await report()).loss
    await losses.find(viewer("Amara Osei"), first.loss_id, idempotency_key="f")
    clock.moment = NOW + timedelta(minutes=5)
    second = (await report(key="again")).loss
    await hear(pool, [wipe_told("done", NOW + timedelta(minutes=9), device_id=devices["S1"])])
    assert (await stands(pool, first.loss_id)).wiped_at is None
    assert (await stands(pool, second.loss_id)).state == LossState.WIPED


async def test_what_concerns_no_loss_is_passed_over(pool: Pool, devices: dict[str, UUID]) -> None:
    await hear(
        pool,
        [
            device_changed(2, devices["S1"], unit="central-north-response"),
            progressed(uuid4(), "wipe", "sent", reference="C-7"),
            wipe_told("done", NOW),
        ],
    )
    assert await told(pool) == []


async def test_a_word_on_a_loss_that_nobody_reported_goes_to_the_dead_letters(pool: Pool) -> None:
    with pytest.raises(NotFound, match="L-99, which nobody reported"):
        await hear(pool, [progressed(uuid4(), "wipe", "sent", reference="L-99")])


async def test_a_late_word_on_an_earlier_command_stands_in_the_timeline_and_moves_nothing(
    pool: Pool, report: Reports, devices: dict[str, UUID]
) -> None:
    loss = (await report()).loss
    await hear(pool, [progressed(uuid4(), "lock", "sent", device_id=devices["S1"])])
    now_so = await stands(pool, loss.loss_id)
    assert (now_so.state, now_so.revision, now_so.lock_standing) == (LossState.REPORTED, 1, None)
    assert now_so.timeline[-1].what == "Lock sent and taken by Intune"


async def test_what_device_management_can_never_do_is_not_sent_again(
    pool: Pool, report: Reports, losses: Losses, devices: dict[str, UUID]
) -> None:
    loss = (await report()).loss
    assert loss.lock_command
    why = "Microsoft Intune says that this device belongs to its holder; Quartermaster does not touch those."
    never = progressed(
        loss.lock_command, "lock", "refused", device_id=devices["S1"], explanation=why, cannot=["lock", "wipe"]
    )
    await hear(pool, [never, never])
    now_so = await stands(pool, loss.loss_id)
    assert (now_so.lock_standing, now_so.lock_said) == ("refused", why)
    assert (now_so.lock_barred, now_so.wipe_barred) == (True, True)
    amara, sent = viewer("Amara Osei"), len(await told(pool))
    with pytest.raises(RuleBroken, match="cannot lock such a device"):
        await losses.lock_again(amara, loss.loss_id, idempotency_key="l")
    with pytest.raises(RuleBroken, match="cannot wipe such a device"):
        await losses.ask_wipe(amara, loss.loss_id, idempotency_key="w")
    assert len(await told(pool)) == sent, "nothing went out"


async def test_a_lock_that_did_not_go_is_sent_again_as_a_new_command(
    pool: Pool, report: Reports, losses: Losses, devices: dict[str, UUID]
) -> None:
    loss = (await report()).loss
    assert loss.lock_command
    await hear(pool, [progressed(loss.lock_command, "lock", "refused", device_id=devices["S1"])])
    again = await losses.lock_again(viewer("Amara Osei"), loss.loss_id, idempotency_key="l")
    assert again.lock_command != loss.lock_command
    last = (await told(pool))[-1]
    assert last.command is not None
    assert last.command.command_id == again.lock_command
    with pytest.raises(RuleBroken, match="sent already"):
        await losses.lock_again(viewer("Amara Osei"), loss.loss_id, idempotency_key="l2")
