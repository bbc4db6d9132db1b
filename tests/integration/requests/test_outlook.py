"""What the refresh plan says of a device is said to whoever holds it, though staff see no refresh queue."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.refresh import policy_store
from services.refresh.consumer import RefreshConsumer
from services.register.consumer import RegisterConsumer
from services.requests.commands import Requests
from services.requests.queries import Reason, Status, Verdict
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of
from tests.integration.requests.conftest import Asks
from tests.unit.refresh.policies import POLICY

pytestmark = pytest.mark.integration


async def test_what_is_due_anyway_is_replaced_without_a_manager_and_budget_and_refresh_hear_so(
    database_url: str, pool: Pool, requests: Requests, ask: Asks
) -> None:
    record = asset(
        "S9",
        9,
        START,
        kind=Kind.LAPTOP,
        model="Latitude 7400",
        state=DeviceState.DEPLOYED,
        unit="central-west-response",
        holder_email=email_of("Amara Osei"),
        purchased_on=date(2019, 9, 16),
    )
    register, refresh = await open_pool(database_url, "register"), await open_pool(database_url, "refresh")
    told = await deliver(register, RegisterConsumer().apply, [record])
    async with refresh.acquire() as connection:
        await policy_store.adopt(connection, POLICY, NOW)
    await deliver(refresh, RefreshConsumer(FixedClock(NOW)).apply, told)
    device_id = await register.fetchval("SELECT device_id FROM devices WHERE serial = 'S9'")
    raised = await ask(device_id=device_id, reason=Reason.SLOW)
    assert "due anyway, since 16 September 2023" in raised.verdict
    assert (raised.verdict_kind, raised.status) == (Verdict.REFRESH_NOW, Status.APPROVED)
    assert (raised.decided_by, raised.from_stock) == ("policy", False)
    rows = await pool.fetch("SELECT event FROM outbox ORDER BY position")
    told_of = [msgspec.json.decode(row["event"]) for row in rows]
    types = [each["type"] for each in told_of]
    assert types == ["quartermaster.request.raised", "quartermaster.request.approved"]
    assert told_of[1]["data"]["decided_by"] == "policy"
    await register.close()
    await refresh.close()
