"""The outturn against a real ledger and queue: every side adds up, and nobody sees more than their role."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import Demand, FundingLine, Kind, Role
from services.access.viewer import Viewer
from services.budget import queries
from services.budget.consumer import BudgetConsumer
from services.budget.queries import OutturnView
from services.database.pool import Pool
from services.errors import BadInput
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, document, recorded
from tests.integration.budget.waiting import wait_in_queue

pytestmark = pytest.mark.integration

TODAY = date(2024, 11, 4)
TABLETS = FundingLine.TABLET_REPLACEMENT


def viewer(*roles: Role) -> Viewer:
    return Viewer("v@metropolitan.example", "V", frozenset({Role.STAFF, *roles}), "central-west", ("central-west",))


FINANCE = viewer(Role.FINANCE)


async def told(pool: Pool, who: Viewer = FINANCE, year: str = YEAR, today: date = TODAY) -> OutturnView:
    async with pool.acquire() as connection:
        return await queries.outturn(connection, who, year, today)


@pytest.fixture
async def _a_year(pool: Pool, consumer: BudgetConsumer) -> None:
    run = [
        document("A", Type.APPROVAL, 2_500_000_000, 0),
        document("A2", Type.APPROVAL, 10_000_000, 0, line=TABLETS),
        document(
            "P", Type.PURCHASE_ORDER, 8_500_000, order_id="O", kind=Kind.LAPTOP, quantity=100, demand=Demand.REFRESH
        ),
        document("Q", Type.PURCHASE_ORDER, 155_000, order_id="Q", kind=Kind.MONITOR, quantity=10, demand=Demand.BAU),
        document("I", Type.INVOICE, 4_250_000, order_id="O", kind=Kind.LAPTOP, quantity=50),
        document("X", Type.INVOICE, 500),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    await wait_in_queue(pool, 40, date(2024, 12, 3))
    await wait_in_queue(pool, 7, date(2025, 2, 3), unit=None, kind=Kind.DESKTOP)
    await wait_in_queue(pool, 200, date(2024, 9, 3), kind=Kind.TABLET, line=TABLETS, unit="central-north")
    await wait_in_queue(pool, 3, date(2024, 9, 3), demand=Demand.BAU)
    await wait_in_queue(pool, 99, date(2025, 4, 1))
    await wait_in_queue(pool, 99, date(2024, 9, 3), status="ordered")


@pytest.mark.usefixtures("_a_year")
async def test_every_side_of_it_adds_up(pool: Pool) -> None:
    view = await told(pool)
    whole = sum(line.outturn_pence for line in view.lines)
    expected = sum(line.expected_pence for line in view.lines)
    for side in (view.kinds, view.demands, view.units):
        assert sum(part.outturn_pence for part in side) == whole
        assert sum(part.expected_pence for part in side) == expected
    assert sum(month.expected_pence for month in view.months) == expected
    assert sum(month.committed_pence + month.invoiced_pence for month in view.months) == whole - expected
    for each in (*view.lines, *view.kinds, *view.demands, *view.units):
        assert each.low_pence <= each.outturn_pence <= each.high_pence


@pytest.mark.usefixtures("_a_year")
async def test_a_tablet_is_paid_for_as_a_laptop_by_its_own_line(pool: Pool) -> None:
    view = await told(pool)
    tablets = next(line for line in view.lines if line.line == TABLETS)
    assert tablets.expected_pence == 10_000_000
    assert tablets.beyond_money_pence == 200 * 102_000 - 10_000_000
    assert {part.name for part in view.kinds} == {"", "desktop", "laptop", "monitor"}


@pytest.mark.usefixtures("_a_year")
async def test_what_falls_due_later_or_is_ordered_is_not_expected(pool: Pool) -> None:
    view = await told(pool)
    main = next(line for line in view.lines if line.line == LINE)
    assert main.from_queue_pence == 43 * 102_000 + 7 * 74_400


@pytest.mark.usefixtures("_a_year")
async def test_a_manager_sees_totals_and_volumes_alone(pool: Pool) -> None:
    view, whole = await told(pool, viewer(Role.MANAGER)), await told(pool)
    assert view.lines == whole.lines
    assert view.volumes == whole.volumes
    assert (view.kinds, view.demands, view.units, view.months) == ((), (), (), ())


@pytest.mark.usefixtures("_a_year")
async def test_staff_see_nothing(pool: Pool) -> None:
    assert await told(pool, viewer()) == OutturnView(financial_year=YEAR, as_of=TODAY)


@pytest.mark.usefixtures("_a_year")
async def test_after_the_year_it_is_what_was_spent_and_promised(pool: Pool) -> None:
    for today in (date(2025, 3, 31), date(2025, 8, 1)):
        for line in (await told(pool, today=today)).lines:
            used = line.committed_pence + line.invoiced_pence
            assert (line.low_pence, line.outturn_pence, line.high_pence) == (used, used, used)


async def test_a_year_with_nothing_in_it_has_no_outturn(pool: Pool) -> None:
    view = await told(pool, year="2031/32")
    assert (view.lines, view.kinds, view.months) == ([], [], [])
    with pytest.raises(BadInput):
        await told(pool, year="2024")


@pytest.mark.usefixtures("_a_year")
async def test_a_cap_leaves_the_rest_beyond_the_volume(pool: Pool) -> None:
    await pool.execute("UPDATE budget.volume_caps SET devices = 120 WHERE kind = 'laptop'")
    laptops = next(volume for volume in (await told(pool)).volumes if volume.kind is Kind.LAPTOP)
    assert (laptops.cap, laptops.ordered, laptops.left) == (120, 100, 20)
    assert laptops.beyond == 243 - 20


async def test_a_whole_earlier_year_teaches_the_season(pool: Pool, consumer: BudgetConsumer) -> None:
    earlier = [
        document(
            f"E{month}", Type.PURCHASE_ORDER, 85_000, order_id=f"E{month}", kind=Kind.LAPTOP, quantity=1,
            financial_year="2023/24", document_date=date(2023, month, 5),
        )
        for month in range(4, 13)
    ]  # fmt: skip
    await deliver(pool, consumer.apply, [recorded(each) for each in earlier[:-1]])
    assert (await told(pool)).taught_by == 0
    await deliver(pool, consumer.apply, [recorded(earlier[-1])])
    assert (await told(pool)).taught_by == 1


async def test_the_ledgers_own_cancellations_widen_the_range(pool: Pool, consumer: BudgetConsumer) -> None:
    run = [
        document("A", Type.APPROVAL, 2_500_000_000, 0),
        document("P", Type.PURCHASE_ORDER, 100_000_000, 0, order_id="O", quantity=1, kind=Kind.LAPTOP),
        document("C", Type.CANCELLATION, 50_000_000, 0, order_id="O", kind=Kind.LAPTOP),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    (line,) = (await told(pool, today=date(2024, 4, 1))).lines
    cancelled_again = line.committed_pence // 2
    assert line.committed_pence - line.low_pence > cancelled_again * 9 // 10


@pytest.mark.usefixtures("_a_year")
async def test_an_override_makes_room_and_is_told(pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO budget.acts (act_id, act, financial_year, line, pence, reason, email, at) VALUES"
        " (gen_random_uuid(), 'override_line', $1, $2, 400000, 'the tablets fail', 'd@x', now())",
        YEAR,
        TABLETS,
    )
    tablets = next(line for line in (await told(pool)).lines if line.line == TABLETS)
    assert (tablets.override_pence, tablets.expected_pence, tablets.over_pence) == (400_000, 10_400_000, 400_000)
