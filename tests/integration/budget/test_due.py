"""What falls due soon against the money left: of the outturn's own queue, prices and sums, and for whom which sum."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import FundingLine, Kind
from services.access.viewer import Viewer
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.budget.queries import DueCost
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, document, recorded
from tests.fixtures.people import viewer
from tests.integration.budget.waiting import wait_in_queue

pytestmark = pytest.mark.integration

TODAY = date(2024, 11, 4)
FINANCE, PLANNER, STAFF = viewer("Idris Bello"), viewer("Helen Marsh"), viewer("Amara Osei")
LAPTOP, MONITOR = 102_000, 18_600


@pytest.fixture
async def _a_year(pool: Pool, consumer: BudgetConsumer) -> None:
    run = [
        document("A", Type.APPROVAL, 100_000_000, 0),
        document("T", Type.APPROVAL, 5_000_000, 0, line=FundingLine.TABLET_REPLACEMENT),
        document("P", Type.PURCHASE_ORDER, 10_000_000, 0, order_id="P", kind=Kind.LAPTOP, quantity=98),
        document("I", Type.INVOICE, 4_000_000, 0, order_id="P", kind=Kind.LAPTOP),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    await wait_in_queue(pool, 30, date(2024, 8, 1))
    await wait_in_queue(pool, 5, date(2025, 2, 2), kind=Kind.MONITOR)
    await wait_in_queue(pool, 7, date(2025, 2, 3))
    await wait_in_queue(pool, 11, date(2024, 8, 1), status="ordered")
    await wait_in_queue(pool, 13, date(2025, 4, 1))
    await wait_in_queue(pool, 3, date(2024, 8, 1), kind=Kind.TABLET, line=FundingLine.TABLET_REPLACEMENT)


async def told(pool: Pool, who: Viewer = FINANCE, today: date = TODAY, days: int = 90) -> dict[str, DueCost]:
    async with pool.acquire() as connection:
        return {each.line.value: each for each in await queries.due_costs(connection, who, today, days)}


@pytest.mark.usefixtures("_a_year")
async def test_what_is_overdue_or_falls_due_within_the_days_is_weighed_with_what_may_be_committed(pool: Pool) -> None:
    main = (await told(pool))[LINE]
    assert (main.until, main.devices) == (date(2025, 2, 2), 35)
    assert main.gross_pence == 30 * LAPTOP + 5 * MONITOR
    assert main.left_pence == 90_000_000
    assert (main.one_kind, main.assumed_prices) == (False, True)
    assert (await told(pool, days=91))[LINE].devices == 42


@pytest.mark.usefixtures("_a_year")
async def test_it_is_the_outturns_own_reckoning(pool: Pool) -> None:
    """Until the year's end the queue costs what the outturn expects of it, while nothing is cut and closing is far."""
    main = (await told(pool, days=400))[LINE]
    async with pool.acquire() as connection:
        view = await queries.outturn(connection, FINANCE, YEAR, TODAY)
    line = next(each for each in view.lines if each.line == LINE)
    assert main.until == date(2025, 3, 31), "what falls due later is the next year's to pay for"
    assert main.gross_pence == line.from_queue_pence
    laptops = next(each for each in view.volumes if each.kind is Kind.LAPTOP)
    assert laptops.expected == 30 + 7 + 3


@pytest.mark.usefixtures("_a_year")
async def test_one_kinds_sum_is_kept_from_those_who_see_no_prices(pool: Pool) -> None:
    tablets = FundingLine.TABLET_REPLACEMENT.value
    seen, whole = await told(pool, PLANNER), await told(pool)
    assert (whole[tablets].gross_pence, whole[tablets].one_kind) == (3 * LAPTOP, True)
    assert (seen[tablets].gross_pence, seen[tablets].devices) == (None, 3)
    assert seen[LINE] == whole[LINE]
    assert await told(pool, STAFF) == {}
