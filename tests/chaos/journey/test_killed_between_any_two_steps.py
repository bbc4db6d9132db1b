"""Every process of a journey is killed before and after everything it writes; it goes on, and nothing happens twice."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from deploy.local.simulator.microsoft.managed_device import intune_id
from deploy.local.simulator.simulator import Simulator
from deploy.local.workspace.server import Workspace
from schemas.events.device import CheckIn, DeviceCheckedIn, Wipe, WipeReported
from schemas.events.finance import DocumentType
from schemas.topics import DEVICE_OBSERVED, FINANCE_DOCUMENT
from schemas.vocabulary import DeviceState, Kind
from services.custody.verification import Checked, faults
from services.database.pool import Pool
from tests.chaos.journey.checking import (
    every_step_was_told_once,
    everything_was_said_once,
    laptop,
    nothing_is_dead,
    publish,
    stands,
)
from tests.chaos.journey.journey import Journey
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.requests.journey import minutes

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(180)]


async def test_from_asking_to_the_old_device_resold(
    pool: Pool, killed: Journey, workspace: Workspace, servicenow: ServiceNowStandIn
) -> None:
    # Neither due nor under warranty, and nothing in stock: a manager must say yes.
    old = laptop("S1", 1, START, DeviceState.DEPLOYED, "Amara Osei", date(2023, 11, 1))
    money = recorded(document("APP", DocumentType.APPROVAL, 2_500_000_000, 0))
    await publish(pool, (DEVICE_OBSERVED, old), (FINANCE_DOCUMENT, money))
    await killed.settle()
    device = await pool.fetchval("SELECT device_id FROM register.devices")
    request = await killed.command("raise", "Amara Osei", device_id=str(device), key="asked", accessibility_needs=True)
    asked = await pool.fetchrow("SELECT status, verdict FROM requests.requests")
    assert asked is not None
    assert asked["status"] == "waiting_for_approval", asked["verdict"]
    await killed.settle()
    assert await killed.command("approve", "Priya Nair", request_id=request, key="pressed") == "approved"
    await killed.settle()
    assert await stands(pool) == "ordered"

    new = laptop("NEW1", 2, NOW + minutes(1), DeviceState.IN_STOCK, None, NOW.date())
    await publish(pool, (DEVICE_OBSERVED, new))
    await killed.settle()
    done = await killed.command("allocate", "Helen Marsh", request_id=request, key="set aside", device="NEW1")
    assert done == "allocated"
    await killed.command("ship", "Helen Marsh", request_id=request, key="sent", carrier="Van 3")
    handed = laptop("NEW1", 2, NOW + minutes(9), DeviceState.DEPLOYED, "Amara Osei", NOW.date())
    await publish(pool, (DEVICE_OBSERVED, handed))
    await killed.settle()
    assert await stands(pool) == "delivered"
    await killed.command("receive", "Amara Osei", request_id=request, key="received")
    assert await killed.command("check", "Amara Osei", request_id=request, key="checked") == "return_due"
    back = laptop("S1", 1, NOW + minutes(20), DeviceState.RETURNED, None, date(2023, 11, 1))
    await publish(pool, (DEVICE_OBSERVED, back))
    await killed.settle()
    assert await stands(pool) == "closed"
    await from_the_return_to_resale(pool, killed)

    await nothing_is_dead(pool)
    assert killed.kills > 100, "hardly anybody was killed: the test showed little"
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 1
    assert await every_step_was_told_once(pool) == {
        request: [
            *("waiting_for_approval", None, "ordered", "allocated", "shipped", "delivered"),
            *("waiting_for_check", "return_due", "closed"),
        ]
    }
    assert await pool.fetchval("SELECT count(*) FROM budget.orders") == 1
    assert await pool.fetchval("SELECT count(*) FROM budget.reservations") == 1
    (ticket,) = servicenow.tickets()
    assert len(ticket.notes) == len(set(ticket.notes))
    await everything_was_said_once(pool, workspace, to=("amara.osei", "priya.nair"))


async def from_the_return_to_resale(pool: Pool, killed: Journey) -> None:
    """The old device is proved empty, reviewed and resold; its chain holds one link a step, and is whole."""
    reference = await pool.fetchval("SELECT reference FROM custody.records WHERE state = 'returned'")
    certificate = await killed.command("keep certificate", "Helen Marsh")
    proof = {"document_id": certificate, "certificate_issuer": "Secure Wipe Ltd", "certificate_number": "SW-1"}
    resale = {"condition": "good", "route": "resale", "note": "A buyer asked"}
    for who, cause, details, state in (
        ("Helen Marsh", "certify", proof, "sanitised"),
        ("Helen Marsh", "review", resale, "reviewed"),
        ("Idris Bello", "resell", {"proceeds_pence": 8_100}, "resold"),
    ):
        done = await killed.command("custody", who, cause=cause, references=[reference], key=cause, details=details)
        assert done == [state]
        await killed.settle()
    assert await pool.fetchval("SELECT count(*) FROM custody.records") == 1
    assert await pool.fetchval("SELECT count(*) FROM custody.chain") == 4
    assert await pool.fetchval("SELECT count(*) FROM custody.documents") == 1
    assert [fault async for fault in faults(pool, Checked())] == []
    assert await pool.fetchval("SELECT state FROM register.devices WHERE serial = 'S1'") == "resold"


async def test_from_somebody_who_leaves_to_the_laptop_destroyed(
    pool: Pool, killed: Journey, workspace: Workspace
) -> None:
    held = laptop("S1", 1, START, DeviceState.DEPLOYED, "Amara Osei", date(2023, 11, 1))
    await publish(pool, (DEVICE_OBSERVED, held))
    await killed.settle()
    assert await killed.command("leave", "Priya Nair", whose="Amara Osei", key="leaves") == "1"
    await killed.settle()
    assert await stands(pool) == "return_due"
    killed.pass_days(8)
    await killed.command("clock comes", "")
    await killed.settle()
    assert await pool.fetchval("SELECT chases FROM requests.requests") == 1, "reminded once, whoever died"

    back = laptop("S1", 1, NOW + minutes(20), DeviceState.RETURNED, None, date(2023, 11, 1))
    failed = WipeReported(
        id="failed",
        source="intune",
        time=NOW + minutes(30),
        subject="S1",
        data=Wipe(identifiers={"serial": "S1"}, outcome="failed", requested_at=NOW + minutes(25)),
    )
    await publish(pool, (DEVICE_OBSERVED, back), (DEVICE_OBSERVED, failed))
    await killed.settle()
    assert await stands(pool) == "closed"
    assert await pool.fetchval("SELECT state FROM custody.records") == "wipe_failed"
    reference = await pool.fetchval("SELECT reference FROM custody.records")
    certificate = await killed.command("keep certificate", "Helen Marsh")
    proof = {"document_id": certificate, "certificate_issuer": "Shred Ltd", "certificate_number": "SH-1"}
    for cause, details, state in (
        ("send_to_destruction", {}, "to_destruction"),
        ("destroy", proof, "destroyed"),
        ("recycle", {"weee_note": "WEEE-1"}, "recycled"),
    ):
        done = await killed.command(
            "custody", "Helen Marsh", cause=cause, references=[reference], key=cause, details=details
        )
        assert done == [state]
        await killed.settle()

    await nothing_is_dead(pool)
    assert killed.kills > 60, "hardly anybody was killed: the test showed little"
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 1
    assert await pool.fetchval("SELECT count(*) FROM budget.orders") == 0, "nothing is replaced"
    assert await pool.fetchval("SELECT count(*) FROM custody.chain") == 5
    assert [fault async for fault in faults(pool, Checked())] == []
    assert await pool.fetchval("SELECT state FROM register.devices") == "recycled"
    await everything_was_said_once(pool, workspace, to=("amara.osei", "priya.nair"))


async def test_from_a_loss_to_its_end(pool: Pool, killed: Journey, workspace: Workspace, vendors: Simulator) -> None:
    device = next(
        each
        for each in vendors.world.devices
        if each.managed and not each.action and each.model.plan.platform == "android"
        if each.number >= vendors.world.acting_devices
    )
    names = {"serial": device.serial, "intune": intune_id(vendors.world, device)}
    seen = DeviceCheckedIn(
        id="seen",
        source="intune",
        time=START,
        subject=device.serial,
        data=CheckIn(identifiers=names, kind=Kind.SMARTPHONE, holder_email=email_of("Amara Osei")),
    )
    unit = asset(device.serial, 7, START, state=DeviceState.DEPLOYED, unit="central-west-response")
    await publish(pool, (DEVICE_OBSERVED, seen), (DEVICE_OBSERVED, unit))
    await killed.settle()
    phone = str(await pool.fetchval("SELECT device_id FROM register.devices"))

    loss = await killed.command("report", "Amara Osei", device_id=phone, key="lost")
    await killed.settle()
    assert await pool.fetchval("SELECT state FROM losses.losses") == "locked"
    assert await killed.command("ask wipe", "Amara Osei", loss_id=loss, key="asked") == "wipe_asked"
    assert await killed.command("confirm wipe", "Helen Marsh", loss_id=loss, key="confirmed") == "wiping"
    await killed.settle()
    assert len(device.commanded) == 2, "one lock and one wipe, whoever died"
    done = WipeReported(
        id="wiped",
        source="intune",
        time=NOW + minutes(30),
        subject=device.serial,
        data=Wipe(identifiers=names, outcome="done", requested_at=NOW),
    )
    await publish(pool, (DEVICE_OBSERVED, done))
    await killed.settle()
    assert await killed.command("write off", "Helen Marsh", loss_id=loss, key="gone", reason="Gone") == "written_off"
    await killed.settle()

    await nothing_is_dead(pool)
    assert killed.kills > 60, "hardly anybody was killed: the test showed little"
    assert await pool.fetchval("SELECT state FROM register.devices") == "written_off"
    assert await pool.fetchval("SELECT count(*) FROM losses.losses") == 1
    moves = await pool.fetch("SELECT event FROM losses.outbox ORDER BY transaction, position")
    revisions = [msgspec.json.decode(row["event"])["data"]["revision"] for row in moves]
    assert revisions == list(range(1, len(moves) + 1))
    assert await pool.fetchval("SELECT count(*) FROM losses.timeline") == len(moves)
    assert len(device.commanded) == 2
    await everything_was_said_once(pool, workspace, to=())
