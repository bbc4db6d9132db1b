"""Who sees what of the budget."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import Kind, Role
from services.access.viewer import Viewer
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import YEAR, approved, document, recorded

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
async def _a_year(pool: Pool, consumer: BudgetConsumer) -> None:
    run = [
        document("A", Type.APPROVAL, 2_500_000_000, 0),
        document("P", Type.PURCHASE_ORDER, 100_000, order_id="O", kind=Kind.LAPTOP, quantity=2),
        document("I", Type.INVOICE, 60_000, order_id="O", kind=Kind.LAPTOP, quantity=1),
        document("X", Type.INVOICE, 500),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])


def viewer(*roles: Role) -> Viewer:
    return Viewer("v@metropolitan.example", "V", frozenset({Role.STAFF, *roles}), "central-west", ("central-west",))


async def test_finance_sees_totals_and_what_earlier_years_cost(pool: Pool) -> None:
    view = await queries.budget(pool, viewer(Role.FINANCE), YEAR)
    (line,) = view.lines
    assert (line.approved_pence, line.committed_pence, line.invoiced_pence) == (2_500_000_000, 48_000, 72_600)
    assert line.left_pence == 2_500_000_000 - 48_000 - 72_600
    assert [(year.financial_year, year.spent_pence, year.forecast) for year in view.prior] == [
        ("2022/23", 2_000_000_000, False),
        ("2023/24", 2_700_000_000, True),
    ]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.PLANNER])
async def test_managers_and_planners_see_totals(pool: Pool, role: Role) -> None:
    view = await queries.budget(pool, viewer(role), YEAR)
    assert len(view.lines) == 1
    assert len(view.prior) == 2


async def test_staff_see_nothing(pool: Pool) -> None:
    view = await queries.budget(pool, viewer(), YEAR)
    assert (view.lines, view.prior) == ([], [])


async def test_a_year_before_the_ledger_is_told_by_what_it_cost(pool: Pool) -> None:
    view = await queries.budget(pool, viewer(Role.FINANCE), "2022/23")
    assert view.lines == []
    assert [(year.financial_year, year.spent_pence) for year in view.prior] == [("2022/23", 2_000_000_000)]


async def test_a_line_that_was_only_asked_about_is_not_shown(
    pool: Pool, clock: FixedClock, consumer: BudgetConsumer
) -> None:
    clock.moment = datetime(2025, 4, 1, tzinfo=UTC)
    await deliver(pool, consumer.apply, [approved(1)])
    assert (await queries.budget(pool, viewer(Role.FINANCE), "2025/26")).lines == []


async def test_what_is_no_year_is_refused(pool: Pool) -> None:
    with pytest.raises(BadInput, match="2024/25"):
        await queries.budget(pool, viewer(Role.FINANCE), "2024")
