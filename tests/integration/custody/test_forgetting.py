"""Who held a device last is forgotten some time after its record has ended, and its chain holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.custody.disposal import disposal_policy
from services.custody.forgetting import ForgetsPeople
from services.custody.verification import faults
from services.database.pool import Pool
from tests.fixtures.custody import changed, returned
from tests.integration.custody.conftest import Hears

pytestmark = pytest.mark.integration
HOLDERS = "SELECT reference, last_holder IS NOT NULL FROM records ORDER BY reference"


async def test_the_last_holder_of_a_record_that_ended_is_forgotten_in_time(
    pool: Pool, clock: FixedClock, hear: Hears
) -> None:
    await hear(returned(1), returned(2), changed(1, 3, DeviceState.IN_STOCK, 2))
    keep = timedelta(days=disposal_policy().last_holder.kept_days)
    async with pool.acquire() as connection:
        forgets = ForgetsPeople(disposal_policy(), clock)
        clock.advance(keep - timedelta(days=1))
        assert await forgets(connection) == 0
        clock.advance(timedelta(days=2))
        assert (await forgets(connection), await forgets(connection)) == (1, 0)
        assert [tuple(row) for row in await connection.fetch(HOLDERS)] == [("C-1", False), ("C-2", True)]
        assert [fault async for fault in faults(connection)] == []
