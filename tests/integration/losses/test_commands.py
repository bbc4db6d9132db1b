"""Losing, locking, wiping, finding: on real PostgreSQL and with real concurrency."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.losses import queries
from services.losses.commands import Losses
from services.losses.queries import LossState, LossView
from services.losses.rules.guards import Policy
from tests.fixtures.finance import NOW
from tests.fixtures.losses import progressed, wipe_told
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.losses.conftest import Reports, hear, told

pytestmark = pytest.mark.integration

AMARA, PRIYA, HELEN = viewer("Amara Osei"), viewer("Priya Nair"), viewer("Helen Marsh")


async def more(losses: Losses, loss_id: UUID, *, key: str = "m", **said: object) -> LossView:
    values: dict[str, object] = {
        "last_seen_on": None,
        "where": "",
        "crime_reference": "",
        "was_unlocked": None,
        "sensitive": None,
        "explanation": "",
        "wipe_asked": False,
    }
    return await losses.tell_more(AMARA, loss_id, **(values | said), idempotency_key=key)  # type: ignore[arg-type]


async def test_a_report_locks_at_once_with_nothing_more_said(pool: Pool, report: Reports) -> None:
    found = await report()
    loss = found.loss
    assert found.reported_now
    assert (loss.reference, loss.state, loss.holder_email) == ("L-1", LossState.REPORTED, email_of("Amara Osei"))
    (event,) = await told(pool)
    assert event.command is not None
    assert (event.command.action, event.command.reference, event.command.command_id) == (
        "lock",
        "L-1",
        loss.lock_command,
    )
    assert [line.what for line in loss.timeline] == ["Reported lost; lock sent out"]


async def test_a_device_that_nobody_manages_is_reported_without_a_command(
    pool: Pool, report: Reports, losses: Losses
) -> None:
    loss = (await report("Tom Whitfield", "S2")).loss
    assert loss.lock_command is None
    assert [event.command for event in await told(pool)] == [None]
    with pytest.raises(RuleBroken, match="No device management"):
        await losses.ask_wipe(viewer("Tom Whitfield"), loss.loss_id, idempotency_key="w")


async def test_the_same_key_twice_and_two_who_report_at_once_make_one_loss(pool: Pool, report: Reports) -> None:
    answers = await asyncio.gather(report(), report(), report("Priya Nair", key="p"), report("Helen Marsh", key="h"))
    assert {each.loss.reference for each in answers} == {answers[0].loss.reference}
    assert sum(each.reported_now for each in answers) == 1
    assert len(await told(pool)) == 1
    again = await report("Priya Nair", key="p")
    assert again.loss.loss_id == answers[0].loss.loss_id


async def test_who_has_nothing_to_do_with_a_device_cannot_report_it_and_that_is_audited(
    pool: Pool, report: Reports
) -> None:
    for name in ("Tom Whitfield", "Daniel Reyes", "Idris Bello", "Ruth Adeyemi"):
        with pytest.raises(NotAllowed):
            await report(name)
    assert await told(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = 'lost'") == 4
    assert await pool.fetchval("SELECT count(*) FROM idempotency_keys") == 0, "what failed may be tried again"


async def test_a_wipe_takes_two_people(pool: Pool, report: Reports, losses: Losses) -> None:
    loss_id = (await report()).loss.loss_id
    asked = await losses.ask_wipe(PRIYA, loss_id, idempotency_key="w")
    assert (asked.state, asked.wipe_asked_by) == (LossState.WIPE_ASKED, PRIYA.email)
    with pytest.raises(RuleBroken, match="somebody else must confirm"):
        await losses.confirm_wipe(PRIYA, loss_id, idempotency_key="c1")
    with pytest.raises(NotAllowed):
        await losses.confirm_wipe(AMARA, loss_id, idempotency_key="c2")
    confirmed = await losses.confirm_wipe(HELEN, loss_id, idempotency_key="c3")
    assert (confirmed.state, confirmed.wipe_confirmed_by) == (LossState.WIPING, HELEN.email)
    commands = [event.command.action for event in await told(pool) if event.command]
    assert commands == ["lock", "wipe"]


async def test_the_manager_who_asks_again_after_confirming_needs_another_second_person(
    pool: Pool, report: Reports, losses: Losses, devices: dict[str, UUID]
) -> None:
    loss_id = (await report()).loss.loss_id
    await losses.ask_wipe(AMARA, loss_id, idempotency_key="w1")
    first = await losses.confirm_wipe(PRIYA, loss_id, idempotency_key="c1")
    assert first.wipe_command
    await hear(pool, [progressed(first.wipe_command, "wipe", "unmanaged", device_id=devices["S1"])])
    again = await losses.ask_wipe(PRIYA, loss_id, idempotency_key="w2")
    assert (again.state, again.wipe_asked_by, again.wipe_confirmed_by) == (LossState.WIPE_ASKED, PRIYA.email, None)
    with pytest.raises(RuleBroken, match="somebody else"):
        await losses.confirm_wipe(PRIYA, loss_id, idempotency_key="c2")
    called_off = await losses.call_off(AMARA, loss_id, idempotency_key="o")
    assert called_off.state == LossState.REPORTED, "no management took the lock"


async def test_one_person_wipes_where_policy_lets_them(
    pool: Pool, report: Reports, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    loss_id = (await report()).loss.loss_id
    alone = Policy(
        assumed=True, one_person_may_wipe=True, write_off_unwiped_after_days=28, stolen_needs_crime_reference=True
    )
    wiping = await Losses(pool, clock, small_directory(), policy=alone).ask_wipe(AMARA, loss_id, idempotency_key="w")
    assert (wiping.state, wiping.wipe_asked_by, wiping.wipe_confirmed_by) == (LossState.WIPING, AMARA.email, None)
    last = (await told(pool))[-1]
    assert last.command is not None
    assert last.command.command_id == wiping.wipe_command


async def test_of_two_who_confirm_at_once_one_sends_the_wipe(pool: Pool, report: Reports, losses: Losses) -> None:
    loss_id = (await report()).loss.loss_id
    await losses.ask_wipe(AMARA, loss_id, idempotency_key="w")

    async def confirm(name: str) -> str:
        try:
            return (await losses.confirm_wipe(viewer(name), loss_id, idempotency_key=f"c {name}")).state
        except RuleBroken as error:
            return str(error)

    answers = await asyncio.gather(*(confirm(name) for name in ("Priya Nair", "Helen Marsh", "Catherine Doyle")))
    assert sorted(answers)[0] == "That cannot be done now: A wipe is on its way."
    assert answers.count("wiping") == 1
    assert sum(event.command is not None and event.command.action == "wipe" for event in await told(pool)) == 1


async def test_a_retry_of_a_failed_wipe_is_a_new_command_and_late_words_of_the_first_change_nothing(
    pool: Pool, report: Reports, losses: Losses, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    loss_id = (await report()).loss.loss_id
    await losses.ask_wipe(AMARA, loss_id, idempotency_key="w1")
    first = await losses.confirm_wipe(HELEN, loss_id, idempotency_key="c1")
    assert first.wipe_command is not None
    refused = progressed(first.wipe_command, "wipe", "refused", device_id=devices["S1"])
    await hear(pool, [refused])
    clock.moment = NOW + timedelta(hours=1)
    await losses.ask_wipe(AMARA, loss_id, idempotency_key="w2")
    second = await losses.confirm_wipe(PRIYA, loss_id, idempotency_key="c2")
    assert second.wipe_command != first.wipe_command
    assert (second.state, second.wipe_standing) == (LossState.WIPING, None)
    await hear(pool, [wipe_told("failed", NOW + timedelta(minutes=30), device_id=devices["S1"])])
    async with pool.acquire() as connection:
        now_so = await queries.loss(connection, HELEN, small_directory(), loss_id)
    assert now_so is not None
    assert now_so.state == LossState.WIPING
    assert "Wipe refused by Intune: 403 Forbidden" in [line.what for line in now_so.timeline]


async def test_more_is_told_with_a_wish_and_nothing_told_is_lost(pool: Pool, report: Reports, losses: Losses) -> None:
    loss_id = (await report(how="stolen")).loss.loss_id
    view = await more(losses, loss_id, where="Victoria line", sensitive=True, wipe_asked=True)
    assert (view.last_seen_where, view.sensitive, view.state) == ("Victoria line", True, LossState.WIPE_ASKED)
    same = await more(losses, loss_id, where="elsewhere", wipe_asked=True)
    assert same == view, "the same key changes nothing"
    later = await more(losses, loss_id, key="m2", crime_reference="01/1234/24", wipe_asked=True)
    assert (later.last_seen_where, later.crime_reference) == ("Victoria line", "01/1234/24")
    with pytest.raises(BadInput, match="last seen on"):
        await more(losses, loss_id, key="m3", last_seen_on=NOW.date() + timedelta(days=2))
    assert "Victoria" not in str(await told(pool)), "what they said stays with the losses"


async def test_what_is_found_recalls_each_command_that_nobody_took(pool: Pool, report: Reports, losses: Losses) -> None:
    loss_id = (await report()).loss.loss_id
    await losses.ask_wipe(AMARA, loss_id, idempotency_key="w")
    wiping = await losses.confirm_wipe(HELEN, loss_id, idempotency_key="c")
    found = await losses.find(AMARA, loss_id, idempotency_key="f")
    assert found.state == LossState.FOUND
    events = await told(pool)
    assert [event.recalled for event in events if event.recalled] == [wiping.wipe_command, wiping.lock_command]
    assert [event.revision for event in events] == list(range(1, len(events) + 1))
    assert (await losses.find(AMARA, loss_id, idempotency_key="f")).revision == found.revision
    assert (await report(key="k2")).loss.reference != found.reference, "it may be lost again"


async def test_what_was_taken_is_not_recalled_and_a_wipe_that_runs_is_told_of(
    pool: Pool, report: Reports, losses: Losses, devices: dict[str, UUID]
) -> None:
    loss_id = (await report()).loss.loss_id
    await losses.ask_wipe(AMARA, loss_id, idempotency_key="w")
    wiping = await losses.confirm_wipe(HELEN, loss_id, idempotency_key="c")
    assert wiping.wipe_command
    assert wiping.lock_command
    device_id = devices["S1"]
    await hear(
        pool,
        [
            progressed(wiping.lock_command, "lock", "sent", device_id=device_id),
            progressed(wiping.wipe_command, "wipe", "sent", device_id=device_id),
        ],
    )
    await losses.find(PRIYA, loss_id, idempotency_key="f")
    assert [event.recalled for event in await told(pool) if event.recalled] == []
    await hear(pool, [wipe_told("done", NOW + timedelta(hours=2), device_id=device_id)])
    last = (await told(pool))[-1]
    assert (last.state, last.explanation) == ("found", "Wiped all the same.")


async def test_a_written_off_device_comes_back_when_it_is_found(
    report: Reports, losses: Losses, clock: FixedClock
) -> None:
    loss_id = (await report()).loss.loss_id
    with pytest.raises(RuleBroken, match="once it is wiped"):
        await losses.write_off(HELEN, loss_id, reason="Gone", idempotency_key="o")
    clock.moment = NOW + timedelta(days=30)
    with pytest.raises(BadInput, match="say why"):
        await losses.write_off(HELEN, loss_id, reason=" ", idempotency_key="o")
    off = await losses.write_off(HELEN, loss_id, reason="Gone", idempotency_key="o")
    assert (off.state, off.ended_by) == (LossState.WRITTEN_OFF, HELEN.email)
    assert (await report("Priya Nair", key="p")).loss.loss_id == loss_id, "it is lost already"
    back = await losses.find(AMARA, loss_id, idempotency_key="f")
    assert (back.state, back.ended_by) == (LossState.FOUND, AMARA.email)


async def test_a_planner_does_not_write_off_the_device_they_hold(
    report: Reports, losses: Losses, clock: FixedClock
) -> None:
    loss_id = (await report("Helen Marsh", "S3")).loss.loss_id
    clock.moment = NOW + timedelta(days=30)
    with pytest.raises(RuleBroken, match="hold yourself"):
        await losses.write_off(HELEN, loss_id, reason="Gone", idempotency_key="o")


async def test_nobody_sees_a_loss_outside_their_units(pool: Pool, report: Reports, losses: Losses) -> None:
    loss = (await report()).loss
    directory = small_directory()
    async with pool.acquire() as connection:
        for name, sees in (
            ("Amara Osei", True),
            ("Priya Nair", True),
            ("Helen Marsh", True),
            ("Ruth Adeyemi", True),
            ("Daniel Reyes", False),
            ("Tom Whitfield", False),
            ("Idris Bello", False),
        ):
            seen = await queries.open_losses(connection, viewer(name), directory)
            assert bool(seen) is sees, name
            by_number = await queries.loss_by_reference(connection, viewer(name), directory, "l-1")
            assert (by_number is not None) is sees, name
    with pytest.raises(NotFound):
        await losses.find(viewer("Daniel Reyes"), loss.loss_id, idempotency_key="f")
    with pytest.raises(NotFound):
        await losses.find(viewer("Amara Osei"), uuid4(), idempotency_key="f")
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = 'find'") == 2


async def test_who_may_look_may_not_act(report: Reports, losses: Losses) -> None:
    loss_id = (await report()).loss.loss_id
    with pytest.raises(NotAllowed):
        await losses.ask_wipe(viewer("Ruth Adeyemi"), loss_id, idempotency_key="w")
