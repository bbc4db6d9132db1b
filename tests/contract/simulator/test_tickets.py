"""Tickets over the stand-in's Table API: our own desk speaks to it, and what is wrong is refused as by ServiceNow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from deploy.local.simulator.identifiers import digest
from schemas.events.device import FailureReported
from services.desk.desks.servicenow import ServiceNow
from services.desk.rules import Update, Words
from services.intake.sources.servicenow.translation import INCIDENT_FIELDS, translate_incident
from services.outbound.caller import Caller
from services.outbound.credentials import BasicAuthorisation
from tests.contract.simulator.conftest import Start
from tests.contract.simulator.test_table_api import AUTH, read, walk
from tests.unit.intake.context import CONTEXT

KEY = "quartermaster-R-1"
AMARA = "amara.osei@metropolitan.example"
NOTE = Update(note="On order. [quartermaster-R-1/4]", mark="[quartermaster-R-1/4]", state="in_progress")


def desk_of(client: aiohttp.ClientSession, url: str) -> ServiceNow:
    return ServiceNow(Caller(client, url, BasicAuthorisation("quartermaster", "servicenow-local")), url, "incident")


async def test_our_desk_opens_finds_and_moves_a_ticket_that_outlives_a_restart(
    start: Start, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    simulator = await start(simulator_state=tmp_path / "simulator.json")
    desk = desk_of(client, simulator.url)
    assert await desk.find(KEY) is None
    made = await desk.create(KEY, Words(title="Replacement laptop (R-1)", description="D", requester_email=AMARA))
    assert (made.ticket, made.state) == ("INC9000000", "open")
    moved = await desk.update(made.record, NOTE, noted=False)
    assert (moved.state, moved.at > made.at) == ("in_progress", True)
    await simulator.stop()
    again = await start(simulator_state=tmp_path / "simulator.json")
    desk = desk_of(client, again.url)
    found = await desk.find(KEY)
    assert found is not None
    assert (found.record, found.state, found.at) == (moved.record, "in_progress", moved.at)
    assert await desk.noted(made.record, NOTE.mark)
    following = await desk.create(
        "quartermaster-R-2", Words(title="T", description="D", requester_email="no@one.example")
    )
    assert following.ticket == "INC9000001"


async def test_it_stands_in_the_polled_table_and_is_no_devices_failure(
    start: Start, client: aiohttp.ClientSession
) -> None:
    simulator = await start()
    desk = desk_of(client, simulator.url)
    made = await desk.create(KEY, Words(title="T", description="D", requester_email=AMARA))
    (row,) = await walk(client, simulator, "incident", 2)
    assert row["sys_id"] == made.record
    assert row["caller_id"]["value"] == digest(simulator.world.seed, "sys_user", 0)
    assert (row["correlation_id"], row["correlation_display"]) == (KEY, "Quartermaster")
    assert all(isinstance(value, str | dict) for value in row.values())
    async with client.get(
        f"{simulator.url}/api/now/table/incident",
        params={"sysparm_display_value": "all", "sysparm_fields": ",".join(INCIDENT_FIELDS)},
        headers=AUTH,
    ) as response:
        body = await response.read()
    record = body.removeprefix(b'{"result":[').removesuffix(b"]}")
    assert made.record.encode() in record
    assert not any(isinstance(event, FailureReported) for event in translate_incident(record, CONTEXT))


async def test_what_is_not_right_is_refused(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    table = f"{simulator.url}/api/now/table"
    good: dict[str, Any] = {"short_description": "T", "correlation_id": KEY, "no_such_field": "ignored", "state": 2}

    async def status(method: str, path: str, **more: Any) -> int:
        async with client.request(method, f"{table}/{path}", **{"headers": AUTH, **more}) as response:
            body = await response.json()
            assert response.ok or body["status"] == "failure"
            return response.status

    nobody = {"Authorization": aiohttp.encode_basic_auth("quartermaster", "wrong")}
    assert await status("POST", "incident", json=good, headers=nobody) == 401
    assert await status("POST", "alm_hardware", json=good) == 403
    assert await status("POST", "no_such_table", json=good) == 400
    assert await status("POST", "incident", data=b"{", headers=AUTH | {"Content-Type": "application/json"}) == 400
    assert await status("POST", "incident", json=[good]) == 400
    assert await status("POST", "incident", data={"short_description": "T"}) == 415
    assert await status("POST", "incident?sysparm_view=mobile", json=good) == 400
    assert await status("PATCH", f"incident/{'0' * 32}", json=good) == 404
    assert await status("GET", f"incident/{'0' * 32}") == 404
    assert (await read(client, simulator, "incident"))[0] == []
    async with client.post(f"{table}/incident", json=good, headers=AUTH) as response:
        made = (await response.json())["result"]
        assert response.status == 201
        assert response.headers["Location"] == f"{table}/incident/{made['sys_id']}"
    assert (made["state"], made["sys_mod_count"], made["short_description"]) == ("2", "0", "T")
    assert "no_such_field" not in made


async def test_users_are_found_by_address(start: Start, client: aiohttp.ClientSession) -> None:
    simulator = await start()
    rows, response = await read(client, simulator, "sys_user", sysparm_query=f"email={AMARA}^active=true")
    assert [row["email"] for row in rows] == [AMARA]
    assert response.headers["X-Total-Count"] == "1"
    assert (await read(client, simulator, "sys_user", sysparm_query="email=no@one.example"))[0] == []
