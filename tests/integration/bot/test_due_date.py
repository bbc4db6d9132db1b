"""The day the verdict on a request speaks of: the refresh policy's, for the holder too, who manages no unit."""

from __future__ import annotations

from datetime import date

import pytest

from bot.service import due_date
from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from tests.integration.refresh.conftest import Refresh, refresh
from tests.integration.refresh.fleet import AMARA, PRIYA, TODAY, changed

pytestmark = pytest.mark.integration
__all__ = ["refresh"]


@pytest.mark.parametrize("viewer", [AMARA, PRIYA], ids=["holder", "manager"])
async def test_holder_and_manager_are_told_the_same_day(refresh: Refresh, viewer: Viewer) -> None:
    old = changed(1, unit="central-west-response", kind=Kind.LAPTOP, purchased_on=date(2019, 9, 16))
    await refresh.hear(old)
    async with refresh.pool.acquire() as connection:
        assert await due_date(connection, viewer, "SN0001", TODAY) == date(2023, 9, 16)
