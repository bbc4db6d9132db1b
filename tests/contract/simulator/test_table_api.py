"""The ServiceNow stand-in, driven as a poller would."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from deploy.local.simulator.outbound import Silence
from deploy.local.simulator.simulator import Simulator
from tests.contract.simulator.conftest import Start

AUTH = {"Authorization": aiohttp.encode_basic_auth("quartermaster", "servicenow-local")}
DAY = "2024-01-01 00:00:00"
ORDER = "ORDERBYsys_updated_on^ORDERBYsys_id"


async def read(
    client: aiohttp.ClientSession, simulator: Simulator, table: str, **params: str
) -> tuple[list[dict[str, Any]], aiohttp.ClientResponse]:
    url = f"{simulator.url}/api/now/table/{table}"
    async with client.get(url, params=params, headers=AUTH) as response:
        assert response.status == 200, await response.text()
        return (await response.json())["result"], response


async def walk(
    client: aiohttp.ClientSession, simulator: Simulator, table: str, limit: int, moved: Any = None
) -> list[dict[str, Any]]:
    """All rows by cursor; `moved` is called after each page."""
    rows: list[dict[str, Any]] = []
    query = ORDER
    while True:
        page, _ = await read(client, simulator, table, sysparm_query=query, sysparm_limit=str(limit))
        rows += page
        if len(page) < limit:
            return rows
        at, key = page[-1]["sys_updated_on"], page[-1]["sys_id"]
        query = f"sys_updated_on>{at}^NQsys_updated_on={at}^sys_id>{key}^{ORDER}"
        if moved is not None:
            moved()


async def test_wrong_credentials_are_refused(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    url = f"{simulator.url}/api/now/table/incident"
    for user, password in (("", ""), ("quartermaster", "wrong"), ("someone", "servicenow-local")):
        headers = {"Authorization": aiohttp.encode_basic_auth(user, password)} if user else {}
        async with client.get(url, headers=headers) as response:
            body = await response.json()
        assert response.status == 401
        assert body["error"]["message"] == "User Not Authenticated"


async def test_an_unknown_table_is_refused(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    async with client.get(f"{simulator.url}/api/now/table/alm_software", headers=AUTH) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    "params",
    [
        {"sysparm_query": f"sys_updated_on>{DAY}^ORDERBYnumber"},
        {"sysparm_query": f"sys_updated_on>{DAY}^ORsys_updated_on={DAY}^sys_id>{'0' * 32}"},
        {"sysparm_query": "sys_id>" + "0" * 32},
        {"sysparm_query": "sys_updated_on>2024-01-01T00:00:00Z"},
        {"sysparm_query": "active=true"},
        {"sysparm_limit": "10001"},
        {"sysparm_limit": "none"},
        {"sysparm_display_value": "both"},
        {"sysparm_view": "mobile"},
    ],
)
async def test_what_is_not_understood_is_refused_and_not_guessed(
    start: Start, client: aiohttp.ClientSession, params: dict[str, str]
) -> None:
    simulator = await start()
    url = f"{simulator.url}/api/now/table/alm_hardware"
    async with client.get(url, params=params, headers=AUTH) as response:
        assert response.status == 400
        assert (await response.json())["status"] == "failure"


async def test_a_cursor_walks_over_every_asset_once(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    rows = await walk(client, simulator, "alm_hardware", 1_000)
    assert len(rows) == 6_000 == len({row["sys_id"] for row in rows})
    assert rows == sorted(rows, key=lambda row: (row["sys_updated_on"], row["sys_id"]))
    assert simulator.progress.bars["ServiceNow assets"].complete


async def test_a_cursor_misses_nothing_while_records_change(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    world = simulator.world
    changed = iter(world.devices[::60])

    def change_some() -> None:
        for _ in range(10):
            device = next(changed, None)
            if device is not None:
                world.record(device, world.starts + 1_000_000, device.status, device.substatus, Silence())

    rows = await walk(client, simulator, "alm_hardware", 700, change_some)
    last = {row["sys_id"]: row["sys_mod_count"] for row in rows}
    assert last == {world.hardware_id(d): str(d.mod_count) for d in world.devices}


async def test_an_offset_walks_too_and_says_how_many(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    query = f"sys_updated_on>=2024-10-01 00:00:00^{ORDER}"
    params = {"sysparm_query": query, "sysparm_limit": "100", "sysparm_fields": "sys_id,sys_updated_on"}
    seen: list[str] = []
    offset = 0
    while True:
        page, response = await read(client, simulator, "alm_hardware", sysparm_offset=str(offset), **params)
        seen += [row["sys_id"] for row in page]
        assert all(row["sys_updated_on"] >= "2024-10-01" for row in page)
        offset += 100
        if 'rel="next"' not in response.headers["Link"]:
            break
    assert len(seen) == len(set(seen)) == int(response.headers["X-Total-Count"])


async def test_the_first_pages_previous_link_points_before_the_first_row(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    _, response = await read(client, simulator, "sys_user", sysparm_limit="10")
    previous = next(part for part in response.headers["Link"].split(",") if 'rel="prev"' in part)
    assert "sysparm_offset=-1" in previous


async def test_values_come_in_three_spellings(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    amara = simulator.world.devices[0]
    place = simulator.world.hardware_order.index_of(amara.updated, simulator.world.hardware_id(amara))
    params = {"sysparm_query": ORDER, "sysparm_offset": str(place), "sysparm_limit": "1"}
    [stored], _ = await read(client, simulator, "alm_hardware", **params)
    [shown], _ = await read(client, simulator, "alm_hardware", sysparm_display_value="true", **params)
    [both], _ = await read(client, simulator, "alm_hardware", sysparm_display_value="all", **params)
    assert stored["assigned_to"].keys() == {"link", "value"}
    assert shown["assigned_to"]["display_value"] == "amara.osei@metropolitan.example"
    assert both["department"]["display_value"] == "Central West Emergency Response"
    assert both["model_category"]["display_value"] == "Laptop"
    assert (stored["install_status"], shown["install_status"]) == ("1", "In use")
    assert both["install_status"] == {"display_value": "In use", "value": "1"}
    day, month, year = both["sys_updated_on"]["display_value"].split(" ")[0].split("-")
    assert stored["sys_updated_on"].startswith(f"{year}-{month}-{day}") or "23:" in stored["sys_updated_on"]
    assert stored["serial_number"] == amara.serial
    assert all(isinstance(value, str | dict) for value in stored.values())


async def test_links_can_be_left_out(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    wanted = {"sysparm_fields": "department", "sysparm_exclude_reference_link": "true"}
    rows, _ = await read(client, simulator, "alm_hardware", sysparm_display_value="true", **wanted)
    assert {row["department"] for row in rows} <= set(simulator.world.unit_names.values())
    rows, _ = await read(client, simulator, "alm_hardware", sysparm_display_value="all", **wanted)
    assert all(row["department"].keys() == {"display_value", "value"} for row in rows)


async def test_an_empty_reference_is_an_empty_text(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    rows, _ = await read(client, simulator, "alm_hardware", sysparm_fields="assigned_to,model_category")
    assert any(row["assigned_to"] == "" for row in rows)


async def test_all_kinds_stand_in_the_asset_table(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    params = {"sysparm_fields": "model_category", "sysparm_display_value": "true"}
    rows, _ = await read(client, simulator, "alm_hardware", **params)
    kinds = [row["model_category"]["display_value"] for row in rows]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {"Laptop": 1820, "Desktop": 680, "Monitor": 1360, "Smartphone": 1595, "Tablet": 545}


@pytest.mark.parametrize("table", ["sc_request", "sc_req_item", "cmdb_model", "sys_user"])
async def test_the_quiet_tables_answer(start: Start, client: aiohttp.ClientSession, table: str) -> None:
    simulator = await start()
    rows = await walk(client, simulator, table, 500)
    assert rows
    assert len({row["sys_id"] for row in rows}) == len(rows)
