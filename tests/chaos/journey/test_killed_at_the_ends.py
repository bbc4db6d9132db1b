"""The ends of devices, every process killed before and after everything it writes: returns that are overdue, a batch
that is resold, given away and recycled, and what was lost and turned up again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
import pytest

from deploy.local.simulator.microsoft.managed_device import intune_id
from deploy.local.simulator.simulator import Simulator
from deploy.local.workspace.server import Workspace
from schemas.events.device import CheckIn, DeviceCheckedIn
from schemas.topics import DEVICE_OBSERVED
from schemas.vocabulary import DeviceState, Kind
from services.custody.verification import Checked, faults
from services.database.pool import Pool
from tests.chaos.journey.checking import everything_was_said_once, laptop, nothing_is_dead, publish
from tests.chaos.journey.journey import Journey
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of
from tests.integration.requests.journey import minutes

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(300)]
BOUGHT = {"S1": date(2023, 11, 1), "S2": date(2018, 11, 1), "S3": date(2014, 11, 1)}
"""One worth selling, one that a charity can use, one that nobody wants."""


async def test_from_overdue_returns_to_a_batch_disposed_of(pool: Pool, killed: Journey, workspace: Workspace) -> None:
    await publish(
        pool,
        *(
            (DEVICE_OBSERVED, laptop(serial, number, START, DeviceState.DEPLOYED, "Amara Osei", bought))
            for number, (serial, bought) in enumerate(BOUGHT.items())
        ),
    )
    await killed.settle()
    assert await killed.command("leave", "Priya Nair", whose="Amara Osei", key="leaves") == "3"
    await killed.settle()
    for turn, days in enumerate((8, 8), 1):
        killed.pass_days(days)
        await killed.command("clock comes", "")
        await killed.settle()
        chases = await pool.fetch("SELECT chases FROM requests.requests")
        assert [row["chases"] for row in chases] == [turn] * 3, "reminded once each time, whoever died"
    overdue = await pool.fetchval("SELECT count(*) FROM requests.timeline WHERE what LIKE '%overdue%'")
    assert overdue == 3, "and the manager is told"

    at = killed.world.now
    await publish(
        pool,
        *(
            (DEVICE_OBSERVED, laptop(serial, number, at + minutes(1), DeviceState.RETURNED, None, bought))
            for number, (serial, bought) in enumerate(BOUGHT.items())
        ),
    )
    await killed.settle()
    rows = await pool.fetch("SELECT serial, reference FROM custody.records ORDER BY serial")
    references = {row["serial"]: row["reference"] for row in rows}
    killed.pass_days(30)
    await killed.command("watch looks", "")
    await killed.settle()
    await disposed_of(killed, references)

    await nothing_is_dead(pool)
    assert killed.kills > 150, "hardly anybody was killed: the test showed little"
    ends = await pool.fetch("SELECT state FROM register.devices ORDER BY serial")
    assert [row["state"] for row in ends] == ["resold", "redistributed", "recycled"]
    assert await pool.fetchval("SELECT count(*) FROM requests.requests WHERE status = 'closed'") == 3
    assert await pool.fetchval("SELECT count(*) FROM custody.chain") == 3 * 4
    assert await pool.fetchval("SELECT count(*) FROM custody.batches") == 5
    async with pool.acquire() as connection:
        assert [fault async for fault in faults(connection, Checked())] == []
    alerts = await pool.fetch("SELECT event FROM watch.outbox ORDER BY transaction, position")
    told = [msgspec.json.decode(row["event"])["type"].rpartition(".")[2] for row in alerts]
    assert told == ["raised", "cleared"], "not sanitised for long, and then all were"
    await everything_was_said_once(pool, workspace, to=("amara.osei", "priya.nair"))


async def disposed_of(killed: Journey, references: dict[str, str]) -> None:
    """All are certified by one act, reviewed by another, and each goes where its worth leads it."""
    proof = {"document_id": await killed.command("keep certificate", "Helen Marsh")}
    proof |= {"certificate_issuer": "Secure Wipe Ltd", "certificate_number": "SW-1"}
    everything = list(references.values())
    acts: list[tuple[str, str, Sequence[str], dict[str, object], str]] = [
        ("Helen Marsh", "certify", everything, proof, "sanitised"),
        ("Helen Marsh", "review", everything, {"condition": "good"}, "reviewed"),
        ("Idris Bello", "resell", [references["S1"]], {"proceeds_pence": 8_100}, "resold"),
        ("Helen Marsh", "redistribute", [references["S2"]], {"charity": "schools"}, "redistributed"),
        ("Helen Marsh", "recycle", [references["S3"]], {"weee_note": "WEEE-1"}, "recycled"),
    ]
    for who, cause, which, details, state in acts:
        done = await killed.command("custody", who, cause=cause, references=which, key=cause, details=details)
        assert done == [state] * len(which)
    await killed.settle()


async def test_what_was_lost_turns_up_before_it_is_locked_or_wiped(
    pool: Pool, killed: Journey, workspace: Workspace, vendors: Simulator
) -> None:
    managed = [
        each
        for each in vendors.world.devices
        if each.managed and not each.action and each.model.plan.platform == "android"
        if each.number >= vendors.world.acting_devices
    ][:2]
    for number, device in enumerate(managed):
        seen = DeviceCheckedIn(
            id=f"seen-{number}",
            source="intune",
            time=START,
            subject=device.serial,
            data=CheckIn(
                identifiers={"serial": device.serial, "intune": intune_id(vendors.world, device)},
                kind=Kind.SMARTPHONE,
                holder_email=email_of("Amara Osei"),
            ),
        )
        unit = asset(device.serial, number, START, state=DeviceState.DEPLOYED, unit="central-west-response")
        await publish(pool, (DEVICE_OBSERVED, seen), (DEVICE_OBSERVED, unit))
    await killed.settle()
    phones = [
        str(await pool.fetchval("SELECT device_id FROM register.devices WHERE serial = $1", each.serial))
        for each in managed
    ]

    locked = await killed.command("report", "Amara Osei", device_id=phones[1], key="lost")
    await killed.settle()
    assert await killed.command("ask wipe", "Amara Osei", loss_id=locked, key="asked") == "wipe_asked"
    assert await killed.command("confirm wipe", "Helen Marsh", loss_id=locked, key="confirmed") == "wiping"
    never_locked = await killed.command("report", "Amara Osei", device_id=phones[0], key="lost too")
    # Both commands are known and wait; before anybody carries them, the phones turn up.
    await killed.settle(senders=("desk", "bot"))
    for loss in (locked, never_locked):
        assert await killed.command("find", "Amara Osei", loss_id=loss, key=f"found {loss}") == "found"
    await killed.settle()

    await nothing_is_dead(pool)
    assert killed.kills > 100, "hardly anybody was killed: the test showed little"
    assert [len(each.commanded) for each in managed] == [0, 1], "one lock, sent before; all else was recalled"
    states = await pool.fetch("SELECT state FROM mdm.commands ORDER BY state")
    assert [row["state"] for row in states] == ["recalled", "recalled", "sent"]
    for loss in (locked, never_locked):
        assert await pool.fetchval("SELECT state FROM losses.losses WHERE loss_id::text = $1", loss) == "found"
    moves = await pool.fetch("SELECT event FROM losses.outbox ORDER BY transaction, position")
    for loss in (locked, never_locked):
        data = [event["data"] for row in moves if (event := msgspec.json.decode(row["event"]))["subject"] == loss]
        assert [each["revision"] for each in data] == list(range(1, len(data) + 1))
    assert await pool.fetchval("SELECT count(*) FROM losses.timeline") == len(moves)
    await everything_was_said_once(pool, workspace, to=())
