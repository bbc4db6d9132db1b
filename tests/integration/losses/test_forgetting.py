"""A loss that ended long ago names nobody any more, and still says what became of the device."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.losses.commands import Losses
from services.losses.forgetting import ForgetsPeople
from services.losses.policy import load_policy
from tests.fixtures.finance import NOW
from tests.fixtures.people import viewer
from tests.integration.losses.conftest import Reports

pytestmark = pytest.mark.integration
KEPT = timedelta(days=load_policy().people_kept_days)


async def forget(pool: Pool, clock: FixedClock) -> int:
    async with pool.acquire() as connection, connection.transaction():
        return await ForgetsPeople(load_policy(), clock)(connection)


async def all_text(pool: Pool) -> str:
    rows = await pool.fetch(
        "SELECT l::text AS it FROM losses AS l UNION ALL SELECT t::text FROM timeline AS t"
        " UNION ALL SELECT k::text FROM idempotency_keys AS k"
    )
    return "\n".join(row["it"] for row in rows)


async def test_who_and_where_are_forgotten_in_time_and_not_before(
    pool: Pool, clock: FixedClock, losses: Losses, report: Reports
) -> None:
    loss = (await report()).loss
    amara, helen = viewer("Amara Osei"), viewer("Helen Marsh")
    await losses.tell_more(
        amara,
        loss.loss_id,
        last_seen_on=NOW.date(),
        where="Ladbroke Grove",
        crime_reference="CR-7",
        was_unlocked=True,
        sensitive=None,
        explanation="My bag was taken",
        wipe_asked=True,
        idempotency_key="t",
    )
    await losses.confirm_wipe(helen, loss.loss_id, idempotency_key="c")
    clock.advance(timedelta(days=28))
    await losses.write_off(helen, loss.loss_id, reason="Amara never saw it again", idempotency_key="w")

    clock.advance(KEPT - timedelta(days=1))
    assert await forget(pool, clock) == 0
    assert "Ladbroke" in await all_text(pool)

    clock.advance(timedelta(days=2))
    assert await forget(pool, clock) == 1
    assert await forget(pool, clock) == 0
    kept = await all_text(pool)
    for word in ("@", "Ladbroke", "CR-7", "bag", "Amara"):
        assert word not in kept
    assert "Written off" in kept
    assert "written_off" in kept


async def test_an_open_loss_forgets_nothing(pool: Pool, clock: FixedClock, report: Reports) -> None:
    await report()
    clock.advance(2 * KEPT)
    assert await forget(pool, clock) == 0
