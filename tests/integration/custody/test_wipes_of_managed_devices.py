"""Asking device management for a wipe, with the register that knows which devices it manages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from schemas.vocabulary import DeviceState, Kind
from services.custody import queries
from services.custody.rules.machine import Cause
from services.database.pool import Pool, open_pool
from services.errors import RuleBroken
from services.register.consumer import RegisterConsumer
from tests.fixtures.custody import START, UNIT, command_told
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import asset, checked_in
from tests.integration.custody.conftest import HELEN, RUTH, Acts, Hears

pytestmark = pytest.mark.integration
Takes = Callable[..., Awaitable[None]]


@pytest.fixture
async def register(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


@pytest.fixture
def take_in(register: Pool, hear: Hears) -> Takes:
    """A laptop comes back; Intune knows it, if `managed`."""

    async def taken(serial: str, number: int, *, managed: bool = True) -> None:
        facts: dict[str, Any] = {"kind": Kind.LAPTOP, "unit": UNIT, "model": "Latitude 5440"}
        observed = [
            asset(serial, number, START, state=DeviceState.DEPLOYED, holder_email="amara.osei@x.example", **facts),
            *([checked_in(serial, number, START + timedelta(minutes=5))] if managed else []),
            asset(serial, number, START + timedelta(hours=1), state=DeviceState.RETURNED, **facts),
        ]
        await hear(*await deliver(register, RegisterConsumer().apply, observed))

    return taken


async def test_a_managed_device_is_asked_to_be_wiped_once_an_attempt(
    acts: Acts, hear: Hears, take_in: Takes, pool: Pool
) -> None:
    await take_in("S1", 1)
    done = await acts(Cause.REQUEST_WIPE, "C-1")
    (view,) = done.moved
    assert (view.state, view.last_holder) == ("wipe_requested", "amara.osei@x.example")
    rows = await pool.fetch("SELECT event FROM custody.outbox ORDER BY position")
    first = _data(rows[-1]["event"])["command"]
    assert (first["action"], first["reference"], first["serial"]) == ("wipe", "C-1", "S1")
    with pytest.raises(RuleBroken):
        await acts(Cause.REQUEST_WIPE, "C-1")
    refusal = command_told(UUID(first["command_id"]), 1, "refused", 4)
    (back,) = await hear(refusal)
    assert back.data.state == "returned"
    assert "Intune says no." in (await _seen(pool)).chain[-1].what
    await acts(Cause.REQUEST_WIPE, "C-1")
    rows = await pool.fetch("SELECT event FROM custody.outbox ORDER BY position")
    second = _data(rows[-1]["event"])["command"]
    assert second["command_id"] != first["command_id"]
    assert await hear(command_told(UUID(first["command_id"]), 1, "unmanaged", 5)) == []
    assert (await _seen(pool)).state == "wipe_requested"


async def test_a_device_that_nobody_manages_needs_another_proof(
    acts: Acts, hear: Hears, take_in: Takes, pool: Pool
) -> None:
    await take_in("S1", 1, managed=False)
    await take_in("S2", 2)
    assert Cause.REQUEST_WIPE not in (await _seen_by_planner(pool, "C-1")).may
    done = await acts(Cause.REQUEST_WIPE, "C-1", "C-2")
    assert [view.reference for view in done.moved] == ["C-2"]
    assert "No device management knows" in done.refused[0][1]
    rows = await pool.fetch("SELECT event FROM custody.outbox ORDER BY position")
    command = _data(rows[-1]["event"])["command"]
    await hear(command_told(UUID(command["command_id"]), 2, "unmanaged", 4, reference="C-2"))
    view = await _seen_by_planner(pool, "C-2")
    assert view.may == (Cause.CERTIFY, Cause.SEND_TO_DESTRUCTION)


async def test_a_device_back_in_use_recalls_the_wipe(acts: Acts, take_in: Takes, register: Pool, hear: Hears) -> None:
    await take_in("S1", 1)
    await acts(Cause.REQUEST_WIPE, "C-1")
    again = asset("S1", 1, START + timedelta(hours=5), state=DeviceState.DEPLOYED)
    (told,) = await hear(*await deliver(register, RegisterConsumer().apply, [again]))
    assert (told.data.state, told.data.recalled is not None) == ("back_in_use", True)


async def test_a_device_keeps_its_data_until_its_users_settings_are_checked(
    acts: Acts, take_in: Takes, pool: Pool
) -> None:
    await take_in("S1", 1)
    await take_in("S2", 2)
    device = await pool.fetchval("SELECT device_id FROM custody.records WHERE reference = 'C-1'")
    await pool.execute(
        """
        INSERT INTO requests.requests (request_id, reference, requester_email, requester_name, unit, kind, reason,
                                       device_id, explanation, accessibility_needs, delivery_place, status, verdict,
                                       approver_email, raised_at, verdict_kind, photos, assistive_technology,
                                       from_stock, revision, chases)
        VALUES (gen_random_uuid(), 'R-1', 'a@x.example', 'A', $2, 'laptop', 'broken', $1, '', true, '', 'delivered', '',
                'b@x.example', now(), 'manager_approval', '{}', '', false, 1, 0)
        """,
        device,
        UNIT,
    )
    view = await _seen_by_planner(pool, "C-1")
    assert view.may == ()
    for cause in (Cause.REQUEST_WIPE, Cause.SEND_TO_DESTRUCTION):
        with pytest.raises(RuleBroken, match="accessibility settings"):
            await acts(cause, "C-1")
    done = await acts.certify("C-1", "C-2")
    assert [each.reference for each in done.moved] == ["C-2"]
    await pool.execute("UPDATE requests.requests SET checked_at = now()")
    assert len((await acts.certify("C-1")).moved) == 1


def _data(event: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(event)["data"]
    return decoded


async def _seen(pool: Pool) -> Any:
    return await queries.custody(pool, RUTH, "C-1")


async def _seen_by_planner(pool: Pool, reference: str) -> Any:
    return await queries.custody(pool, HELEN, reference)
