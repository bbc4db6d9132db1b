"""What is pushed: a first fill, live events, mischief; nothing lost, and nothing again on a restart."""

from __future__ import annotations

import collections
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from deploy.local.simulator.state import Position, StateError, StateFile
from tests.contract.simulator.conftest import Start, until
from tests.contract.simulator.receiver import Receiver


def keys(receiver: Receiver) -> collections.Counter[tuple[Any, ...]]:
    return collections.Counter(
        (w["webhook"]["webhookEvent"], w["event"]["jssID"], w["webhook"]["eventTimestamp"]) for w in receiver.jamf
    )


async def test_the_fill_pushes_every_jamf_device_and_the_ledger(start: Start, receiver: Receiver) -> None:
    simulator = await start()
    await simulator.wait()
    jamf = [d for d in simulator.world.devices if d.managed and d.model.vendor == "jamf"]
    assert {w["event"]["serialNumber"] for w in receiver.jamf} == {d.serial for d in jamf}
    assert len(receiver.jamf) == 2 * len(jamf) == len(keys(receiver))
    assert receiver.extracts == 1
    assert receiver.unauthorised == receiver.malformed == 0
    approvals = {r["financial_year"]: int(r["net_pence"]) for r in receiver.finance if r["document_type"] == "approval"}
    assert approvals == {"2024/25": 2_500_000_000}


async def test_some_bodies_are_latin1(start: Start, receiver: Receiver) -> None:
    simulator = await start(mischief={"latin1_share": 1.0})
    await simulator.wait()
    accented = [body for body in receiver.jamf_bodies if not body.isascii()]
    assert accented
    for body in accented:
        with pytest.raises(UnicodeDecodeError):
            body.decode()


async def test_jamf_can_prove_itself_by_basic_authentication_too(start: Start, receiver: Receiver) -> None:
    expected = aiohttp.encode_basic_auth("jamf", "jamf-local")
    receiver.secrets["/sources/jamf/webhook"] = ("Authorization", expected)
    simulator = await start(jamf_basic_user="jamf")
    await simulator.wait()
    assert receiver.jamf
    assert receiver.unauthorised == 0


async def test_a_busy_receiver_is_asked_again_until_it_takes_all(start: Start, receiver: Receiver) -> None:
    receiver.troubles = [(503, {}), (429, {"Retry-After": "0"}), (500, {}), (503, {"Retry-After": "1"})] * 2
    simulator = await start(simulator_longest_wait=0.05)
    await simulator.wait()
    jamf = sum(d.managed and d.model.vendor == "jamf" for d in simulator.world.devices)
    assert len(keys(receiver)) == 2 * jamf
    assert sum(tally.retried for tally in simulator.sender.tallies.values()) == 8
    assert not simulator.sender.refusals


async def test_mischief_loses_nothing(start: Start, receiver: Receiver) -> None:
    shares = {"repeat_share": 0.3, "shuffle": True, "truncate_share": 0.2, "wrong_secret_share": 0.2}
    simulator = await start(mischief=shares)
    await simulator.wait()
    jamf = sum(d.managed and d.model.vendor == "jamf" for d in simulator.world.devices)
    counted = keys(receiver)
    assert len(counted) == 2 * jamf
    assert sum(counted.values()) > 2 * jamf
    assert receiver.malformed > 0
    assert receiver.unauthorised > 0
    first = [w["webhook"]["webhookEvent"] for w in receiver.jamf[:400]]
    stamps = [w["event"]["jssID"] for w in receiver.jamf[:400]]
    assert first
    assert stamps != sorted(stamps)


async def test_live_events_reach_the_receiver(start: Start, receiver: Receiver) -> None:
    simulator = await start(simulator_live=True, simulator_speed=86_400.0)
    await until(lambda: simulator.play.filled.is_set())
    filled = len(receiver.jamf)
    await until(lambda: len(receiver.jamf) > filled + 100 and len(receiver.desk) > 5 and receiver.extracts > 1)
    tables = {push["table"] for push in receiver.desk}
    assert tables <= {"alm_hardware", "incident"}
    orders = [row for row in receiver.finance if row["document_type"] == "purchase_order"]
    assert len({row["document_id"] for row in orders}) == len(orders)


async def test_a_template_without_escapes_breaks_its_json(start: Start, receiver: Receiver) -> None:
    share = {"unescaped_quotes_share": 1.0}
    simulator = await start(simulator_live=True, simulator_speed=864_000.0, mischief=share)
    await until(lambda: simulator.sender.tallies["servicenow"].refused > 0)
    assert receiver.malformed == simulator.sender.tallies["servicenow"].refused
    assert all(refusal.status == 400 for refusal in simulator.sender.refusals)


async def test_a_restart_goes_on_where_it_stopped(start: Start, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "simulator.json"
    first = await start(simulator_live=True, simulator_speed=86_400.0, simulator_state=file)
    await until(lambda: len(receiver.jamf) > 1_200 and receiver.extracts > 1)
    await first.stop()
    position = msgspec.json.decode(file.read_bytes(), type=Position)
    assert position.step == first.play.step > 0
    once = keys(receiver)
    enrolments = {key for key in once if key[0] in ("ComputerAdded", "MobileDeviceEnrolled")}

    second = await start(simulator_live=True, simulator_speed=86_400.0, simulator_state=file)
    assert second.progress.complete
    before = [d.last_sync for d in first.world.devices[:500]]
    await until(lambda: second.play.step > position.step + 100)
    again = keys(receiver)
    assert all(again[key] == once[key] for key in enrolments)
    # Only the step that was under way when it stopped may come twice.
    repeated = [key for key, times in again.items() if times > once[key] > 0]
    assert len(repeated) < 30
    assert [d.last_sync for d in second.world.devices[:500]] != before


async def test_a_restart_rebuilds_the_very_same_world(start: Start, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "simulator.json"
    first = await start(simulator_live=True, simulator_speed=864_000.0, simulator_state=file)
    await until(lambda: first.play.step > 300)
    await first.stop()
    steps = first.play.step
    second = await start(simulator_live=False, simulator_state=file)
    assert second.play.step == steps

    def facts(world: Any) -> list[tuple[Any, ...]]:
        return [(d.serial, d.status, d.substatus, d.mod_count, d.managed, d.os_version) for d in world.devices]

    # The first one may have been stopped inside the next step, after it changed the world a little.
    differing = sum(a != b for a, b in zip(facts(first.world), facts(second.world), strict=False))
    assert differing <= 3


def test_a_state_file_of_another_scenario_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "simulator.json"
    StateFile(file, "borough", 1).save(Position("borough", 1, step=3, reached=datetime(2024, 11, 4, tzinfo=UTC)))
    assert StateFile(file, "borough", 1).load().step == 3
    with pytest.raises(StateError, match="belongs to borough"):
        StateFile(file, "metropolitan", 1).load()
    file.write_text("{")
    with pytest.raises(StateError, match="no state file"):
        StateFile(file, "borough", 1).load()


async def test_progress_can_be_asked_for(start: Start, client: aiohttp.ClientSession, receiver: Receiver) -> None:
    simulator = await start()
    await simulator.wait()
    async with client.get(f"{simulator.url}/simulator/progress") as response:
        told = await response.json()
    assert told["filled"] is True
    assert told["complete"] is False
    assert told["fill"]["ServiceNow assets"] == {"total": 6000, "done": 0}
    assert told["deliveries"]["finance"]["taken"] == 1
