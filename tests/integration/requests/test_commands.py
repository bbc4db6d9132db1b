"""Raising and deciding, on real PostgreSQL and with real concurrency."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from schemas.vocabulary import Kind
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.requests import queries
from services.requests.commands import Requests
from services.requests.queries import Reason
from services.requests.rules.machine import Status
from tests.fixtures.people import email_of, viewer
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration

EVENTS = "SELECT convert_from(event, 'UTF8')::json ->> 'type' AS type FROM outbox ORDER BY transaction, position"


async def _events(pool: Pool) -> list[str]:
    return [row["type"].removeprefix("quartermaster.request.") for row in await pool.fetch(EVENTS)]


async def test_a_request_from_asking_to_approval(
    pool: Pool, requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    raised = await ask(device_id=devices["S1"])
    assert (raised.reference, raised.status, raised.serial) == ("R-1", Status.WAITING_FOR_APPROVAL, "S1")
    assert (raised.unit, raised.approver_email) == ("central-west-response", email_of("Priya Nair"))
    assert "not known yet; a manager's approval is needed" in raised.verdict
    decision = await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="press-1")
    assert decision.decided_now
    assert (decision.request.status, decision.request.decided_by) == (Status.APPROVED, email_of("Priya Nair"))
    assert [(line.what, line.who) for line in decision.request.timeline] == [
        ("Asked for", email_of("Amara Osei")),
        ("Approved", email_of("Priya Nair")),
    ]
    assert await _events(pool) == ["raised", "approved"]


async def test_a_refusal_says_why_and_the_device_may_be_asked_for_again(
    pool: Pool, requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    raised = await ask(device_id=devices["S1"])
    with pytest.raises(BadInput, match="say why"):
        await requests.refuse(viewer("Priya Nair"), raised.request_id, refusal="  ", idempotency_key="k")
    refused = await requests.refuse(viewer("Priya Nair"), raised.request_id, refusal="Repair it", idempotency_key="k")
    assert (refused.request.status, refused.request.refusal) == (Status.REFUSED, "Repair it")
    late = await requests.approve(viewer("Catherine Doyle"), raised.request_id, idempotency_key="k2")
    assert not late.decided_now
    assert late.request.decided_by == email_of("Priya Nair")
    assert (await ask(device_id=devices["S1"], key="key-2")).reference == "R-2"
    assert await _events(pool) == ["raised", "refused", "raised"]


async def test_the_same_key_twice_is_one_request_and_one_decision(
    pool: Pool, requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    first, second = await asyncio.gather(*(ask(device_id=devices["S1"]) for _ in range(2)))
    assert first == second
    priya = viewer("Priya Nair")
    decisions = [await requests.approve(priya, first.request_id, idempotency_key="k") for _ in range(2)]
    assert [each.decided_now for each in decisions] == [True, False]
    assert decisions[0].request == decisions[1].request
    assert await _events(pool) == ["raised", "approved"]
    assert (await ask("Tom Whitfield", key="key-1")).reference != first.reference, "a key belongs to one person"


async def test_of_two_who_decide_at_once_one_decides(pool: Pool, requests: Requests, ask: Asks) -> None:
    for number in range(200):
        raised = await ask(key=f"key-{number}")
        yes, no = await asyncio.gather(
            requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key=f"yes-{number}"),
            requests.refuse(viewer("Catherine Doyle"), raised.request_id, refusal="No", idempotency_key=f"no-{number}"),
        )
        assert yes.decided_now is not no.decided_now
        assert yes.request == no.request
        assert yes.request.status is (Status.APPROVED if yes.decided_now else Status.REFUSED)
    told = await _events(pool)
    assert told.count("approved") + told.count("refused") == 200


async def test_one_open_request_a_device_even_for_two_at_once(ask: Asks, devices: dict[str, UUID]) -> None:
    async def once(name: str) -> str:
        try:
            return (await ask(name, devices["S1"], key=f"of {name}")).reference
        except RuleBroken as error:
            return str(error)

    answers = await asyncio.gather(once("Amara Osei"), once("Priya Nair"))
    assert sum(answer.startswith("R-") for answer in answers) == 1
    with pytest.raises(RuleBroken, match=r"already has an open request, R-\d+"):
        await ask(device_id=devices["S1"], key="another")


async def test_a_device_that_is_not_theirs(pool: Pool, ask: Asks, devices: dict[str, UUID]) -> None:
    for name, device_id in (
        ("Amara Osei", devices["S2"]),
        ("Daniel Reyes", devices["S1"]),
        ("Helen Marsh", devices["S1"]),
        ("Amara Osei", uuid4()),
    ):
        with pytest.raises(NotAllowed, match="not yours"):
            await ask(name, device_id)
    assert await _events(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM idempotency_keys") == 0, "what failed may be tried again"
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = 'replace'") == 4


async def test_a_manager_asks_for_a_device_of_the_unit_and_another_decides(
    requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    raised = await ask("Priya Nair", devices["S1"])
    assert raised.approver_email == email_of("Catherine Doyle")
    with pytest.raises(NotAllowed, match="not you"):
        await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")
    decision = await requests.approve(viewer("Catherine Doyle"), raised.request_id, idempotency_key="k")
    assert decision.decided_now


async def test_who_may_not_decide(pool: Pool, requests: Requests, ask: Asks) -> None:
    raised = await ask()
    for name, error in (
        ("Amara Osei", NotAllowed),
        ("Tom Whitfield", NotFound),
        ("Daniel Reyes", NotFound),
        ("Helen Marsh", NotAllowed),
        ("Ruth Adeyemi", NotAllowed),
    ):
        with pytest.raises(error):
            await requests.approve(viewer(name), raised.request_id, idempotency_key="k")
    seen = await queries.request(pool, viewer("Amara Osei"), raised.request_id)
    assert seen is not None
    assert seen.status is Status.WAITING_FOR_APPROVAL
    assert await _events(pool) == ["raised"]
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted") == 5


async def test_who_the_directory_does_not_know(ask: Asks) -> None:
    with pytest.raises(NotAllowed, match="does not know your unit"):
        await ask("Some Stranger")


async def test_the_database_lets_nobody_decide_on_their_own_request(pool: Pool, ask: Asks) -> None:
    raised = await ask()
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "UPDATE requests SET status = 'approved', decided_by = requester_email WHERE request_id = $1",
            raised.request_id,
        )


async def test_the_devices_own_kind_goes_before_what_the_form_said(
    requests: Requests, devices: dict[str, UUID]
) -> None:
    raised = await requests.raise_request(
        viewer("Amara Osei"),
        device_id=devices["S1"],
        kind=Kind.SMARTPHONE,
        reason=Reason.SLOW,
        needed_by=date(2024, 11, 4),
        accessibility_needs=True,
        explanation="Slow",
        delivery_place="Desk",
        idempotency_key="k",
    )
    assert raised.kind is Kind.LAPTOP
    assert raised.accessibility_needs
