"""Commands that cannot go: each ends in a sentence that says why, and nothing is touched."""

from __future__ import annotations

import msgspec
import pytest

from deploy.local.simulator.simulator import Simulator
from services.database.pool import Pool
from tests.fixtures.waiting import until
from tests.integration.mdm.conftest import Know, Start, Tell, ended, moved, told, wish
from tests.integration.mdm.contrary_door import ContraryDoor, Mishap


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("serial:XYZ",), "No device management knows this device"),
        (("workspace_one:12",), "Workspace ONE manages this device"),
        (("fleet:12",), "Fleet manages this device"),
        (("jamf:udid/ABC",), "No device management knows this device"),
    ],
)
async def test_a_device_that_no_management_knows_is_told_as_unmanaged(
    pool: Pool, know: Know, tell: Tell, start: Start, names: tuple[str, ...], words: str
) -> None:
    known = await know("ios", names=names)
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    (standing,) = await told(pool)
    assert (standing.state, standing.mdm) == ("unmanaged", None)
    assert standing.explanation.startswith(words)


async def test_a_device_that_became_one_with_another_is_found_by_its_serial(
    pool: Pool, know: Know, tell: Tell, start: Start
) -> None:
    known = await know("ios")
    await pool.execute("UPDATE register.devices SET device_id = gen_random_uuid()")
    await pool.execute("UPDATE register.identifiers SET device_id = (SELECT device_id FROM register.devices)")
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    assert [each.state for each in await told(pool)] == ["sent"]


@pytest.mark.parametrize("platform", ["windows", "macos", "ios"])
async def test_a_device_that_its_management_no_longer_knows_is_refused(
    pool: Pool, know: Know, tell: Tell, start: Start, platform: str
) -> None:
    known = await know(platform)
    known.device.managed = False
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    (standing,) = await told(pool)
    assert standing.state == "refused"
    assert "no longer knows this device" in standing.explanation


@pytest.mark.parametrize("platform", ["windows", "macos", "ios"])
async def test_an_id_that_has_passed_to_another_device_is_not_touched(
    pool: Pool, know: Know, tell: Tell, start: Start, platform: str
) -> None:
    known = await know(platform)
    other = msgspec.structs.replace(wish(known), serial="ANOTHER-ONE")
    await tell(moved(known.device_id, command=other))
    await start()
    await ended(pool)
    (standing,) = await told(pool)
    assert standing.state == "refused"
    assert "knows another device by this id" in standing.explanation
    assert not known.device.commanded


async def test_a_computer_with_windows_cannot_be_locked_and_people_are_told_what_they_can_do(
    pool: Pool, know: Know, tell: Tell, start: Start
) -> None:
    known = await know("windows")
    await tell(moved(known.device_id, command=wish(known, "lock")))
    await start()
    await ended(pool)
    (standing,) = await told(pool)
    assert (standing.state, standing.mdm) == ("refused", "intune")
    assert "ask for a wipe" in standing.explanation
    assert standing.cannot == ["lock"], "so that nobody is offered to send it again"
    assert not known.device.commanded


async def test_credentials_without_the_permission_are_refused_in_the_managements_own_words(
    pool: Pool, know: Know, tell: Tell, start: Start
) -> None:
    known = await know("windows")
    await tell(moved(known.device_id, command=wish(known)))
    await start(mdm_intune_client_id="quartermaster", mdm_intune_client_secret="intune-local")
    await ended(pool)
    (standing,) = await told(pool)
    assert standing.state == "refused"
    assert "PrivilegedOperations.All" in standing.explanation
    assert len(standing.explanation) < 260


@pytest.mark.parametrize("status", [400, 403, 404, 409])
async def test_what_the_management_refuses_is_refused_and_not_tried_again(
    pool: Pool, know: Know, tell: Tell, start: Start, door: ContraryDoor, status: int
) -> None:
    known = await know("ios")
    door.mishaps["send"].append(Mishap(status=status))
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    (standing,) = await told(pool)
    assert (standing.state, standing.explanation) == ("refused", f"Jamf Pro refused the wipe: it answered {status}")
    assert door.calls.count("send") == 1


async def test_a_wrong_secret_parks_the_command_until_it_is_right(
    pool: Pool, know: Know, tell: Tell, start: Start
) -> None:
    known = await know("ios")
    await tell(moved(known.device_id, command=wish(known)))
    wrong = await start(mdm_jamf_client_secret="wrong")

    async def parked() -> bool:
        return bool(await pool.fetchval("SELECT parked FROM commands"))

    await until(parked, "the command is parked")
    assert await told(pool) == []
    await wrong.stop()
    await start()
    await ended(pool)
    assert [each.state for each in await told(pool)] == ["sent"]


async def test_a_management_without_settings_is_refused_with_what_to_do(
    pool: Pool, know: Know, tell: Tell, start: Start, vendors: Simulator
) -> None:
    known = await know("ios")
    await tell(moved(known.device_id, command=wish(known)))
    await start(mdm_jamf_url=None, mdm_jamf_client_id=None, mdm_jamf_client_secret=None)
    await ended(pool)
    (standing,) = await told(pool)
    assert (standing.state, standing.mdm) == ("refused", "jamf")
    assert "not connected to Jamf Pro" in standing.explanation


async def test_a_token_that_was_revoked_is_renewed_and_the_command_goes(
    pool: Pool, know: Know, tell: Tell, start: Start, door: ContraryDoor
) -> None:
    known = await know("ios")
    door.mishaps["send"].append(Mishap(status=401))
    await tell(moved(known.device_id, command=wish(known)))
    await start()
    await ended(pool)
    assert [each.state for each in await told(pool)] == ["sent"]
    assert len(known.device.commanded) == 1
    assert door.calls.count("token") == 2
