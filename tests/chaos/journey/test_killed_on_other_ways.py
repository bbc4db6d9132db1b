"""The other ways of a request, every process killed before and after everything it writes: repaired or not, from stock,
refused, withdrawn, asked back, for who joins, handed on by the clock, and with a wave.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from deploy.local.workspace.server import Workspace
from schemas.events.finance import DocumentType
from schemas.topics import DEVICE_OBSERVED, FINANCE_DOCUMENT
from schemas.vocabulary import DeviceState
from services.budget.verification import verify_counters
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
from tests.fixtures.observations import START
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.requests.journey import minutes

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(300)]
MONEY = recorded(document("APP", DocumentType.APPROVAL, 2_500_000_000, 0))
BOUGHT = date(2023, 11, 1)
UNDER_WARRANTY = {"warranty_ends_on": date(2025, 11, 1)}
HOLDERS = {
    "Amara Osei": ("central-west-response", UNDER_WARRANTY),
    "Grace Appiah": ("central-west-neighbourhoods", UNDER_WARRANTY),
    "Liam Doherty": ("central-west-protection", {}),
    "Tom Whitfield": ("central-north-response", {}),
    "Chloe Martin": ("central-north-neighbourhoods", {}),
    "Samuel Ekpo": ("met-command-and-control", {}),
}


async def asked_by_all(pool: Pool, killed: Journey) -> Mapping[str, str]:
    """Everybody who holds a laptop asks for another, and Priya for somebody who joins; who asked → the request."""
    asked: dict[str, str] = {}
    for who in HOLDERS:
        device = await pool.fetchval("SELECT device_id FROM register.devices WHERE serial = $1", f"S-{who}")
        reason = "broken" if who in ("Amara Osei", "Grace Appiah", "Samuel Ekpo") else "slow"
        asked[who] = await killed.command("raise", who, device_id=str(device), reason=reason, key="asked")
    asked["Priya Nair"] = await killed.command(
        "raise", "Priya Nair", reason="joiner", recipient_email="new.starter@metropolitan.example", key="joins"
    )
    return asked


async def test_every_other_answer_to_a_request(
    pool: Pool, killed: Journey, workspace: Workspace, servicenow: ServiceNowStandIn
) -> None:
    held = [
        laptop(f"S-{who}", number, START, DeviceState.DEPLOYED, who, BOUGHT, unit, **facts)
        for number, (who, (unit, facts)) in enumerate(HOLDERS.items())
    ]
    spare = laptop("SPARE", 90, START, DeviceState.IN_STOCK, None, date(2024, 6, 3))
    await publish(pool, *((DEVICE_OBSERVED, each) for each in [*held, spare]), (FINANCE_DOCUMENT, MONEY))
    await killed.settle()
    asked = await asked_by_all(pool, killed)
    await killed.settle()
    assert await stands(pool, asked["Samuel Ekpo"]) == "allocated", "from stock, and no manager was asked"
    for who, name, whose, given, leads_to in (
        ("Amara Osei", "repaired", "Amara Osei", {}, "closed"),
        ("Grace Appiah", "not repaired", "Grace Appiah", {"why": "Still dark"}, "waiting_for_approval"),
        ("Priya Nair", "refuse", "Liam Doherty", {"refusal": "Not yet"}, "refused"),
        ("Tom Whitfield", "withdraw", "Tom Whitfield", {}, "withdrawn"),
        ("Daniel Reyes", "ask", "Chloe Martin", {"question": "How slow?"}, "question_asked"),
        ("Catherine Doyle", "approve", "Priya Nair", {}, "approved"),
    ):
        assert await killed.command(name, who, request_id=asked[whose], key=name, **given) == leads_to, name
    await killed.settle()

    killed.pass_days(3)
    await killed.command("clock comes", "")
    await killed.settle()
    above = "SELECT approver_email, chases FROM requests.requests WHERE request_id::text = $1"
    assert tuple(await pool.fetchrow(above, asked["Grace Appiah"]) or ()) == ("catherine.doyle@metropolitan.example", 1)
    done = await killed.command("approve", "Catherine Doyle", request_id=asked["Grace Appiah"], key="handed on")
    assert done == "approved"
    killed.pass_days(4)
    await killed.command("clock comes", "")
    assert tuple(await pool.fetchrow(above, asked["Chloe Martin"]) or ()) == ("daniel.reyes@metropolitan.example", 1)
    await killed.settle()
    await killed.command("answer", "Chloe Martin", request_id=asked["Chloe Martin"], key="says", answer="Very")
    assert await killed.command("approve", "Daniel Reyes", request_id=asked["Chloe Martin"], key="yes") == "approved"
    await killed.settle()

    await nothing_is_dead(pool)
    assert killed.kills > 250, "hardly anybody was killed: the test showed little"
    assert await every_step_was_told_once(pool) == {
        asked[who]: statuses
        for who, statuses in {
            "Amara Osei": ["waiting_for_repair", "closed"],
            "Grace Appiah": ["waiting_for_repair", *["waiting_for_approval"] * 2, None, "ordered"],
            "Liam Doherty": ["waiting_for_approval", None],
            "Tom Whitfield": ["waiting_for_approval", "withdrawn"],
            "Chloe Martin": [
                *("waiting_for_approval", "question_asked", "question_asked", "waiting_for_approval", None, "ordered"),
            ],
            "Samuel Ekpo": ["allocated", None],
            "Priya Nair": ["waiting_for_approval", None, "ordered"],
        }.items()
    }
    assert await pool.fetchval("SELECT count(*) FROM budget.orders") == 3
    assert await verify_counters(pool) == []
    tickets = servicenow.tickets()
    assert len(tickets) == len(asked)
    assert all(len(each.notes) == len(set(each.notes)) for each in tickets)
    await everything_was_said_once(pool, workspace, to=("grace.appiah", "catherine.doyle", "daniel.reyes"))


async def test_from_a_wave_to_its_delivery(pool: Pool, killed: Journey, workspace: Workspace) -> None:
    old = laptop("S1", 1, START, DeviceState.DEPLOYED, "Amara Osei", date(2019, 11, 1))
    await publish(pool, (DEVICE_OBSERVED, old), (FINANCE_DOCUMENT, MONEY))
    await killed.settle()
    wave = await killed.command("propose", "Helen Marsh", key="proposed")
    await killed.settle()
    assert await killed.command("release", "Catherine Doyle", wave_id=wave, key="released") == "released"
    device = await pool.fetchval("SELECT device_id FROM register.devices")
    request = await killed.command("raise", "Amara Osei", device_id=str(device), reason="slow", key="asked")
    assert await stands(pool) == "waiting_for_wave"
    await killed.settle()
    assert await stands(pool) == "ordered"
    handed = laptop("NEW1", 2, NOW + minutes(9), DeviceState.DEPLOYED, "Amara Osei", NOW.date())
    await publish(pool, (DEVICE_OBSERVED, handed))
    await killed.settle()
    assert await killed.command("receive", "Amara Osei", request_id=request, key="received") == "return_due"
    back = laptop("S1", 1, NOW + minutes(20), DeviceState.RETURNED, None, date(2019, 11, 1))
    await publish(pool, (DEVICE_OBSERVED, back))
    await killed.settle()

    await nothing_is_dead(pool)
    assert killed.kills > 100, "hardly anybody was killed: the test showed little"
    assert await every_step_was_told_once(pool) == {
        request: ["waiting_for_wave", "ordered", "delivered", "return_due", "closed"]
    }
    assert await pool.fetchval("SELECT count(*) FROM refresh.waves") == 1
    assert await pool.fetchval("SELECT count(*) FROM budget.orders") == 1
    assert await verify_counters(pool) == []
    await everything_was_said_once(pool, workspace, to=("amara.osei", "helen.marsh"))
