"""A sweep that dies has told nothing; the next one tells, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.requests import delivery_store
from services.requests.rules.patience import Patience
from services.requests.sweep import WaitingSweep
from tests.fixtures.people import small_directory
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import told

pytestmark = pytest.mark.integration


async def test_what_a_dying_sweep_held_is_told_once_by_the_next(pool: Pool, clock: FixedClock, ask: Asks) -> None:
    patience = Patience(escalate_after=3, remind_after=3, overdue_after=0, return_within=14, forget_after=30)
    sweeps = [WaitingSweep(pool, clock, small_directory(), patience) for _ in range(2)]
    await ask()
    clock.advance(timedelta(days=patience.escalate_after))
    before = len(await told(pool))
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        assert await delivery_store.waited_too_long(connection, clock.now(), timedelta(0), timedelta(0), 10)
        assert await sweeps[0].sweep() == 0, "what another holds is passed over"
        await transaction.rollback()
    assert await sweeps[1].sweep() == 1
    assert await sweeps[0].sweep() == 0
    assert len(await told(pool)) == before + 1
