"""The sender against the vendors' doors: one command is one action there, whoever dies, hangs or refuses on the way."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest
import structlog.testing

from deploy.local.simulator.microsoft.managed_device import intune_id
from deploy.local.simulator.simulator import Simulator
from services.database.pool import Pool
from tests.fixtures.waiting import until
from tests.integration.mdm.conftest import (
    INTUNE_SECRET,
    JAMF_SECRET,
    PATIENT,
    Know,
    Start,
    Tell,
    ended,
    enter,
    moved,
    told,
    wish,
)
from tests.integration.mdm.contrary_door import ContraryDoor, Mishap

EVERYWHERE = pytest.mark.parametrize("platform", ["windows", "macos", "ios"])

DROPPED_BEFORE = Mishap()
DROPPED_AFTER = Mishap(done=True)
HANGS_BEFORE = Mishap(hangs=True)
HANGS_AFTER = Mishap(done=True, hangs=True)
DOWN_AFTER = Mishap(done=True, status=503)
DOWN_BEFORE = Mishap(status=502)
BUSY = Mishap(status=429, retry_after="0")


@EVERYWHERE
async def test_a_wipe_reaches_the_management_that_knows_the_device_once_and_is_told_once(
    pool: Pool, know: Know, tell: Tell, start: Start, platform: str
) -> None:
    known = await know(platform)
    await tell(moved(known.device_id, command=wish(known)), moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    assert [action.state for action in known.device.commanded] == ["pending"]
    (standing,) = await told(pool)
    assert (standing.state, standing.action, standing.device_id) == ("sent", "wipe", known.device_id)
    assert standing.mdm == ("intune" if platform == "windows" else "jamf")
    await tell(moved(known.device_id, command=wish(known)))
    await ended(pool)
    assert len(known.device.commanded) == len(await told(pool)) == 1


@pytest.mark.parametrize("platform", ["android", "macos", "ios"])
async def test_a_lock_is_carried_to_what_can_be_locked(
    pool: Pool, know: Know, tell: Tell, start: Start, platform: str
) -> None:
    known = await know(platform)
    await tell(moved(known.device_id, command=wish(known, "lock")))
    await start()
    await ended(pool)
    assert [(each.state, each.action) for each in await told(pool)] == [("sent", "lock")]
    assert len(known.device.commanded) == 1


@EVERYWHERE
@pytest.mark.parametrize(
    "mishaps",
    [
        {"token": [DROPPED_BEFORE]},
        {"look": [DROPPED_BEFORE, DOWN_BEFORE, BUSY]},
        {"look": [HANGS_BEFORE]},
        {"send": [DROPPED_BEFORE]},
        {"send": [DROPPED_AFTER]},
        {"send": [DOWN_AFTER]},
        {"send": [DOWN_BEFORE, BUSY, DROPPED_AFTER]},
        {"send": [HANGS_AFTER]},
        {"send": [DROPPED_AFTER], "look": [Mishap(done=True, status=200)]},
    ],
    ids=["token", "look", "look-hangs", "before", "after", "down-after", "many", "hangs-after", "look-unreadable"],
)
async def test_however_a_call_breaks_off_exactly_one_wipe_is_there_in_the_end(
    pool: Pool,
    know: Know,
    tell: Tell,
    start: Start,
    door: ContraryDoor,
    platform: str,
    mishaps: dict[str, list[Mishap]],
) -> None:
    known = await know(platform)
    for operation, planned in mishaps.items():
        door.mishaps[operation].extend(planned)
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    assert [action.state for action in known.device.commanded] == ["pending"]
    assert [each.state for each in await told(pool)] == ["sent"]


@EVERYWHERE
@pytest.mark.parametrize(
    ("operation", "mishap"),
    [("look", HANGS_BEFORE), ("send", HANGS_BEFORE), ("send", HANGS_AFTER)],
    ids=["while-looking", "before-it-is-taken", "after-it-is-taken"],
)
async def test_a_sender_that_dies_in_a_call_is_followed_by_one_that_looks_first(
    pool: Pool,
    know: Know,
    tell: Tell,
    start: Start,
    door: ContraryDoor,
    platform: str,
    operation: str,
    mishap: Mishap,
) -> None:
    known = await know(platform)
    door.mishaps[operation].append(mishap)
    await tell(moved(known.device_id, command=wish(known)))
    dying = await start(pace=PATIENT)
    await door.reached.wait()
    await dying.stop()
    assert await told(pool) == []
    await pool.execute("UPDATE commands SET next_try_at = now()")  # its lease runs out
    await start()
    await ended(pool)
    assert [action.state for action in known.device.commanded] == ["pending"]
    assert [each.state for each in await told(pool)] == ["sent"]


@EVERYWHERE
async def test_a_sender_that_dies_between_the_answer_and_the_commit_has_not_told_and_the_next_does(
    pool: Pool, know: Know, tell: Tell, start: Start, door: ContraryDoor, platform: str
) -> None:
    known = await know(platform)
    door.mishaps["send"].append(HANGS_AFTER)
    await tell(moved(known.device_id, command=wish(known)))
    dying = await start()
    await door.reached.wait()
    # What keeps the row keeps the outcome from being written.
    async with pool.acquire() as connection, connection.transaction():
        await connection.fetch("SELECT FROM commands FOR UPDATE")
        door.release()
        await until(lambda: len(known.device.commanded) == 1, "the command taken")
        await asyncio.wait_for(dying.stop(), 5)
    await start()
    await ended(pool)
    assert len(known.device.commanded) == 1
    assert [each.state for each in await told(pool)] == ["sent"]


async def test_a_wipe_whose_answer_was_lost_and_that_was_done_at_once_counts_as_sent(
    pool: Pool, know: Know, tell: Tell, start: Start, door: ContraryDoor
) -> None:
    known = await know("windows")
    door.mishaps["send"].append(HANGS_AFTER)
    await tell(moved(known.device_id, command=wish(known)))
    await start(pace=PATIENT)
    await door.reached.wait()
    known.device.managed = False
    door.release()
    await ended(pool)
    (standing,) = await told(pool)
    assert standing.state == "sent"
    assert "left Microsoft Intune" in standing.explanation


@EVERYWHERE
async def test_a_second_command_while_the_first_is_pending_makes_no_second_wipe(
    pool: Pool, know: Know, tell: Tell, start: Start, platform: str
) -> None:
    known = await know(platform)
    first, second = wish(known), wish(known, name="second")
    await tell(moved(known.device_id, command=first), moved(known.device_id, command=second))
    await start()
    await ended(pool)
    assert len(known.device.commanded) == 1
    assert sorted(str(each.command_id) for each in await told(pool)) == sorted(
        str(each.command_id) for each in (first, second)
    )
    assert {each.state for each in await told(pool)} == {"sent"}


@EVERYWHERE
async def test_a_wipe_that_failed_before_is_sent_anew_for_a_new_command(
    pool: Pool, know: Know, tell: Tell, start: Start, platform: str
) -> None:
    known = await know(platform)
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    known.device.commanded[0].state = "failed"
    known.device.commanded[0].started -= 3_600_000_000
    await tell(moved(known.device_id, command=wish(known, name="again")))
    await ended(pool)
    assert [action.state for action in known.device.commanded] == ["failed", "pending"]


async def test_a_recall_before_it_is_sent_keeps_it_from_being_sent(
    pool: Pool, know: Know, tell: Tell, start: Start
) -> None:
    known = await know("ios")
    await tell(moved(known.device_id, command=wish(known)))
    await tell(moved(known.device_id, recalled=wish(known).command_id))
    await start()
    await ended(pool)
    assert not known.device.commanded
    assert [each.state for each in await told(pool)] == ["recalled"]


@EVERYWHERE
@pytest.mark.parametrize(("mishap", "state"), [(HANGS_AFTER, "sent"), (HANGS_BEFORE, "recalled")])
async def test_a_recall_during_the_call_wins_only_if_nothing_was_taken(
    pool: Pool,
    know: Know,
    tell: Tell,
    start: Start,
    door: ContraryDoor,
    platform: str,
    mishap: Mishap,
    state: str,
) -> None:
    known = await know(platform)
    door.mishaps["send"].append(mishap)
    await tell(moved(known.device_id, command=wish(known)))
    await start(pace=PATIENT)
    await door.reached.wait()
    assert await tell(moved(known.device_id, recalled=wish(known).command_id)) == []
    door.release()
    await ended(pool)
    assert [each.state for each in await told(pool)] == [state]
    assert len(known.device.commanded) == (state == "sent")


async def test_a_recall_after_it_was_taken_changes_nothing(pool: Pool, know: Know, tell: Tell, start: Start) -> None:
    known = await know("ios")
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    assert await tell(moved(known.device_id, recalled=wish(known).command_id)) == []
    assert [each.state for each in await told(pool)] == ["sent"]


async def test_of_two_managements_the_one_that_heard_last_gets_it(
    pool: Pool, know: Know, vendors: Simulator, tell: Tell, start: Start
) -> None:
    windows = await know("windows", names=())
    mac = next(each for each in vendors.world.devices if each.managed and each.model.plan.platform == "macos")
    both = (f"intune:{intune_id(vendors.world, windows.device)}", f"jamf:computer/{mac.number + 1}")
    await pool.execute("TRUNCATE register.devices, register.identifiers")
    await enter(pool, windows.device_id, *both)
    command = msgspec.structs.replace(wish(windows), serial=None)
    mac.last_sync = windows.device.last_sync + 60_000_000
    await tell(moved(windows.device_id, command=command))
    await start()
    await ended(pool)
    assert (len(mac.commanded), len(windows.device.commanded)) == (1, 0)


async def test_no_secret_no_token_and_no_pin_stands_in_logs_events_or_tables(
    pool: Pool,
    know: Know,
    tell: Tell,
    start: Start,
    door: ContraryDoor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    known = await know("macos")
    door.mishaps["send"].extend([DROPPED_BEFORE, DOWN_BEFORE, Mishap(status=400, echo=True)])
    with structlog.testing.capture_logs() as logs:
        await tell(moved(known.device_id, command=wish(known)))
        await start()
        await ended(pool)
    pins = [json.loads(body)["commandData"]["pin"] for body in door.bodies]
    assert len(set(pins)) == 3
    (standing,) = await told(pool)
    assert standing.state == "refused"
    rows = [dict(row) for row in await pool.fetch("SELECT * FROM commands")]
    written = repr([logs, caplog.text, standing, rows])
    for secret in [*pins, INTUNE_SECRET, JAMF_SECRET, *filter(None, door.tokens)]:
        assert secret not in written
