"""What people do to the books: who may, once, with a reason, and never past a rule."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import asyncpg
import pytest

from schemas.events.budget import OrderCommitted
from schemas.events.finance import DocumentType as Type
from schemas.events.wave import WaveCommitted, WaveRefused
from schemas.topics import BUDGET
from schemas.vocabulary import FundingLine, Kind
from services.budget import queries, store
from services.budget.commands import Budgets
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.eventlog.decoding import EventReader
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, YEAR, approved, document, recorded
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.released import released, wave_order

pytestmark = pytest.mark.integration

DIRECTOR, FINANCE, AUDITOR = viewer("Catherine Doyle"), viewer("Idris Bello"), viewer("Ruth Adeyemi")
TABLETS = FundingLine.TABLET_REPLACEMENT
TODAY = date(2024, 11, 4)
SPRING = datetime(2025, 4, 8, 9, tzinfo=UTC)


@pytest.fixture
def budgets(pool: Pool, clock: FixedClock) -> Budgets:
    return Budgets(pool, clock, small_directory())


async def line(pool: Pool, year: str = YEAR, of: FundingLine = LINE) -> queries.LineView:
    (found,) = [each for each in (await queries.budget(pool, DIRECTOR, year)).lines if each.line is of]
    return found


async def told(pool: Pool) -> list[object]:
    reader = EventReader([BUDGET])
    return [
        reader.read("budget", row["event"])
        for row in await pool.fetch("SELECT event FROM outbox WHERE topic = 'budget' ORDER BY transaction, position")
    ]


async def audited(pool: Pool) -> list[tuple[str, str, bool]]:
    rows = await pool.fetch("SELECT action, subject, granted FROM access.audit WHERE action <> 'configuration'")
    return [(row["action"], row["subject"], row["granted"]) for row in rows]


async def test_an_override_lets_a_waiting_request_go_ahead_once(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets
) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 100_000, 0)), approved(1)])
    wanted = {"financial_year": YEAR, "line": LINE, "pence": 2_000, "reason": "laptops broke", "idempotency_key": "k"}
    act = await budgets.override_line(DIRECTOR, **wanted)
    assert act.decided_now
    again = await budgets.override_line(DIRECTOR, **wanted)
    assert (again.act_id, again.decided_now) == (act.act_id, False)
    assert await line(pool) == queries.LineView(
        line=LINE,
        approved_pence=100_000,
        committed_pence=102_000,
        invoiced_pence=0,
        left_pence=-2_000,
        override_pence=2_000,
    )
    assert any(isinstance(event, OrderCommitted) for event in await told(pool))
    assert (await told(pool))[-1].data.override_pence == 2_000  # type: ignore[attr-defined]
    assert await audited(pool) == [("override_line", "2024/25 refresh-and-bau", True)]
    (shown,) = await queries.acts(pool, AUDITOR, YEAR)
    assert (shown.act, shown.pence, shown.reason, shown.email) == (
        "override_line",
        2_000,
        "laptops broke",
        DIRECTOR.email,
    )
    assert await queries.verify_counters(pool) == []


async def test_an_override_serves_a_request_that_is_only_just_being_refused(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets
) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 100_000, 0))])
    async with pool.acquire() as connection, connection.transaction():
        await consumer.apply(connection, [approved(1)])
        act = asyncio.create_task(
            budgets.override_line(
                DIRECTOR, financial_year=YEAR, line=LINE, pence=2_000, reason="It is needed.", idempotency_key="o"
            )
        )
        async with asyncio.timeout(15):
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not act.done()
    assert (await act).decided_now
    assert (await line(pool)).committed_pence == 102_000


async def test_a_cap_is_raised_for_one_year(pool: Pool, consumer: BudgetConsumer, budgets: Budgets) -> None:
    run = [
        document("A", Type.APPROVAL, 2_500_000_000, 0),
        document("P", Type.PURCHASE_ORDER, 1, order_id="O", kind=Kind.DESKTOP, quantity=4_000),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    two = wave_order("QM-W-1-1", 2, Kind.DESKTOP)
    (refusal,) = await deliver(pool, consumer.apply, [released(1, two)])
    assert isinstance(refusal, WaveRefused)
    await budgets.override_cap(
        DIRECTOR, financial_year=YEAR, kind=Kind.DESKTOP, devices=2, reason="a new building", idempotency_key="k"
    )
    events = await deliver(pool, consumer.apply, [released(1, two, attempt=2)])
    assert any(isinstance(each, WaveCommitted) for each in events)
    year = await queries.outturn(pool, DIRECTOR, YEAR, TODAY)
    (desktops,) = [each for each in year.volumes if each.kind is Kind.DESKTOP]
    assert (desktops.ordered, desktops.cap, desktops.override, desktops.left) == (4_002, 4_000, 2, 0)
    with pytest.raises(RuleBroken, match="No cap is set"):
        await budgets.override_cap(
            DIRECTOR, financial_year="2030/31", kind=Kind.DESKTOP, devices=2, reason="r", idempotency_key="l"
        )


async def test_money_moves_between_lines_and_never_what_is_promised(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets
) -> None:
    run = [
        document("A", Type.APPROVAL, 1_000_000, 0),
        document("P", Type.PURCHASE_ORDER, 500_000, order_id="O"),
        document("T", Type.APPROVAL, 50_000, 0, line=TABLETS),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    (waits,) = await deliver(pool, consumer.apply, [approved(1, Kind.TABLET)])
    assert "tablet replacement" in waits.data.explanation, "a line of their own pays for tablets, where it has money"
    wanted = {"financial_year": YEAR, "from_line": LINE, "to_line": TABLETS, "reason": "more tablets"}
    with pytest.raises(RuleBroken, match=r"£4,000\.00 is neither spent nor promised"):
        await budgets.move(DIRECTOR, pence=400_001, idempotency_key="a", **wanted)
    await budgets.move(DIRECTOR, pence=400_000, idempotency_key="b", **wanted)
    with pytest.raises(RuleBroken, match=r"has no money in 2024/25 that is free to move"):
        await budgets.move(DIRECTOR, pence=1, idempotency_key="c", **wanted)
    main, tablets = await line(pool), await line(pool, of=TABLETS)
    assert (main.approved_pence, main.left_pence) == (600_000, 0)
    assert (tablets.approved_pence, tablets.committed_pence) == (450_000, 102_000)
    with pytest.raises(BadInput, match="two lines"):
        await budgets.move(
            DIRECTOR,
            pence=1,
            idempotency_key="c",
            financial_year=YEAR,
            from_line=LINE,
            to_line=LINE,
            reason="r",
        )
    balances = await queries.accounts(pool, FINANCE, YEAR)
    assert sum(each.net_pence for each in balances) == sum(each.vat_pence for each in balances) == 0
    assert {(each.line, each.net_pence) for each in balances if each.account == "transit"} == {
        (LINE, 400_000),
        (TABLETS, -400_000),
    }
    assert await queries.verify_counters(pool) == []


async def test_what_has_not_arrived_rolls_over_and_its_devices_stay_counted(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets, clock: FixedClock
) -> None:
    facts = {"order_id": "O", "kind": Kind.LAPTOP}
    run = [
        document("A", Type.APPROVAL, 2_000_000, 0),
        document("P", Type.PURCHASE_ORDER, 1_000_000, quantity=10, **facts),
        document("G", Type.RECEIPT, 0, 0, quantity=6, **facts),
        document("I", Type.INVOICE, 400_000, quantity=4, **facts),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    asks = {"financial_year": YEAR, "reason": "year end", "idempotency_key": "k"}
    with pytest.raises(RuleBroken, match="runs until 31 March 2025"):
        await budgets.roll_over(FINANCE, **asks)
    clock.moment = SPRING
    (shown,) = await queries.rollover(pool, FINANCE, YEAR)
    assert (shown.order_id, shown.to_year, shown.gross_pence) == ("O", "2025/26", 480_000)
    with pytest.raises(RuleBroken, match="does not cover"):
        await budgets.roll_over(FINANCE, **asks)
    await deliver(pool, consumer.apply, [recorded(document("N", Type.APPROVAL, 480_000, 0, financial_year="2025/26"))])
    act = await budgets.roll_over(FINANCE, **asks)
    assert act.documents == ("rollover/2024/25/O",)
    assert (await budgets.roll_over(FINANCE, **asks)).documents == act.documents
    assert [(each.act, each.pence) for each in await queries.acts(pool, FINANCE, YEAR)] == [("roll_over", 480_000)]
    old, new = await line(pool), await line(pool, "2025/26")
    assert (old.committed_pence, old.invoiced_pence) == (240_000, 480_000), "two came and were not invoiced"
    assert (new.committed_pence, new.left_pence) == (480_000, 0)
    assert await queries.rollover(pool, FINANCE, YEAR) == []
    with pytest.raises(RuleBroken, match="nothing to roll over"):
        await budgets.roll_over(FINANCE, **(asks | {"idempotency_key": "l"}))
    assert {
        each.kind: each.ordered for each in (await queries.outturn(pool, FINANCE, YEAR, TODAY)).volumes if each.ordered
    } == {Kind.LAPTOP: 10}
    later = [
        document("J", Type.INVOICE, 200_000, **facts),
        document("K", Type.INVOICE, 400_000, financial_year="2025/26", **facts),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in later])
    old, new = await line(pool), await line(pool, "2025/26")
    assert (old.committed_pence, old.invoiced_pence) == (0, 720_000)
    assert (new.committed_pence, new.invoiced_pence) == (0, 480_000)
    assert await queries.verify_counters(pool) == []


async def test_an_invoice_of_the_new_year_that_came_first_moves_with_its_promise(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets, clock: FixedClock
) -> None:
    run = [
        document("A", Type.APPROVAL, 2_000_000, 0),
        document("N", Type.APPROVAL, 2_000_000, 0, financial_year="2025/26"),
        document("P", Type.PURCHASE_ORDER, 1_000_000, order_id="O"),
        document("I", Type.INVOICE, 300_000, order_id="O", financial_year="2025/26"),
    ]
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    assert (await line(pool)).committed_pence == 840_000
    clock.moment = SPRING
    await budgets.roll_over(DIRECTOR, financial_year=YEAR, reason="year end", idempotency_key="k")
    old, new = await line(pool), await line(pool, "2025/26")
    assert (old.committed_pence, new.committed_pence, new.invoiced_pence) == (0, 840_000, 360_000)
    with pytest.raises(RuleBroken, match="reverse rollover/2024/25/O first"):
        await budgets.reverse(FINANCE, document_id="P", reason="r", idempotency_key="p")
    await budgets.reverse(FINANCE, document_id="rollover/2024/25/O", reason="too early", idempotency_key="r")
    assert (await line(pool)).committed_pence == 840_000
    assert (await line(pool, "2025/26")).committed_pence == 0
    act = await budgets.roll_over(DIRECTOR, financial_year=YEAR, reason="now", idempotency_key="k2")
    assert act.documents == ("rollover/2024/25/O/2",)
    assert await queries.verify_counters(pool) == []


@pytest.mark.parametrize("wrong", ["I", "P", "C", "V"])
async def test_a_reversed_document_leaves_the_books_as_if_it_had_never_come(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets, wrong: str
) -> None:
    run = [
        document("A", Type.APPROVAL, 2_000_000, 0),
        document("I", Type.INVOICE, 300_000, order_id="O", kind=Kind.LAPTOP),
        document("P", Type.PURCHASE_ORDER, 1_000_000, order_id="O", kind=Kind.LAPTOP, quantity=10),
        document("C", Type.CANCELLATION, 100_000, order_id="O", kind=Kind.LAPTOP, quantity=1),
        document("V", Type.CREDIT_NOTE, 10_000, order_id="O", kind=Kind.LAPTOP),
    ]
    sums = "SELECT line, approved_pence, committed_pence, invoiced_pence FROM budget.balances"
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await consumer.apply(connection, [recorded(each) for each in run if each.document_id != wrong])
        without = [tuple(row) for row in await connection.fetch(sums)]
        await transaction.rollback()
    await deliver(pool, consumer.apply, [recorded(each) for each in run])
    act = await budgets.reverse(FINANCE, document_id=wrong, reason="booked twice", idempotency_key="k")
    assert act.documents == (f"reversal/{wrong}",)
    assert [tuple(row) for row in await pool.fetch(sums)] == without
    mirrored = await pool.fetch(
        "SELECT a.entry_type = b.entry_type AND a.net_pence = -b.net_pence AND a.vat_pence = -b.vat_pence"
        " AND a.quantity = -b.quantity AS exact FROM budget.ledger a JOIN budget.ledger b ON b.entry = a.reverses"
    )
    assert mirrored
    assert all(row["exact"] for row in mirrored)
    with pytest.raises(RuleBroken, match="reversed once"):
        await budgets.reverse(FINANCE, document_id=wrong, reason="again", idempotency_key="other")
    assert await consumer.apply(pool, [recorded(each) for each in run]) == [], "the document itself stays known"
    assert await queries.verify_counters(pool) == []


async def test_what_was_spent_is_not_reversed_away(pool: Pool, consumer: BudgetConsumer, budgets: Budgets) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 110_000, 0)), approved(1)])
    with pytest.raises(RuleBroken, match="less money"):
        await budgets.reverse(FINANCE, document_id="A", reason="r", idempotency_key="k")
    with pytest.raises(RuleBroken, match="cancel the order"):
        await budgets.reverse(FINANCE, document_id="request/R-1", reason="r", idempotency_key="k")
    with pytest.raises(NotFound, match="no document X"):
        await budgets.reverse(FINANCE, document_id="X", reason="r", idempotency_key="k")
    assert await pool.fetchval("SELECT count(*) FROM budget.acts") == 0


async def test_a_reversal_holds_its_order_and_those_that_wait_in_order_of_name(
    pool: Pool, consumer: BudgetConsumer, budgets: Budgets
) -> None:
    """Else it and whoever posts on that order would wait for one another: both also serve who waits."""
    order = document("P", Type.PURCHASE_ORDER, 100_000, order_id="Z-1")
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 120_000, 0)), recorded(order)])
    await deliver(pool, consumer.apply, [approved(1)])
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_orders(connection, ["QM-R-1"])
        act = asyncio.create_task(
            budgets.reverse(DIRECTOR, document_id="P", reason="It was another's.", idempotency_key="r")
        )
        async with asyncio.timeout(15):
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not act.done()
        await store.lock_orders(connection, ["Z-1"])
    assert (await act).decided_now
    assert (await line(pool)).committed_pence == 102_000, "the request that waited"


async def test_an_entry_is_reversed_once_says_the_database_too(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 1, 0))])
    mirror = """
    INSERT INTO budget.ledger (financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
                               month, document_id, share, document_date, posted_at, reverses)
    SELECT financial_year, line, entry_type, -net_pence, 0, 0, kind, unit, demand, month, $1, share, document_date,
           now(), entry FROM budget.ledger WHERE document_id = 'A'"""
    await pool.execute(mirror, "one")
    with pytest.raises(asyncpg.UniqueViolationError):
        await pool.execute(mirror, "two")


@pytest.mark.parametrize("command", ["override_line", "override_cap", "move", "roll_over", "reverse"])
async def test_who_may_not_is_refused_and_that_is_audited(pool: Pool, budgets: Budgets, command: str) -> None:
    more: dict[str, dict[str, object]] = {
        "override_line": {"line": LINE, "pence": 1},
        "override_cap": {"kind": Kind.LAPTOP, "devices": 1},
        "move": {"from_line": LINE, "to_line": TABLETS, "pence": 1},
        "roll_over": {},
        "reverse": {"document_id": "A"},
    }
    year = {} if command == "reverse" else {"financial_year": YEAR}
    finance_may = command in ("roll_over", "reverse")
    for person in (viewer("Helen Marsh"), viewer("Priya Nair"), AUDITOR, *([] if finance_may else [FINANCE])):
        with pytest.raises(NotAllowed):
            await getattr(budgets, command)(person, reason="r", idempotency_key="k", **year, **more[command])
    assert {(action, granted) for action, _, granted in await audited(pool)} == {(command, False)}
    with pytest.raises(BadInput, match="say why"):
        await getattr(budgets, command)(DIRECTOR, reason=" ", idempotency_key="k", **year, **more[command])


async def test_acts_are_never_changed(pool: Pool, budgets: Budgets) -> None:
    await budgets.override_line(DIRECTOR, financial_year=YEAR, line=LINE, pence=1, reason="r", idempotency_key="k")
    for statement in ("UPDATE budget.acts SET pence = 2", "DELETE FROM budget.acts", "TRUNCATE budget.acts CASCADE"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await pool.execute(statement)


async def test_commercial_reads_need_the_role(pool: Pool, consumer: BudgetConsumer) -> None:
    await deliver(pool, consumer.apply, [recorded(document("A", Type.APPROVAL, 1_000_000, 0)), approved(1)])
    planner = viewer("Helen Marsh")
    for read in (queries.contracts, queries.delegations, queries.ungated_orders):
        with pytest.raises(NotAllowed):
            await read(pool, planner)
    for read in (queries.ledger_entries, queries.accounts, queries.rollover):
        with pytest.raises(NotAllowed):
            await read(pool, planner, YEAR)
    with pytest.raises(NotAllowed):
        await queries.reversal(pool, planner, "A")
    assert await queries.acts(pool, planner, YEAR) == []
    laptops = (await queries.contracts(pool, AUDITOR))[1]
    assert (laptops.contract_id, laptops.called_pence, laptops.left_pence) == (
        "EUD-LAPTOPS",
        102_000,
        1_200_000_000 - 102_000,
    )
    newest, oldest = await queries.ledger_entries(pool, FINANCE, YEAR, LINE, 10)
    assert (newest.from_account, newest.to_account, oldest.entry_type) == ("available", "committed", "approved")
    assert (await queries.gate_limits(pool)).route_from_pence == 21_347_700
