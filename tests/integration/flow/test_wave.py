"""A wave from proposal to the ledger: refresh and budget over one database, the events between them carried by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from random import Random

import pytest

from schemas.envelope import Event
from schemas.events.budget import CommitmentRefused, OrderCommitted
from schemas.events.finance import DocumentType as Type
from schemas.events.register import DeviceChanged
from schemas.events.wave import OrderRaised, WaveCommitted, WaveRefused
from schemas.topics import BUDGET, ORDER, WAVE
from schemas.vocabulary import DeviceState, Kind
from services.budget import configuration_store
from services.budget import queries as budget_queries
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import RuleBroken
from services.eventlog.decoding import EventReader
from services.refresh import policy_store, queries, wave_queries
from services.refresh.commands import WaveDecision, Waves
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.wave_queries import WaveStatus, WaveView
from services.requests import store as requests_store
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import document, recorded
from tests.integration.refresh.fleet import DIRECTOR, DIRECTORY, PLANNER, approved, changed, device_id, raised_request
from tests.unit.refresh.policies import FILE

pytestmark = pytest.mark.integration

NOW = datetime(2024, 11, 4, 9, tzinfo=UTC)
TODAY = NOW.date()
LAPTOP, MONITOR = 102_000, 18_600
"""What one costs by the price book, VAT included."""


class Both:
    """Refresh and budget, and what is on its way between them."""

    def __init__(self, refresh: Pool, budget: Pool) -> None:
        self.refresh, self.budget, self.clock = refresh, budget, FixedClock(NOW)
        self._reader = EventReader([BUDGET, ORDER, WAVE])
        self._told = {"refresh": 0, "budget": 0}

    @property
    def waves(self) -> Waves:
        return Waves(self.refresh, self.clock, DIRECTORY)

    async def hear(self, *events: Event) -> None:
        await deliver(self.refresh, RefreshConsumer(self.clock).apply, events)

    async def spend(self, *events: Event) -> None:
        await deliver(self.budget, BudgetConsumer(self.clock).apply, events)

    async def out_of(self, pool: Pool, name: str) -> list[Event]:
        """What a service's outbox holds since the last look, of what the other may hear."""
        rows = await pool.fetch("SELECT * FROM outbox WHERE position > $1 ORDER BY position", self._told[name])
        if rows:
            self._told[name] = rows[-1]["position"]
        wanted = [row for row in rows if row["topic"] in (WAVE.name, ORDER.name, BUDGET.name)]
        return [event for row in wanted if (event := self._reader.read(row["topic"], row["event"]))]

    async def carry(self, chance: Random | None = None) -> list[Event]:
        """Carry what refresh says to budget and the answers back, twice and shuffled with a `chance`; the answers."""
        asked = await self.out_of(self.refresh, "refresh")
        await self.spend(*_carried(asked, chance))
        answers = await self.out_of(self.budget, "budget")
        await self.hear(*_carried(answers, chance))
        return answers

    async def release(self, wave: WaveView, key: str = "r") -> WaveDecision:
        return await self.waves.release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key=key)

    async def committed(self) -> int:
        return await self.budget.fetchval(
            "SELECT coalesce(sum(net_pence + vat_pence), 0) FROM budget.ledger WHERE entry_type = 'committed'"
        )

    async def statuses(self) -> dict[str | None, str]:
        return {line.serial: line.status for line in await queries.queue(self.refresh, DIRECTOR, TODAY, 100)}


def _carried(events: Sequence[Event], chance: Random | None) -> list[Event]:
    if chance is None:
        return list(events)
    twice = [*events, *events]
    chance.shuffle(twice)
    return twice


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[Both]:
    refresh, budget = await open_pool(database_url, "refresh"), await open_pool(database_url, "budget")
    async with budget.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), load_procurement(), DIRECTORY, NOW
        )
    policy = PolicyInForce.of(Policy.load(FILE), DIRECTORY)
    async with refresh.acquire() as connection:
        await policy_store.adopt(connection, policy, NOW)
    yield Both(refresh, budget)
    await refresh.close()
    await budget.close()


def in_stock(number: int) -> DeviceChanged:
    return changed(number, state=DeviceState.IN_STOCK, purchased_on=date(2024, 6, 1), unit=None)


@pytest.mark.parametrize("seed", [None, 1, 2])
async def test_a_wave_is_proposed_released_committed_and_ordered(both: Both, seed: int | None) -> None:
    await both.spend(recorded(document("A", Type.APPROVAL, 1_000_000_00, 0)))
    await both.hear(
        *(changed(number) for number in range(10)),
        *(
            changed(number, kind=Kind.MONITOR, model="P2422H", purchased_on=date(2015, 1, 1))
            for number in range(20, 24)
        ),
        in_stock(90),
        in_stock(91),
    )
    wave = await both.waves.propose(PLANNER, idempotency_key="p")
    assert wave.gates == []
    assert (wave.from_stock, wave.ordered) == (2, 12)
    assert wave.gross_pence == 8 * LAPTOP + 4 * MONITOR
    assert wave.method == "optimal"

    decision = await both.release(wave)
    assert decision.wave.status is WaveStatus.RELEASED
    assert await both.committed() == 0, "budget has not heard of it"
    assert set((await both.statuses()).values()) == {"planned"}
    answers = await both.carry(None if seed is None else Random(seed))
    raised = {each.data.order_id: each.data.quantity for each in answers if isinstance(each, OrderRaised)}
    assert raised == {"QM-W-1-laptop": 8, "QM-W-1-monitor": 4}
    assert sum(isinstance(each, WaveCommitted) for each in answers) == 1
    assert await both.committed() == wave.gross_pence
    assert await budget_queries.verify_counters(both.budget) == []
    assert set((await both.statuses()).values()) == {"ordered"}
    seen = await wave_queries.wave(both.refresh, DIRECTOR, "W-1", TODAY)
    assert seen is not None
    assert seen.status is WaveStatus.COMMITTED

    with pytest.raises(RuleBroken, match="Nothing waits"):
        await both.waves.propose(PLANNER, idempotency_key="again")
    assert not (await both.release(wave, key="late")).decided_now
    assert await both.carry() == []


async def test_a_wave_without_money_is_refused_and_nothing_of_it_happens(both: Both) -> None:
    await both.spend(recorded(document("A", Type.APPROVAL, 3 * LAPTOP, 0)))
    await both.hear(*(changed(number) for number in range(3)))
    wave = await both.waves.propose(PLANNER, idempotency_key="p")
    await both.release(wave)
    # Finance takes a part of the money back while the release is on its way.
    await both.spend(recorded(document("B", Type.APPROVAL, -LAPTOP, 0)))
    (answer,) = [each for each in await both.carry() if isinstance(each, WaveRefused)]
    assert await both.committed() == 0
    assert set((await both.statuses()).values()) == {"queued"}
    seen = await wave_queries.wave(both.refresh, DIRECTOR, "W-1", TODAY)
    assert seen is not None
    assert (seen.status, seen.explanation) == (WaveStatus.REFUSED, answer.data.explanation)
    with pytest.raises(RuleBroken, match="W-1 cannot be released yet"):
        await both.release(wave, key="again")

    smaller = await both.waves.propose(PLANNER, idempotency_key="p2")
    assert (smaller.ordered, smaller.left_out[0].why) == (2, "money")
    await both.release(smaller, key="r2")
    await both.carry()
    assert await both.committed() == 2 * LAPTOP
    assert sorted((await both.statuses()).values()) == ["ordered", "ordered", "queued"]


async def test_a_missing_gate_stops_the_director_and_an_order_of_their_own_passes_it(both: Both) -> None:
    await both.budget.execute("UPDATE budget.contracts SET procurement_route = NULL, approval_reference = NULL")
    await both.spend(recorded(document("A", Type.APPROVAL, 1_000_000_00, 0)))
    await both.hear(*(changed(number) for number in range(220)))
    wave = await both.waves.propose(PLANNER, idempotency_key="p")
    assert wave.ordered == 220
    (gate,) = wave.gates
    assert "£213,477" in gate
    with pytest.raises(RuleBroken, match="£213,477"):
        await both.release(wave)
    await both.carry()
    assert await both.committed() == 0
    decision = await both.waves.release(
        DIRECTOR, wave.wave_id, routes={"QM-W-1-laptop": "Framework RM6098"}, approvals={}, idempotency_key="r"
    )
    assert decision.decided_now
    await both.carry()
    assert await both.committed() == 220 * LAPTOP


async def test_a_request_for_what_a_wave_replaces_gets_no_order_of_its_own(both: Both) -> None:
    await both.spend(recorded(document("A", Type.APPROVAL, 1_000_000_00, 0)))
    await both.hear(*(changed(number) for number in range(3)))
    wave = await both.waves.propose(PLANNER, idempotency_key="p")
    await both.release(wave)
    asked = approved(1, of=1)
    await asyncio.gather(both.spend(asked), both.hear(asked))
    (refusal,) = [each for each in await both.out_of(both.budget, "budget") if isinstance(each, CommitmentRefused)]
    assert "W-1" in refusal.data.explanation
    await both.hear(refusal)
    answers = await both.carry()
    assert await both.committed() == 3 * LAPTOP
    assert not any(isinstance(each, OrderCommitted) and each.data.order_id == "QM-R-1" for each in answers)
    assert set((await both.statuses()).values()) == {"ordered"}
    again = approved(2, of=2)
    await both.hear(again)
    await both.spend(again)
    (covered,) = [each for each in await both.out_of(both.budget, "budget") if isinstance(each, OrderCommitted)]
    assert covered.data.order_id == "QM-W-1-laptop"
    await both.hear(covered, changed(2, 2, state=DeviceState.WRITTEN_OFF))
    assert await both.committed() == 3 * LAPTOP
    assert set(await both.statuses()) == {"SN0000", "SN0001"}


async def test_a_request_for_what_a_refused_wave_held_goes_ahead_with_the_refusal(both: Both) -> None:
    """Nobody else would ever come by to serve it: the refusal itself posts nothing on the line."""
    await both.spend(recorded(document("A", Type.APPROVAL, 3 * LAPTOP, 0)))
    await both.hear(*(changed(number) for number in range(3)))
    await both.release(await both.waves.propose(PLANNER, idempotency_key="p"))
    await both.spend(recorded(document("B", Type.APPROVAL, -LAPTOP, 0)))
    asked = approved(1, of=1)
    await both.hear(asked)
    await both.spend(asked)
    answers = await both.carry()
    assert sum(isinstance(each, WaveRefused) for each in answers) == 1
    (own,) = [each for each in answers if isinstance(each, OrderCommitted)]
    assert own.data.order_id == "QM-R-1"
    assert await both.committed() == LAPTOP
    assert sorted((await both.statuses()).values()) == ["ordered", "queued", "queued"]
    later = approved(2, of=2)
    await both.hear(later)
    await both.spend(later)
    assert await both.committed() == 2 * LAPTOP


async def test_a_request_heard_between_a_refusal_and_its_effect_goes_ahead(both: Both) -> None:
    await both.spend(recorded(document("A", Type.APPROVAL, 3 * LAPTOP, 0)))
    await both.hear(*(changed(number) for number in range(3)))
    await both.release(await both.waves.propose(PLANNER, idempotency_key="p"))
    await both.spend(recorded(document("B", Type.APPROVAL, -LAPTOP, 0)))
    await both.spend(*await both.out_of(both.refresh, "refresh"))
    await both.spend(approved(1, of=1))
    assert await both.committed() == LAPTOP, "what the wave held is free, though the queue has not heard of it"


async def test_a_request_for_what_the_shelf_alone_replaces_is_covered_at_once(both: Both) -> None:
    """Such a wave asks the budget for nothing, so the budget knows it by its places only."""
    await both.spend(recorded(document("A", Type.APPROVAL, 3 * LAPTOP, 0)))
    await both.hear(changed(1), in_stock(90))
    wave = await both.waves.propose(PLANNER, idempotency_key="p")
    assert (wave.from_stock, wave.ordered) == (1, 0)
    assert (await both.release(wave)).wave.status is WaveStatus.COMMITTED
    asked = approved(1, of=1)
    await both.hear(asked)
    await both.spend(asked)
    (covered,) = [each for each in await both.carry() if isinstance(each, OrderCommitted)]
    assert covered.data.order_id == "W-1"
    assert await both.committed() == 0
    assert await both.statuses() == {"SN0001": "ordered"}


async def test_a_release_and_a_request_at_once_order_one_successor(both: Both) -> None:
    """Whichever comes first, the other sees it: never two orders for one device."""
    await both.spend(recorded(document("A", Type.APPROVAL, 1_000_000_00, 0)))
    await both.hear(*(changed(number) for number in range(8)))
    wave = await both.waves.propose(PLANNER, idempotency_key="p")

    async def ask(number: int) -> None:
        async with both.budget.acquire() as connection, connection.transaction():
            assert await requests_store.insert_request(connection, raised_request(number))
        await both.spend(approved(number, of=number))

    await asyncio.gather(*(ask(number) for number in range(4)), both.release(wave), *(ask(n) for n in range(4, 8)))
    await both.hear(*(approved(number, of=number) for number in range(8)))
    for _ in range(3):
        await both.carry()
    orders = await both.budget.fetch("SELECT DISTINCT order_id, quantity FROM budget.ledger WHERE order_id IS NOT NULL")
    placed = await wave_queries.placed(both.refresh, [device_id(number) for number in range(8)])
    own = {device_id(number) for number in range(8) if f"QM-R-{number}" in {row["order_id"] for row in orders}}
    assert not own & set(placed)
    assert len(own) + len(placed) == 8
    assert await both.committed() == 8 * LAPTOP
