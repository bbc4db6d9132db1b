"""What custody makes of the register's and device management's words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.custody.consumer import CustodyConsumer
from services.custody.rules.machine import Cause
from services.database.pool import Pool
from services.eventlog import inbox
from tests.fixtures.custody import changed, device_id, returned, wipe_told
from tests.integration.custody.conftest import Acts, Hears

pytestmark = pytest.mark.integration
IN_STOCK, DEPLOYED, SANITISED = DeviceState.IN_STOCK, DeviceState.DEPLOYED, DeviceState.SANITISED


async def test_only_a_done_wipe_after_the_return_proves_anything(acts: Acts, hear: Hears) -> None:
    await hear(returned(1), wipe_told(1, "done", 0.5), wipe_told(1, "requested", 2))
    assert await acts.states([1]) == ["returned"]
    (told,) = await hear(wipe_told(1, "done", 2.5))
    assert (told.data.state, told.data.proof) == ("sanitised", "mdm")


async def test_a_device_that_was_wiped_before_the_desk_took_it_in_comes_sanitised(acts: Acts, hear: Hears) -> None:
    await hear(changed(1, 2, SANITISED, 1))
    view = await acts.seen(1)
    assert (view.state, view.proof, [line.number for line in view.chain]) == ("sanitised", "mdm", [1])


async def test_a_device_back_in_use_leaves_custody_and_comes_again_unproved(acts: Acts, hear: Hears) -> None:
    await hear(returned(1), wipe_told(1, "done", 2), changed(1, 3, IN_STOCK, 3))
    assert await acts.states([1]) == ["back_in_use"]
    await hear(changed(1, 4, DEPLOYED, 4), returned(1, 5, 5))
    view = await acts.seen(1)
    assert (view.reference, view.state, view.proof) == ("C-2", "returned", None)


async def test_late_words_never_turn_back_what_was_done_since(acts: Acts, hear: Hears) -> None:
    await hear(returned(1, 4, 1))
    await acts.certify("C-1")
    assert await hear(changed(1, 3, DEPLOYED, 0.5), changed(1, 5, DEPLOYED, 2.9)) == []
    assert await acts.states([1]) == ["sanitised"]
    await hear(changed(1, 6, DEPLOYED, 3.1))
    assert await acts.states([1]) == ["back_in_use"]


async def test_our_own_words_coming_back_change_nothing(acts: Acts, hear: Hears, pool: Pool) -> None:
    await hear(returned(1, 2, 1))
    await acts.certify("C-1")
    assert await hear(changed(1, 3, SANITISED, 3)) == []
    await acts(Cause.REVIEW, "C-1", condition="good")
    await acts(Cause.RESELL, "C-1")
    assert await hear(changed(1, 4, DeviceState.RESOLD, 3)) == []
    assert await hear(changed(1, 3, SANITISED, 3, fields=("state", "unit"))) == []
    assert await pool.fetchval("SELECT count(*) FROM custody.records") == 1


async def test_after_its_end_a_device_comes_again_only_if_it_was_away_and_comes_back_later(
    acts: Acts, hear: Hears
) -> None:
    await hear(returned(1, 2, 1))
    await acts.certify("C-1")
    await acts(Cause.REVIEW, "C-1", condition="good")
    await acts(Cause.RESELL, "C-1")
    assert await hear(changed(1, 3, SANITISED, 5)) == [], "nothing said that it was away"
    assert await hear(changed(1, 4, DeviceState.RESOLD, 3), returned(1, 5, 2.9)) == [], "a word from before its end"
    (told,) = await hear(returned(1, 6, 9))
    assert (told.data.reference, told.data.state) == ("C-2", "returned")


async def test_a_device_written_off_leaves_and_found_again_comes_back(acts: Acts, hear: Hears) -> None:
    await hear(returned(1), changed(1, 3, DeviceState.WRITTEN_OFF, 2))
    assert await acts.states([1]) == ["written_off"]
    await hear(returned(1, 4, 4))
    assert (await acts.seen(1)).reference == "C-2"


async def test_use_that_is_found_out_after_the_wipe_makes_the_proof_void(acts: Acts, hear: Hears) -> None:
    await hear(returned(1, 2, 1), wipe_told(1, "done", 2), changed(1, 3, SANITISED, 2))
    await acts(Cause.REVIEW, "C-1", condition="good")
    await hear(returned(1, 4, 2.5))
    view = await acts.seen(1)
    assert (view.state, view.proof, view.route) == ("returned", None, None)
    await hear(wipe_told(1, "done", 5), changed(1, 5, SANITISED, 5))
    assert await acts.states([1]) == ["sanitised"]


async def test_a_review_does_not_hide_use_between_proof_and_review(acts: Acts, hear: Hears) -> None:
    await hear(returned(1, 2, 1), wipe_told(1, "done", 2))
    await acts(Cause.REVIEW, "C-1", condition="good")
    await hear(changed(1, 3, IN_STOCK, 2.5))
    assert await acts.states([1]) == ["back_in_use"]


async def test_use_after_a_certificate_makes_it_void_but_no_word_from_before_it_does(
    acts: Acts, hear: Hears, clock: FixedClock
) -> None:
    await hear(returned(1, 2, 1))
    await acts.certify("C-1")
    assert await hear(changed(1, 3, SANITISED, 3), returned(1, 4, 2.9)) == []
    await hear(returned(1, 6, 3.5))
    view = await acts.seen(1)
    assert (view.state, view.proof, view.certificate_number) == ("returned", None, None)
    clock.advance(timedelta(hours=1))
    await acts.certify("C-1")
    assert await hear(wipe_told(1, "failed", 2)) == []
    assert await acts.states([1]) == ["sanitised"]


@pytest.mark.parametrize("merged_first", [True, False])
async def test_a_record_follows_its_device_to_another_id(acts: Acts, hear: Hears, *, merged_first: bool) -> None:
    await hear(returned(1))
    merged, wiped = changed(1, 3, DeviceState.RETURNED, 2, merged_into=7), wipe_told(1, "done", 2.5)
    await hear(*([merged, wiped] if merged_first else [wiped, merged]))
    view = await acts.seen(7)
    assert (view.reference, view.device_id, view.state) == ("C-1", device_id(7), "sanitised")
    await hear(changed(7, 9, DEPLOYED, 6))
    assert await acts.states([7]) == ["back_in_use"]


@pytest.mark.parametrize("gone", [1, 2])
async def test_of_two_records_of_one_device_the_first_carries_on(acts: Acts, hear: Hears, gone: int) -> None:
    await hear(returned(1, 2, 1), returned(2, 2, 2))
    kept = 3 - gone
    await hear(changed(gone, 3, DeviceState.RETURNED, 3, merged_into=kept))
    view = await acts.seen(kept)
    assert (view.reference, view.state) == ("C-1", "returned")


async def test_the_bulk_of_the_heavy_stream_touches_no_table(hear: Hears, pool: Pool) -> None:
    await hear(
        *(changed(n, 1, DEPLOYED, 1) for n in range(50)),
        *(changed(n, 2, DEPLOYED, 1, fields=("os_version",)) for n in range(50)),
    )
    assert await pool.fetchval("SELECT count(*) FROM custody.standings") == 0


async def test_a_batch_that_is_undone_leaves_nothing(acts: Acts, hear: Hears, pool: Pool) -> None:
    event = returned(1)
    async with pool.acquire() as connection:
        crashing = connection.transaction()
        await crashing.start()
        assert await CustodyConsumer().apply(connection, await inbox.accept(connection, [event])) != []
        await crashing.rollback()
    assert await pool.fetchval("SELECT count(*) FROM custody.chain") == 0
    await hear(event)
    await hear(event)
    assert len((await acts.seen(1)).chain) == 1
