"""Finished wipes are read from the list of commands, each with the device that the inventory knows."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
import msgspec
import pytest

from deploy.local.simulator.fleet.device import JAMF, Device
from deploy.local.simulator.simulator import Simulator
from services.database.pool import Pool
from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.polling.calls import Answer
from services.intake.polling.feeds import UnusableAnswer
from services.intake.polling.vendor_http import VendorUnavailable
from services.intake.sources.jamf.erasures import ErasureFeed
from tests.sources.commanded import hours_pass, vendors
from tests.sources.polled import Polled
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration


def devices(simulator: Simulator) -> list[Device]:
    """A computer and a phone."""
    return [
        next(
            each
            for each in simulator.world.devices
            if each.managed and each.model.vendor == JAMF and each.model.plan.platform == platform
        )
        for platform in ("macos", "ios")
    ]


def polled(pool: Pool, session: aiohttp.ClientSession, simulator: Simulator, secret: str = "jamf-local") -> Polled:
    tokens = BearerTokens(session, f"{simulator.url}/api/oauth/token", "quartermaster", secret)
    return Polled(pool, session, tokens)


@pytest.mark.parametrize(("failed_share", "outcome"), [(0.0, "done"), (1.0, "failed")])
async def test_a_wipe_that_ended_is_told_once_under_the_names_of_the_register(
    pool: Pool, failed_share: float, outcome: str
) -> None:
    async with vendors(failed_share) as simulator, aiohttp.ClientSession() as session:
        feed, reader = ErasureFeed(simulator.url), polled(pool, session, simulator)
        mac, phone = devices(simulator)
        for device in (mac, phone):
            simulator.commands.take(device, "ERASE_DEVICE", wipes=True)
        simulator.commands.take(mac, "DEVICE_LOCK", wipes=False)
        await reader.poll(feed)
        assert await reader.events() == []
        hours_pass(simulator, 100)
        for _ in range(3):  # whatever is read again is known
            await reader.poll(feed)
        events = sorted(await reader.events(), key=lambda each: str(each["subject"]))
        assert [(each["data"]["identifiers"], each["data"]["outcome"]) for each in events] == [
            ({"serial": device.serial, "jamf": f"{family}/{device.number + 1}"}, outcome)
            for device, family in sorted(((mac, "computer"), (phone, "mobile")), key=lambda pair: pair[0].serial)
        ]
        assert {each["type"] for each in events} == {"quartermaster.device.wipe_reported"}
        assert phone.managed == (outcome == "failed")


async def test_a_wrong_secret_is_the_vendor_being_unavailable(pool: Pool) -> None:
    async with vendors(0.0) as simulator, aiohttp.ClientSession() as session:
        with pytest.raises(VendorUnavailable, match="token endpoint answered 401"):
            await polled(pool, session, simulator, "wrong").poll(ErasureFeed(simulator.url))


COMMAND = {
    "uuid": "aaaaaaaa-3f1e-4b3a-a5b3-ca0cd7430937",
    "dateSent": "2024-05-16T20:43:43.945Z",
    "dateCompleted": "2024-05-16T21:43:43.945Z",
    "client": {"managementId": "73226fb6-61df-4c10-9552-eb9bc353d507", "clientType": "MOBILE_DEVICE"},
    "commandState": "ACKNOWLEDGED",
    "commandType": "ERASE_DEVICE",
}


def walked(*answers: object, status: int = 200) -> Sequence[dict[str, object]]:
    """The records of a walk that is given these answers; the last ones with a status."""
    walk = ErasureFeed("http://jamf.example").walk(None, NOW)
    records = []
    for place, answer in enumerate(answers):
        assert walk.call is not None
        body = msgspec.json.encode(answer)
        for page in walk.read(Answer(200 if place == 0 else status, body)):
            records += [msgspec.json.decode(record.body) for record in page.records]
    assert walk.call is None
    return records


def test_a_command_whose_device_is_not_in_the_inventory_is_kept_without_one() -> None:
    (record,) = walked({"results": [COMMAND]}, {"results": []})
    assert record["device"] is None
    (refused,) = walked({"results": [COMMAND]}, {"errors": []}, status=400)
    assert refused["device"] is None


def test_an_inventory_that_answers_with_other_devices_names_none() -> None:
    other = {"id": "7", "managementId": "another", "serialNumber": "QM7"}
    (record,) = walked({"results": [COMMAND]}, {"results": [other]})
    assert record["device"] is None


def test_commands_that_wait_or_are_of_another_kind_are_no_records() -> None:
    waiting = {name: value for name, value in COMMAND.items() if name != "dateCompleted"}
    lock = {**COMMAND, "commandType": "DEVICE_LOCK"}
    assert walked({"results": [waiting, lock]}) == []


def test_an_answer_that_is_no_list_moves_nothing() -> None:
    walk = ErasureFeed("http://jamf.example").walk(None, NOW)
    with pytest.raises(UnusableAnswer):
        list(walk.read(Answer(200, b"<html>")))
