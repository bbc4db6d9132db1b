"""What policy's verdict does in the database: where a request begins, what is set aside, what is told."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import BadInput, NotAllowed, RuleBroken
from services.register.consumer import RegisterConsumer
from services.requests import queries
from services.requests.commands import Requests
from services.requests.queries import Cause, Reason, RequestView, Status, Verdict
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of, small_directory, viewer
from tests.fixtures.request_policies import asking_managers

pytestmark = pytest.mark.integration


@pytest.fixture
def requests(pool: Pool, clock: FixedClock) -> Requests:
    """By the service's own policy."""
    return Requests(pool, clock, small_directory())


async def add(database_url: str, *serials: str, first: int = 100, **fields: Any) -> dict[str, UUID]:
    """Devices that the register knows, laptops in stock unless something else is said."""
    known = {"kind": Kind.LAPTOP, "state": DeviceState.IN_STOCK, "purchased_on": date(2024, 6, 1)} | fields
    register = await open_pool(database_url, "register")
    records = [asset(serial, first + number, START, **known) for number, serial in enumerate(serials)]
    await deliver(register, RegisterConsumer().apply, records)
    found = {row["serial"]: row["device_id"] for row in await register.fetch("SELECT serial, device_id FROM devices")}
    await register.close()
    return found


async def wants(requests: Requests, name: str = "Amara Osei", **fields: Any) -> RequestView:
    asked = {
        "device_id": None,
        "kind": Kind.LAPTOP,
        "reason": Reason.BROKEN,
        "needed_by": None,
        "accessibility_needs": False,
        "explanation": "It does not start",
        "delivery_place": "Charing Cross",
        "idempotency_key": f"{name} {fields}",
    }
    return await requests.raise_request(viewer(name), **(asked | fields))


async def told(pool: Pool) -> list[dict[str, Any]]:
    rows = await pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
    return [msgspec.json.decode(row["event"]) for row in rows]


async def refusals(pool: Pool, action: str) -> int:
    count: int = await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = $1", action)
    return count


async def test_under_warranty_it_is_repaired_and_if_that_does_not_help_a_manager_decides(
    pool: Pool, database_url: str, requests: Requests
) -> None:
    held = {"state": DeviceState.DEPLOYED, "holder_email": email_of("Amara Osei"), "unit": "central-west-response"}
    devices = await add(database_url, "S1", warranty_ends_on=date(2025, 5, 3), **held)
    raised = await wants(requests, device_id=devices["S1"])
    assert (raised.verdict_kind, raised.status) == (Verdict.REPAIR, Status.WAITING_FOR_REPAIR)
    assert "under warranty until 3 May 2025: repair first" in raised.verdict
    assert raised.may == (Cause.REPAIRED, Cause.NOT_REPAIRED, Cause.WITHDRAW)
    with pytest.raises(NotAllowed):
        await requests.not_repaired(viewer("Priya Nair"), raised.request_id, why="x", idempotency_key="k")
    amara = viewer("Amara Osei")
    again = [
        await requests.not_repaired(amara, raised.request_id, why="Still dark", idempotency_key="k") for _ in range(2)
    ]
    assert again[0] == again[1]
    assert again[0].status is Status.WAITING_FOR_APPROVAL
    assert again[0].timeline[-1].what == "The repair did not help: Still dark"
    with pytest.raises(RuleBroken, match="waits for a manager"):
        await requests.repaired(amara, raised.request_id, idempotency_key="k2")
    events = await told(pool)
    assert [event["data"].get("status") for event in events] == ["waiting_for_repair", "waiting_for_approval"]
    assert "Still dark" not in str(events), "what they wrote stays here"
    assert await refusals(pool, "not_repaired") == 1


async def test_one_from_stock_is_set_aside_at_once_and_told_as_approved(
    pool: Pool, database_url: str, requests: Requests
) -> None:
    held = {"state": DeviceState.DEPLOYED, "holder_email": email_of("Amara Osei"), "unit": "central-west-response"}
    await add(database_url, "OLD", "NEW", purchased_on=date(2024, 6, 1))
    devices = await add(database_url, "S1", first=200, **held)
    raised = await wants(requests, device_id=devices["S1"])
    assert (raised.verdict_kind, raised.status) == (Verdict.SWAP_FROM_STOCK, Status.ALLOCATED)
    assert raised.from_stock
    assert raised.decided_by == "policy"
    assert raised.successor_serial in ("OLD", "NEW")
    events = await told(pool)
    assert [event["type"].rpartition(".")[2] for event in events] == ["raised", "approved"]
    assert events[1]["data"]["successor_device_id"] == str(raised.successor_device_id)
    withdrawn = await requests.withdraw(viewer("Amara Osei"), raised.request_id, idempotency_key="w")
    assert withdrawn.status is Status.WITHDRAWN
    assert withdrawn.may == ()
    assert (await wants(requests, device_id=devices["S1"], idempotency_key="2")).status is Status.ALLOCATED


async def test_a_policy_that_asks_a_manager_all_the_same_sets_nothing_aside(
    pool: Pool, database_url: str, clock: FixedClock
) -> None:
    await add(database_url, "NEW")
    strict = Requests(pool, clock, small_directory(), policy=asking_managers(Verdict.SWAP_FROM_STOCK))
    raised = await wants(strict)
    assert (raised.verdict_kind, raised.status) == (Verdict.SWAP_FROM_STOCK, Status.WAITING_FOR_APPROVAL)
    assert raised.successor_device_id is None
    assert "all the same" in raised.verdict


async def test_two_approvals_at_once_never_set_one_device_aside_twice(
    pool: Pool, database_url: str, requests: Requests
) -> None:
    await add(database_url, "N1", "N2", "N3")
    asked = [
        await wants(requests, name, reason=Reason.LOST, kind=Kind.LAPTOP)
        for name in ("Amara Osei", "Tom Whitfield", "Daniel Reyes", "Ruth Adeyemi", "Idris Bello")
    ]
    catherine = viewer("Catherine Doyle")
    decisions = await asyncio.gather(
        *(requests.approve(catherine, each.request_id, idempotency_key=each.reference) for each in asked)
    )
    given = [each.request.successor_serial for each in decisions if each.request.status is Status.ALLOCATED]
    assert sorted(str(each) for each in given) == ["N1", "N2", "N3"]
    bought = [each.request for each in decisions if each.request.status is Status.APPROVED]
    assert len(bought) == 2
    assert all(each.successor_device_id is None and not each.from_stock for each in bought)
    approved = [event["data"] for event in await told(pool) if event["type"].endswith("approved")]
    assert sum("successor_device_id" in each and each["successor_device_id"] is not None for each in approved) == 3


PLACED = """
WITH wave AS (
    INSERT INTO refresh.waves (wave_id, wave, number, status, financial_year, quarter, policy_version, entries,
                               from_stock, ordered, gross_pence, gap, method, floors_met, proposed_by, proposed_at,
                               summary, orders, basis)
    VALUES (gen_random_uuid(), 'W-1', 1, 'released', '2024/25', '2025-01-01', '1', 1, 1, 0, 0, 0, 'm', true, 'h', now(),
            '{}', '[]', '{}')
    RETURNING wave_id
)
INSERT INTO refresh.placements (entry_id, device_id, wave_id, wave, attempt, quarter, kind, state, order_id,
                                stock_device_id, stock_revision)
SELECT coalesce($1::uuid, gen_random_uuid()), $1, wave_id, 'W-1', 1, '2025-01-01', 'laptop', 'ordered',
       CASE WHEN $2::uuid IS NULL THEN 'PO-1' END, $2, CASE WHEN $2 IS NOT NULL THEN 1 END
FROM wave
"""
"""A released wave serves device $1 (null: something else), with device $2 from stock or (null) an order."""


async def test_what_a_wave_holds_is_not_given_away(pool: Pool, database_url: str, requests: Requests) -> None:
    devices = await add(database_url, "N1")
    await pool.execute(PLACED, None, devices["N1"])
    raised = await wants(requests)
    assert raised.status is Status.WAITING_FOR_APPROVAL
    decided = await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")
    assert decided.request.status is Status.APPROVED


async def test_what_stands_in_a_wave_waits_for_it_unless_somebody_cannot(
    pool: Pool, database_url: str, requests: Requests
) -> None:
    held = {"state": DeviceState.DEPLOYED, "holder_email": email_of("Amara Osei"), "unit": "central-west-response"}
    devices = await add(database_url, "S1", **held)
    await add(database_url, "N1", first=200)
    await pool.execute(PLACED, devices["S1"], None)
    await pool.execute("UPDATE refresh.placements SET state = 'planned'")
    raised = await wants(requests, device_id=devices["S1"])
    assert (raised.verdict_kind, raised.status) == (Verdict.WAIT_FOR_WAVE, Status.WAITING_FOR_WAVE)
    assert "planned in the wave W-1 of January 2025" in raised.verdict
    assert raised.wave_month == date(2025, 1, 1)
    assert raised.may == (Cause.INSIST, Cause.WITHDRAW)
    insisted = await requests.insist(viewer("Amara Osei"), raised.request_id, why="I am in court", idempotency_key="i")
    assert insisted.status is Status.WAITING_FOR_APPROVAL
    assert insisted.timeline[-1].what == "Cannot wait for the wave: I am in court"
    decided = await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")
    assert (decided.request.status, decided.request.successor_serial) == (Status.ALLOCATED, "N1")


async def test_nobody_is_asked_for_past_their_entitlement_even_by_two_at_once(
    pool: Pool, database_url: str, requests: Requests
) -> None:
    async def joins(number: int) -> str:
        try:
            raised = await wants(
                requests,
                "Priya Nair",
                reason=Reason.JOINER,
                recipient_email="New.Starter@metropolitan.example",
                recipient_name="New Starter",
                idempotency_key=str(number),
            )
        except RuleBroken as error:
            return str(error)
        return raised.reference

    answers = await asyncio.gather(*(joins(number) for number in range(4)))
    assert sum(answer.startswith("R-") for answer in answers) == 1
    refused = [answer for answer in answers if not answer.startswith("R-")]
    assert all("New Starter has already asked for one in R-" in answer for answer in refused)
    assert await refusals(pool, "replace") == 3


async def test_who_holds_one_is_told_to_choose_it(database_url: str, requests: Requests) -> None:
    await add(database_url, "S1", state=DeviceState.DEPLOYED, holder_email=email_of("Amara Osei"), unit="central-west")
    with pytest.raises(RuleBroken, match=r"You already have 1 laptop \(S1\); policy allows 1 laptop"):
        await wants(requests)
    assert (await wants(requests, kind=Kind.SMARTPHONE)).status is Status.WAITING_FOR_APPROVAL


async def test_a_joiners_device_is_asked_for_by_their_manager_and_decided_by_one_above(
    pool: Pool, requests: Requests
) -> None:
    raised = await wants(
        requests, "Priya Nair", reason=Reason.JOINER, recipient_email=email_of("Amara Osei"), recipient_name="x"
    )
    assert (raised.recipient_name, raised.unit) == ("Amara Osei", "central-west-response")
    assert (raised.status, raised.approver_email) == (Status.WAITING_FOR_APPROVAL, email_of("Catherine Doyle"))
    for name in ("Priya Nair", "Amara Osei"):
        with pytest.raises(NotAllowed, match="not you"):
            await requests.approve(viewer(name), raised.request_id, idempotency_key="k")
    assert [each.reference for each in await queries.open_requests(pool, viewer("Amara Osei"))] == [raised.reference]
    event = (await told(pool))[0]["data"]
    assert (event["cause"], event["recipient_email"]) == ("joiner", email_of("Amara Osei"))


async def test_who_may_not_ask_for_whom(pool: Pool, requests: Requests) -> None:
    tom = {"recipient_email": email_of("Tom Whitfield"), "recipient_name": "Tom"}
    for name in ("Amara Osei", "Helen Marsh", "Idris Bello", "Ruth Adeyemi"):
        with pytest.raises(NotAllowed, match="Only a manager"):
            await wants(requests, name, reason=Reason.JOINER, **tom)
    with pytest.raises(NotAllowed, match="not in a unit you answer for"):
        await wants(requests, "Priya Nair", reason=Reason.JOINER, **tom)
    assert await refusals(pool, "replace") == 5
    with pytest.raises(BadInput, match="say who joins"):
        await wants(requests, "Priya Nair", reason=Reason.JOINER)
    with pytest.raises(BadInput, match="somebody else"):
        await wants(requests, "Priya Nair", reason=Reason.BROKEN, **tom)
    with pytest.raises(BadInput, match="only goes back"):
        await wants(requests, "Priya Nair", reason=Reason.LEAVER)


async def test_what_a_manager_asks_for_a_holder_is_for_the_holder(database_url: str, requests: Requests) -> None:
    held = {"state": DeviceState.DEPLOYED, "holder_email": email_of("Amara Osei"), "unit": "central-west-response"}
    devices = await add(database_url, "S1", **held)
    raised = await wants(requests, "Priya Nair", device_id=devices["S1"])
    assert (raised.recipient_email, raised.recipient_name) == (email_of("Amara Osei"), "Amara Osei")


async def test_a_question_and_its_answer(pool: Pool, requests: Requests) -> None:
    raised = await wants(requests)
    priya, amara = viewer("Priya Nair"), viewer("Amara Osei")
    asked = await requests.ask(priya, raised.request_id, question="Is it in the cupboard?", idempotency_key="q")
    assert (asked.status, asked.question) == (Status.QUESTION_ASKED, "Is it in the cupboard?")
    assert asked.may == (Cause.APPROVE, Cause.REFUSE)
    seen = await queries.request(pool, amara, raised.request_id)
    assert seen is not None
    assert seen.may == (Cause.WITHDRAW, Cause.ANSWER)
    for name in ("Priya Nair", "Helen Marsh"):
        with pytest.raises(NotAllowed):
            await requests.answer(viewer(name), raised.request_id, answer="No", idempotency_key="a")
    with pytest.raises(BadInput):
        await requests.answer(amara, raised.request_id, answer=" ", idempotency_key="a")
    answered = await requests.answer(amara, raised.request_id, answer="No, it is gone", idempotency_key="a")
    assert (answered.status, answered.answer) == (Status.WAITING_FOR_APPROVAL, "No, it is gone")
    decision = await requests.approve(priya, raised.request_id, idempotency_key="k")
    assert decision.decided_now
    assert "gone" not in str(await told(pool))


@pytest.mark.parametrize("name", ["Tom Whitfield", "Daniel Reyes", "Helen Marsh", "Idris Bello", "Ruth Adeyemi"])
async def test_every_step_by_somebody_it_does_not_concern_is_refused_and_audited(
    pool: Pool, requests: Requests, name: str
) -> None:
    raised = await wants(requests)
    other, request_id = viewer(name), raised.request_id
    steps = {
        "ask": requests.ask(other, request_id, question="x", idempotency_key="k"),
        "answer": requests.answer(other, request_id, answer="x", idempotency_key="k"),
        "withdraw": requests.withdraw(other, request_id, idempotency_key="k"),
        "insist": requests.insist(other, request_id, why="x", idempotency_key="k"),
        "repaired": requests.repaired(other, request_id, idempotency_key="k"),
        "not_repaired": requests.not_repaired(other, request_id, why="x", idempotency_key="k"),
        "approve": requests.approve(other, request_id, idempotency_key="k"),
        "refuse": requests.refuse(other, request_id, refusal="x", idempotency_key="k"),
    }
    for action, step in steps.items():
        with pytest.raises(Exception, match=r"no such request|not for you|not you|cannot be done now"):
            await step
        assert await refusals(pool, action) == 1, action
    assert len(await told(pool)) == 1
