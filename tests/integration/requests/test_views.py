"""Who sees which request."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from schemas.vocabulary import Kind, Role
from services.access.directory import Directory, Person
from services.access.viewer import viewer_for
from services.clock import FixedClock
from services.database.pool import Pool
from services.requests import queries
from services.requests.commands import Requests
from services.requests.policy import own_policy
from services.requests.queries import Cause
from services.requests.rules.machine import Status
from services.requests.sweep import WaitingSweep
from tests.fixtures.people import email_of, small_directory, viewer
from tests.fixtures.request_policies import generous
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration


async def test_everyone_sees_what_is_theirs_to_see(pool: Pool, ask: Asks) -> None:
    amara = await ask("Amara Osei", key="a")
    tom = await ask("Tom Whitfield", key="t")
    expected = {
        "Amara Osei": {amara.reference},
        "Tom Whitfield": {tom.reference},
        "Priya Nair": {amara.reference},
        "Daniel Reyes": {tom.reference},
        "Helen Marsh": {amara.reference, tom.reference},
        "Catherine Doyle": {amara.reference, tom.reference},
        "Some Stranger": set(),
    }
    for name, references in expected.items():
        seen = {
            found.reference
            for each in (amara, tom)
            for found in (
                await queries.request_by_reference(pool, viewer(name), f" {each.reference.lower()} "),
                await queries.request(pool, viewer(name), each.request_id),
            )
            if found is not None
        }
        assert seen == references, name


async def test_what_waits_for_whom(pool: Pool, requests: Requests, ask: Asks) -> None:
    amara = await ask("Amara Osei", key="a")
    await ask("Tom Whitfield", key="t")
    priya = await ask("Priya Nair", key="p")

    async def waiting(name: str) -> list[str]:
        return [each.reference for each in await queries.waiting_for(pool, viewer(name))]

    assert await waiting("Priya Nair") == ["R-1"], "her own request is not hers to decide"
    assert await waiting("Daniel Reyes") == ["R-2"]
    assert await waiting("Catherine Doyle") == [priya.reference, "R-1", "R-2"], "those naming her come first"
    assert await waiting("Amara Osei") == []
    assert await waiting("Helen Marsh") == []
    await requests.approve(viewer("Priya Nair"), amara.request_id, idempotency_key="k")
    assert await waiting("Priya Nair") == []


async def test_ones_own_open_requests(pool: Pool, requests: Requests, ask: Asks) -> None:
    first, second = await ask(key="1"), await ask(key="2")
    await requests.refuse(viewer("Priya Nair"), first.request_id, refusal="No", idempotency_key="k")
    mine = await queries.open_requests(pool, viewer("Amara Osei"))
    assert [each.reference for each in mine] == [second.reference]
    assert await queries.open_requests(pool, viewer("Priya Nair")) == []


async def test_what_is_said_of_somebodys_health_is_for_those_who_need_it(pool: Pool, requests: Requests) -> None:
    raised = await requests.raise_request(
        viewer("Amara Osei"),
        device_id=None,
        kind=Kind.LAPTOP,
        reason=queries.Reason.ACCESSIBILITY,
        needed_by=None,
        accessibility_needs=True,
        explanation="It does not suit me",
        delivery_place="Desk 4",
        idempotency_key="k",
        photos=("https://files.example/1",),
        assistive_technology="A screen reader",
    )

    async def told(name: str) -> str:
        view = await queries.request(pool, viewer(name), raised.request_id)
        assert view is not None
        assert view.accessibility_needs, "that there is something to check is for everybody who handles it"
        return view.assistive_technology

    assert raised.assistive_technology == await told("Amara Osei") == await told("Priya Nair") == "A screen reader"
    assert [await told(name) for name in ("Helen Marsh", "Idris Bello")] == ["", ""]
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")
    assert (await told("Helen Marsh"), await told("Priya Nair")) == ("A screen reader", "")


async def test_what_people_wrote_to_one_another_is_not_in_a_devices_story(
    pool: Pool, requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    raised = await ask(device_id=devices["S1"])
    await requests.ask(viewer("Priya Nair"), raised.request_id, question="Why?", idempotency_key="q")
    await requests.answer(viewer("Amara Osei"), raised.request_id, answer="My eyes: both", idempotency_key="a")
    await requests.refuse(viewer("Priya Nair"), raised.request_id, refusal="Ask the clinic", idempotency_key="r")
    lines = await queries.device_lines(pool, viewer("Helen Marsh"), devices["S1"])
    assert [line.what for line in lines] == ["Refused", "Answered", "Asked", "Asked for"]


@pytest.mark.parametrize("role", [Role.PLANNER, Role.FINANCE, Role.AUDITOR])
async def test_a_manager_who_sees_all_units_decides_for_their_own_units_and_never_for_themselves(
    pool: Pool, clock: FixedClock, ask: Asks, role: Role
) -> None:
    base, both = small_directory(), email_of("Zoe Both")
    people = [
        *base.people.values(),
        Person(email=both, name="Zoe Both", unit="central-west", roles=frozenset({Role.MANAGER, role})),
    ]
    directory = Directory(base.units.values(), people)
    zoe = viewer_for(both, directory)
    requests = Requests(pool, clock, directory, policy=generous())
    amara, tom = await ask("Amara Osei", key="a"), await ask("Tom Whitfield", key="t")
    assert amara.approver_email == email_of("Priya Nair"), "it names somebody else"
    own = await requests.raise_request(
        zoe,
        device_id=None,
        kind=Kind.LAPTOP,
        reason=queries.Reason.SLOW,
        needed_by=None,
        accessibility_needs=False,
        explanation="Slow",
        delivery_place="Desk 4",
        idempotency_key="own",
    )
    assert [each.reference for each in await queries.waiting_for(pool, zoe)] == [amara.reference]
    offered = {}
    for each in (amara, tom, own):
        seen = await queries.request(pool, zoe, each.request_id)
        assert seen is not None
        offered[each.reference] = Cause.APPROVE in seen.may
    assert offered == {amara.reference: True, tom.reference: False, own.reference: False}
    decision = await requests.approve(zoe, amara.request_id, idempotency_key="yes")
    assert decision.request.status is Status.APPROVED


async def test_what_is_said_of_health_and_home_is_forgotten_when_policy_says(
    pool: Pool, requests: Requests, clock: FixedClock
) -> None:
    raised = [
        await requests.raise_request(
            viewer("Amara Osei"),
            device_id=None,
            kind=Kind.LAPTOP,
            reason=queries.Reason.ACCESSIBILITY,
            needed_by=None,
            accessibility_needs=True,
            explanation="It does not suit me",
            delivery_place="Desk 4",
            idempotency_key=key,
            photos=("https://files.example/F0000001/1",),
            assistive_technology="A screen reader",
        )
        for key in ("over", "open")
    ]
    await requests.withdraw(viewer("Amara Osei"), raised[0].request_id, idempotency_key="w")
    patience = own_policy().patience
    sweep = WaitingSweep(pool, clock, small_directory(), patience)

    async def kept() -> list[tuple[int, str]]:
        rows = await pool.fetch("SELECT photos, assistive_technology FROM requests ORDER BY reference")
        return [(len(row["photos"]), row["assistive_technology"]) for row in rows]

    clock.advance(timedelta(days=patience.forget_after) - timedelta(minutes=1))
    await sweep.sweep()
    assert await kept() == [(1, "A screen reader")] * 2
    clock.advance(timedelta(minutes=1))
    await sweep.sweep()
    assert await kept() == [(0, ""), (1, "A screen reader")], "not while it is open"
