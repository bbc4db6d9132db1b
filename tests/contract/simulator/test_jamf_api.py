"""The Jamf stand-in's API, driven as a sender of commands would: it gives and refuses what Jamf gives and refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from deploy.local.simulator.fleet.device import JAMF, Device
from deploy.local.simulator.jamf.webhook import management_id
from deploy.local.simulator.outbound import Silence
from deploy.local.simulator.simulator import Simulator
from tests.contract.simulator.conftest import Start, until

GRANT = {
    "grant_type": "client_credentials",
    "client_id": "quartermaster-commands",
    "client_secret": "jamf-commands-local",
}
COMMANDS = "/api/v2/mdm/commands"
HOUR = 3_600_000_000


async def bearer(client: aiohttp.ClientSession, simulator: Simulator, **grant: str) -> dict[str, str]:
    async with client.post(f"{simulator.url}/api/oauth/token", data={**GRANT, **grant}) as response:
        assert response.status == 200
        return {"Authorization": f"Bearer {(await response.json())['access_token']}"}


def apple(simulator: Simulator, platform: str) -> Device:
    return next(
        each
        for each in simulator.world.devices
        if each.managed and each.model.vendor == JAMF and each.model.plan.platform == platform
    )


def erase(simulator: Simulator, device: Device, **more: str) -> dict[str, Any]:
    return {
        "clientData": [{"managementId": management_id(simulator.world, device)}],
        "commandData": {"commandType": "ERASE_DEVICE", **more},
    }


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_grant_gets_no_token(
    start: Start, client: aiohttp.ClientSession, change: dict[str, str], status: int, error: str
) -> None:
    simulator = await start()
    async with client.post(f"{simulator.url}/api/oauth/token", data={**GRANT, **change}) as response:
        assert (response.status, (await response.json())["error"]) == (status, error)


async def test_without_a_token_nothing_is_told_and_nothing_is_taken(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    phone = apple(simulator, "ios")
    for headers in ({}, {"Authorization": "Bearer made-up"}):
        async with client.post(simulator.url + COMMANDS, json=erase(simulator, phone), headers=headers) as response:
            assert response.status == 401
        async with client.get(f"{simulator.url}/api/v2/mobile-devices/{phone.number + 1}", headers=headers) as response:
            assert response.status == 401
    assert not phone.commanded


async def test_records_tell_the_management_id_of_their_own_family_only(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    mac, phone = apple(simulator, "macos"), apple(simulator, "ios")
    computers, mobiles = f"{simulator.url}/api/v3/computers-inventory", f"{simulator.url}/api/v2/mobile-devices"
    query = "section=GENERAL&section=HARDWARE"
    async with client.get(f"{computers}/{mac.number + 1}?{query}", headers=headers) as response:
        record = await response.json()
    assert record["general"]["managementId"] == management_id(simulator.world, mac)
    assert record["hardware"]["serialNumber"] == mac.serial
    for address in (f"{computers}/{phone.number + 1}", f"{mobiles}/{mac.number + 1}", f"{mobiles}/999999999"):
        async with client.get(address, headers=headers) as response:
            assert response.status == 404


async def test_commands_that_jamf_would_not_take_are_refused(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    mac = apple(simulator, "macos")
    unknown = {**erase(simulator, mac), "clientData": [{"managementId": "9f5f8aa2-0000-4000-8000-000000000000"}]}
    odd = {**erase(simulator, mac), "commandData": {"commandType": "MAKE_TEA"}}
    for body in (erase(simulator, mac), erase(simulator, mac, pin="12"), unknown, odd, {}, [1]):
        async with client.post(simulator.url + COMMANDS, json=body, headers=headers) as response:
            assert response.status == 400, body
            assert (await response.json())["errors"]
    for query in ("", "filter=colour==red"):
        async with client.get(f"{simulator.url}{COMMANDS}?{query}", headers=headers) as response:
            assert response.status == 400
    assert not mac.commanded


async def test_a_command_given_twice_is_two_and_ends_acknowledged(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start(mischief={"wipe_failed_share": 0.0})
    headers = await bearer(client, simulator)
    phone = apple(simulator, "ios")
    for _ in range(2):
        async with client.post(simulator.url + COMMANDS, json=erase(simulator, phone), headers=headers) as response:
            assert response.status == 201
            assert len(await response.json()) == 1
    address = f"{simulator.url}{COMMANDS}?filter=clientManagementId=={management_id(simulator.world, phone)}"

    async def states() -> list[str]:
        async with client.get(f"{address};command==ERASE_DEVICE&sort=dateSent:desc", headers=headers) as response:
            return [each["commandState"] for each in (await response.json())["results"]]

    assert await states() == ["PENDING", "PENDING"]
    simulator.world.happen(simulator.world.starts + 100 * HOUR, Silence())
    assert "ACKNOWLEDGED" in await states()
    assert not phone.managed


async def test_commands_survive_a_restart_of_the_vendors(
    start: Start, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    first = await start(simulator_state=tmp_path / "simulator.json")
    headers = await bearer(client, first)
    phone = apple(first, "ios")
    async with client.post(first.url + COMMANDS, json=erase(first, phone), headers=headers) as response:
        assert response.status == 201
    await first.stop()
    second = await start(simulator_state=tmp_path / "simulator.json")
    again = second.world.devices[phone.number]
    assert not again.commanded, "its moment has not come again yet"
    second.world.happen(second.world.starts + 1, Silence())
    assert [action.state for action in again.commanded] == ["pending"]


async def test_a_client_that_may_only_read_sends_no_command(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator, client_id="quartermaster", client_secret="jamf-local")
    phone = apple(simulator, "ios")
    async with client.post(simulator.url + COMMANDS, json=erase(simulator, phone), headers=headers) as response:
        assert response.status == 403
    async with client.get(f"{simulator.url}{COMMANDS}?filter=command==ERASE_DEVICE", headers=headers) as response:
        assert response.status == 200
    assert not phone.commanded


async def test_the_inventory_is_asked_by_management_id_and_keeps_what_was_wiped(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    mac = apple(simulator, "macos")
    mac.managed = False
    address = f"{simulator.url}/api/v3/computers-inventory"
    found = management_id(simulator.world, mac)
    async with client.get(address, params={"filter": f'general.managementId=="{found}"'}, headers=headers) as response:
        (row,) = (await response.json())["results"]
    assert (row["id"], row["hardware"]["serialNumber"], row["general"]["managed"]) == (
        str(mac.number + 1),
        mac.serial,
        False,
    )
    for wrong in ("", "general.name==x", f'managementId=="{found}"'):
        async with client.get(address, params={"filter": wrong}, headers=headers) as response:
            assert response.status == 400


async def test_without_chance_what_is_commanded_is_done_as_time_passes_and_fails_where_it_was_told_to(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    phones = [each for each in simulator.world.devices if each.managed and each.model.plan.platform == "ios"][:2]
    obeying = await start(
        simulator_obeys=True,
        simulator_wipe_hours=0.01,
        simulator_speed=600.0,
        mischief={"wipe_failed_share": 0.0, "wipe_fails_on": [phones[1].serial]},
    )
    before = [each.last_sync for each in obeying.world.devices]
    headers = await bearer(client, obeying)
    sound, spoilt = (obeying.world.devices[each.number] for each in phones)
    for phone in (sound, spoilt):
        async with client.post(obeying.url + COMMANDS, json=erase(obeying, phone), headers=headers) as response:
            assert response.status == 201
    await until(lambda: all(phone.commanded[0].state != "pending" for phone in (sound, spoilt)))
    assert [phone.commanded[0].state for phone in (sound, spoilt)] == ["done", "failed"]
    assert all(phone.commanded[0].started > obeying.world.starts for phone in (sound, spoilt)), "stamped by the clock"
    spoken = [each.number for each, at in zip(obeying.world.devices, before, strict=True) if each.last_sync != at]
    assert set(spoken) == {sound.number, spoilt.number}, "nothing else happened"
