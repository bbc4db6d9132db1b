"""The Graph stand-in, driven as a poller would: it gives what Graph gives and refuses what Graph refuses."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from yarl import URL

from deploy.local.simulator.microsoft.managed_device import intune_id
from deploy.local.simulator.outbound import Silence
from deploy.local.simulator.simulator import Simulator
from tests.contract.simulator.conftest import Start
from tests.payloads import payload

LIST = "/v1.0/deviceManagement/managedDevices"
GRANT = {
    "grant_type": "client_credentials",
    "client_id": "quartermaster",
    "client_secret": "intune-local",
    "scope": "https://graph.microsoft.com/.default",
}


COMMANDER = {"client_id": "quartermaster-commands", "client_secret": "intune-commands-local"}


async def bearer(client: aiohttp.ClientSession, simulator: Simulator, **grant: str) -> dict[str, str]:
    data = {**GRANT, **grant}
    async with client.post(f"{simulator.url}/metropolitan.example/oauth2/v2.0/token", data=data) as response:
        assert response.status == 200
        return {"Authorization": f"Bearer {(await response.json())['access_token']}"}


async def read_all(client: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    link: str | None = url
    while link:
        async with client.get(URL(link, encoded=True), headers=headers) as response:
            assert response.status == 200, await response.text()
            page = await response.json()
        records += page["value"]
        link = page.get("@odata.nextLink")
    return records


@pytest.mark.parametrize(
    ("change", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "other"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": "User.Read"}, 400, "invalid_scope", 1002012),
    ],
)
async def test_a_wrong_grant_gets_no_token(
    start: Start, client: aiohttp.ClientSession, change: dict[str, str], status: int, error: str, code: int
) -> None:
    simulator = await start()
    address = f"{simulator.url}/metropolitan.example/oauth2/v2.0/token"
    async with client.post(address, data={**GRANT, **change}) as response:
        body = await response.json()
    assert (response.status, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")


async def test_an_unknown_tenant_gets_no_token(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    async with client.post(f"{simulator.url}/elsewhere.example/oauth2/v2.0/token", data=GRANT) as response:
        assert response.status == 400


async def test_the_list_wants_a_living_token(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}):
        async with client.get(simulator.url + LIST, headers=headers) as response:
            body = await response.json()
        assert response.status == 401
        assert body["error"]["code"] == "InvalidAuthenticationToken"


async def test_all_pages_together_hold_every_managed_device_once(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    records = await read_all(client, f"{simulator.url}{LIST}?$top=300", headers)
    managed = sum(device.managed for device in simulator.world.microsoft)
    assert len(records) == managed == len({record["id"] for record in records})
    assert simulator.progress.bars["Intune devices"].complete


async def test_a_page_is_at_most_what_was_asked_for(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    async with client.get(f"{simulator.url}{LIST}?$top=7&$count=true", headers=headers) as response:
        page = await response.json()
    assert len(page["value"]) == 7
    assert page["@odata.count"] == sum(device.managed for device in simulator.world.microsoft)
    assert page["@odata.nextLink"].startswith(f"{simulator.url}{LIST}?$top=7&$skiptoken=")


@pytest.mark.parametrize(
    "query",
    [
        "$top=1001",
        "$top=0",
        "$top=many",
        "$skip=10",
        "$skiptoken=bm90LW91cnM",
        "$filter=deviceName eq 'x'",
        "$filter=lastSyncDateTime ge yesterday",
        "$filter=lastSyncDateTime ge 2024-13-01T00:00:00Z",
        "$select=colour",
    ],
)
async def test_what_graph_would_not_understand_is_refused(
    start: Start, client: aiohttp.ClientSession, query: str
) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    async with client.get(f"{simulator.url}{LIST}?{query}", headers=headers) as response:
        body = await response.json()
    assert (response.status, body["error"]["code"]) == (400, "BadRequest")


async def test_the_filter_gives_those_that_synchronised_since(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    since = "2024-11-04T00:00:00.1234567Z"
    url = f"{simulator.url}{LIST}?$top=50&$filter=lastSyncDateTime%20ge%20{since}"
    found = await read_all(client, url, headers)
    everything = await read_all(client, f"{simulator.url}{LIST}", headers)
    assert {record["id"] for record in found} == {
        record["id"] for record in everything if record["lastSyncDateTime"] >= since
    }
    assert 0 < len(found) < len(everything)


async def test_select_gives_only_the_fields_asked_for(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    url = f"{simulator.url}{LIST}?$top=2&$select=serialNumber,lastSyncDateTime"
    async with client.get(url, headers=headers) as response:
        page = await response.json()
    assert all(record.keys() == {"id", "serialNumber", "lastSyncDateTime"} for record in page["value"])


async def test_records_have_the_shape_of_the_real_ones(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    records = await read_all(client, simulator.url + LIST, headers)
    amara = next(r for r in records if r["userPrincipalName"] == "amara.osei@metropolitan.example")
    assert amara["azureADRegistered"] is True
    assert amara["wiFiMacAddress"].isalnum()
    assert amara["easActivationDateTime"] == "0001-01-01T00:00:00Z"
    assert amara["complianceGracePeriodExpirationDateTime"] == "9999-12-31T23:59:59.9999999Z"
    fractions = [record["lastSyncDateTime"].partition(".")[2] for record in records]
    assert any(len(fraction) == len("1234567Z") for fraction in fractions)
    assert any(record["serialNumber"] == "" for record in records)
    assert any(record["userPrincipalName"] == "" and record["userId"] == "" for record in records)
    pending = [r for r in records if r["deviceActionResults"]]
    assert {a["actionState"] for r in pending for a in r["deviceActionResults"]} == {"pending"}


async def test_every_so_manieth_request_is_throttled(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start(mischief={"throttle_every": 3, "retry_after_seconds": 2})
    headers = await bearer(client, simulator)
    answers = []
    for _ in range(6):
        async with client.get(f"{simulator.url}{LIST}?$top=1", headers=headers) as response:
            answers.append((response.status, response.headers.get("Retry-After")))
    assert answers == [(200, None), (200, None), (429, "2")] * 2


async def test_paging_survives_devices_that_come_meanwhile(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    headers = await bearer(client, simulator)
    before = {record["id"] for record in await read_all(client, simulator.url + LIST, headers)}
    async with client.get(f"{simulator.url}{LIST}?$top=1000", headers=headers) as response:
        page = await response.json()
    seen = {record["id"] for record in page["value"]}
    for device in simulator.world.microsoft[:500]:
        device.last_sync += 60_000_000
    seen |= {r["id"] for r in await read_all(client, page["@odata.nextLink"], headers)}
    assert seen == before


async def test_a_device_asked_to_be_wiped_is_pending_then_done_then_gone(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    headers = await bearer(client, simulator, **COMMANDER)
    world = simulator.world
    device = next(each for each in world.microsoft if each.managed and each.action is None)
    address = f"{simulator.url}{LIST}/{intune_id(world, device)}"

    async def states() -> list[str] | None:
        async with client.get(f"{address}?$select=deviceActionResults", headers=headers) as response:
            body = await response.json()
        if response.status == 404:
            assert body["error"]["code"] == "ResourceNotFound"
            return None
        assert body["id"] == intune_id(world, device)
        return [action["actionState"] for action in body["deviceActionResults"]]

    assert await states() == []
    for body, status in ((b"[", 400), (b'{"colour":1}', 400), (payload("intune/wipe_request_body.json"), 204)):
        async with client.post(f"{address}/wipe", data=body, headers=headers) as response:
            assert response.status == status
    assert await states() == ["pending"]
    seen, step = [], 0
    while (found := await states()) is not None:
        seen += found
        step += 6
        world.happen(world.starts + step * 3_600_000_000, Silence())
    assert set(seen) == {"pending", "done"}
    for method, path in (("GET", address), ("POST", f"{address}/wipe"), ("GET", f"{address}-other")):
        async with client.request(method, path, headers=headers) as response:
            assert response.status == 404
    async with client.get(address) as response:
        assert response.status == 401


async def test_only_an_application_with_the_permission_may_command(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    reader = await bearer(client, simulator)
    device = next(each for each in simulator.world.microsoft if each.managed)
    address = f"{simulator.url}{LIST}/{intune_id(simulator.world, device)}"
    for action in ("wipe", "remoteLock"):
        async with client.post(f"{address}/{action}", headers=reader) as response:
            assert response.status == 403
            assert (await response.json())["error"]["code"] == "Forbidden"
        async with client.get(f"{address}/{action}", headers=reader) as response:
            assert response.status in (404, 405)
    assert not device.commanded


async def test_a_second_wipe_while_one_is_pending_is_a_second_action(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    headers = await bearer(client, simulator, **COMMANDER)
    device = next(each for each in simulator.world.microsoft if each.managed and each.action is None)
    address = f"{simulator.url}{LIST}/{intune_id(simulator.world, device)}"
    for _ in range(2):
        async with client.post(f"{address}/wipe", json={"keepUserData": False}, headers=headers) as response:
            assert response.status == 204
    async with client.get(f"{address}?$select=deviceActionResults", headers=headers) as response:
        results = (await response.json())["deviceActionResults"]
    assert [each["actionState"] for each in results] == ["pending", "pending"]


async def test_a_wipe_that_keeps_the_users_data_and_a_lock_with_a_body_are_refused(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    headers = await bearer(client, simulator, **COMMANDER)
    device = next(each for each in simulator.world.microsoft if each.managed)
    address = f"{simulator.url}{LIST}/{intune_id(simulator.world, device)}"
    for action, body in (("wipe", {"keepUserData": True}), ("remoteLock", {"colour": 1})):
        async with client.post(f"{address}/{action}", json=body, headers=headers) as response:
            assert response.status == 400


async def test_a_locked_phone_is_done_after_a_while_and_windows_does_not_know_how(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    world = simulator.world
    headers = await bearer(client, simulator, **COMMANDER)
    ends = {}
    for platform in ("android", "windows"):
        device = next(
            each
            for each in world.microsoft
            if each.managed and each.action is None and each.model.plan.platform == platform
        )
        async with client.post(
            f"{simulator.url}{LIST}/{intune_id(world, device)}/remoteLock", headers=headers
        ) as response:
            assert response.status == 204
        ends[platform] = device
    world.happen(world.starts + 3 * 3_600_000_000, Silence())
    assert [(p, each.commanded[0].state) for p, each in ends.items()] == [
        ("android", "done"),
        ("windows", "notSupported"),
    ]
