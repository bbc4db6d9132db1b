"""Whatever happens in whatever order, repeated, late, rolled back: every device that is due stands in the queue once,
and nothing is promised twice. The queue is compared after each step with one worked out plainly from all that was told.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from schemas.envelope import Event
from schemas.events.wave import WaveReleased
from schemas.vocabulary import BauCause, DeviceState, Kind, RequestReason
from services.clock import FixedClock, london_date
from services.database.pool import Pool, open_pool
from services.errors import RuleBroken
from services.eventlog import outbox
from services.refresh import policy_store, wave_queries
from services.refresh.commands import PlannedDemands, WaveDecision
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.requests import store as requests_store
from services.requests.rules.machine import Status
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import (
    DIRECTOR,
    DIRECTORY,
    NOW,
    PLANNER,
    approved,
    changed,
    committed,
    device_id,
    failed,
    raised_request,
    without_money,
)
from tests.integration.refresh.plain_queue import Place, Told
from tests.integration.refresh.stand_ins import GROSS, Budget, committed_wave, refused_wave
from tests.unit.refresh.policies import FILE

pytestmark = pytest.mark.integration

DEVICES, SHELF = range(12), range(100, 104)
ALL = [device_id(number) for number in (*DEVICES, *SHELF)]
numbers, shelf = st.sampled_from(DEVICES), st.sampled_from(SHELF)
lateness = st.integers(0, 9).map(lambda each: max(0, each - 3))
"""0: it comes some other time."""
moves = st.sampled_from([DeviceState.IN_STOCK] * 2 + [DeviceState.DEPLOYED] * 2 + [DeviceState.RECYCLED])
meanwhile = st.lists(st.tuples(st.sampled_from(["the shelf", "a request", "a device"]), numbers, moves), max_size=3)
Answer = TypeVar("Answer")


class CrashedError(Exception):
    """The process died before its transaction was committed."""


class Queue(RuleBasedStateMachine):
    """The service on real PostgreSQL, and beside it what was told. Events wait in `waiting` until they come."""

    database_url: ClassVar[str]
    budget: ClassVar[Budget]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.told, self.waiting, self.delivered = Told(), list[Event](), list[Event]()
        self.revisions, self.requests, self.asked = Counter[int](), count(1), set[int]()
        self.undecided: list[int] = []
        self.keys = count(1)
        self.wave: UUID | None = None
        self.releases: list[WaveReleased] = []
        self.demands: list[UUID] = []
        self.own_orders: set[UUID] = set()
        self.now(self._open())

    def now(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run_until_complete(coroutine)

    async def _open(self) -> None:
        self.pool: Pool = await open_pool(self.database_url, "refresh", size=3)
        await self.pool.execute(
            "TRUNCATE standing, failures, requests, queue, ageing, inbox, outbox, placements, wave_entries, waves, "
            "demand_places, demands, idempotency_keys, sweep, policies, requests.requests CASCADE"
        )
        self.clock = FixedClock(NOW)
        self.policy = PolicyInForce.of(Policy.load(FILE), DIRECTORY)
        await policy_store.adopt(self.pool, self.policy, NOW)  # type: ignore[arg-type]  # a pool will do
        self.refresh = Refresh(self.pool, self.policy, self.clock, RefreshConsumer(self.clock))
        await self.refresh.sweeper().sweep()

    @property
    def today(self) -> date:
        return london_date(self.clock.now())

    @initialize()
    def devices_are_known(self) -> None:
        """All of the fleet is due, and the shelf is full."""
        for number in DEVICES:
            self.a_device_changes(number, DeviceState.DEPLOYED, date(2019, 5, 1), late=0)
        for number in SHELF:
            self.the_shelf_changes(number, [DeviceState.IN_STOCK], late=0)
        self.a_batch_comes(seed=0, everything=True)

    # What others tell

    @rule(
        number=numbers,
        state=st.sampled_from([DeviceState.DEPLOYED] * 3 + [DeviceState.RETURNED, DeviceState.WRITTEN_OFF]),
        bought=st.sampled_from([date(2019, 5, 1)] * 3 + [date(2021, 2, 1), date(2024, 5, 1)]),
        late=lateness,
    )
    def a_device_changes(self, number: int, state: DeviceState, bought: date, late: int) -> None:
        self.revisions[number] += 1
        self._tell(changed(number, self.revisions[number], state=state, purchased_on=bought), late=late)

    @rule(number=shelf, states=st.lists(moves, min_size=1, max_size=3), late=lateness)
    def the_shelf_changes(self, number: int, states: list[DeviceState], late: int) -> None:
        for state in states:
            self.revisions[number] += 1
            facts = {"state": state, "purchased_on": date(2024, 6, 1), "unit": None}
            self.waiting.append(changed(number, self.revisions[number], **facts))
        if late:
            self.a_batch_comes(seed=late, everything=True)

    @rule(number=numbers, tickets=st.integers(1, 4), late=lateness)
    def a_device_fails(self, number: int, tickets: int, late: int) -> None:
        for ticket in range(tickets):
            self._tell(failed(number, f"INC{ticket}{number}", 3), late=late)

    @rule(
        number=numbers,
        reason=st.sampled_from([RequestReason.BROKEN, RequestReason.SLOW, RequestReason.STOLEN]),
        late=lateness,
    )
    def a_request_is_approved(self, number: int, reason: RequestReason, late: int) -> None:
        if number in self.asked:
            return
        self.asked.add(number)
        raised = raised_request(number, reason)

        async def write() -> None:
            async with self.pool.acquire() as connection, connection.transaction():
                assert await requests_store.insert_request(connection, raised)
                await requests_store.decide(connection, raised.request_id, "p", NOW, None)
                await requests_store.move(connection, [(raised.request_id, Status.APPROVED, 2, NOW)])

        self.now(write())
        self.undecided.append(number)
        self._tell(approved(number, of=number, reason=reason), late=late)

    @precondition(lambda self: self.undecided)
    @rule(money=st.booleans(), late=lateness)
    def the_budget_decides_on_a_request(self, money: bool, late: int) -> None:
        """As the budget does: it looks first whether a wave replaces the device."""
        number = self.undecided.pop(0)
        held = self.now(wave_queries.placed(self.pool, [device_id(number)]))  # type: ignore[arg-type]  # a pool will do
        if held:
            found = held[device_id(number)]
            place = self.told.places[device_id(number)]
            assert found.ordered == place.ordered
            if not found.ordered:
                self.undecided.append(number)
                self._tell(without_money(number, number, f"{found.wave} waits for its money."), late=late)
                return
            event = committed(number, number, found.order_id or found.wave)
        elif money:
            event = committed(number, number, f"QM-R-{number}")
            self.own_orders.add(device_id(number))
        else:
            self.undecided.append(number)
            self._tell(without_money(number, number), late=late)
            return
        self._tell(event, late=late)

    @precondition(lambda self: self.releases)
    @rule(yes=st.booleans(), late=lateness)
    def the_budget_answers_a_wave(self, yes: bool, late: int) -> None:
        released = self.releases.pop(0)
        self._tell(committed_wave(released) if yes else refused_wave(released), late=late)

    # How it is delivered

    def _tell(self, event: Event, *, late: int) -> None:
        """It waits; unless it is late, all that waits comes with it, in an order that `late` decides."""
        self.waiting.append(event)
        if late:
            self.a_batch_comes(seed=late, everything=True)

    @precondition(lambda self: self.waiting)
    @rule(seed=st.integers(0, 999), everything=st.booleans())
    def a_batch_comes(self, seed: int, everything: bool) -> None:
        batch = self._batch(seed, everything=everything)
        if seed % 5 == 1:
            # All of it happened but the commit; it comes again.
            self._crashing(self.refresh.hear(*batch))
        self.now(self.refresh.hear(*batch))
        self.told.deliver(batch)
        self.waiting = [each for each in self.waiting if each not in batch]
        self.delivered += batch

    def _batch(self, seed: int, *, everything: bool) -> list[Event]:
        """Some of what waits, in any order, with repeats among it."""
        chance = Random(seed)
        fresh = self.waiting if everything else chance.sample(self.waiting, chance.randint(1, len(self.waiting)))
        batch = [*fresh, *chance.choices(self.delivered, k=2)] if self.delivered else list(fresh)
        chance.shuffle(batch)
        return batch

    def _crashing(self, work: Coroutine[Any, Any, object]) -> None:
        with pytest.MonkeyPatch.context() as patch:

            async def crash(*_: object) -> None:
                raise CrashedError

            patch.setattr(outbox, "append", crash)
            try:
                self.now(work)
            except (CrashedError, RuleBroken):
                return

    @rule()
    def a_day_passes(self) -> None:
        self.clock.advance(timedelta(days=1))
        self.now(self.refresh.sweeper().sweep())
        self.told.sweep(self.told.queue(ALL, self.policy, self.today))

    # What people do

    @rule(quantity=st.integers(1, 2), cause=st.sampled_from([BauCause.JOINER, BauCause.GROWTH]))
    def a_demand_is_foreseen(self, quantity: int, cause: BauCause) -> None:
        view = self.now(
            PlannedDemands(self.pool, self.clock, DIRECTORY).add(
                PLANNER,
                cause=cause,
                kind=Kind.LAPTOP,
                unit="commercial-finance",
                quantity=quantity,
                needed_by=self.today,
                reason="They come.",
                idempotency_key=str(next(self.keys)),
            )
        )
        self.demands.append(view.demand_id)
        self.told.demands |= {uuid5(view.demand_id, str(place)): False for place in range(1, quantity + 1)}

    @precondition(lambda self: self.demands)
    @rule()
    def a_demand_is_withdrawn(self) -> None:
        demand_id = self.demands.pop(0)
        self.now(
            PlannedDemands(self.pool, self.clock, DIRECTORY).withdraw(
                PLANNER, demand_id, reason="They stay.", idempotency_key=str(next(self.keys))
            )
        )
        for place in (1, 2):
            if uuid5(demand_id, str(place)) in self.told.demands:
                self.told.demands[uuid5(demand_id, str(place))] = True

    @rule(money=st.integers(0, 9))
    def a_wave_is_proposed(self, money: int) -> None:
        self.budget.left_pence = money * GROSS
        try:
            self.wave = self.now(self.refresh.waves().propose(PLANNER, idempotency_key=str(next(self.keys)))).wave_id
        except RuleBroken:
            assert "queued" not in self._expected().values() or self.asked

    @rule(directors=st.integers(0, 2), money=st.integers(0, 9), happens=meanwhile)
    def a_wave_is_released(self, directors: int, money: int, happens: list[tuple[str, int, DeviceState]]) -> None:
        """By one director, by two at once, or by one while the process dies; what happens since its proposal counts."""
        if self.wave is None:
            self.a_wave_is_proposed(money)
            for what, number, state in happens:
                if what == "the shelf":
                    self.the_shelf_changes(SHELF[number % len(SHELF)], [state], late=1)
                elif what == "a request":
                    self.a_request_is_approved(number, RequestReason.BROKEN, late=number % 2)
                else:
                    self.a_device_changes(number, DeviceState.RETURNED, date(2019, 5, 1), late=1)
        if self.wave is None:
            return
        if not directors:
            self._crashing(self._release())
            return
        before = self._expected()
        decided = self.now(self._released(directors))
        assert sum(each.decided_now for each in decided) <= 1
        if any(each.decided_now for each in decided):
            self._take_in_release(before)
        if self.wave not in self.told.released:
            self.wave = None

    async def _released(self, directors: int) -> Sequence[WaveDecision]:
        answers = await asyncio.gather(*(self._release() for _ in range(directors)), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, RuleBroken):
                raise answer
        return [answer for answer in answers if isinstance(answer, WaveDecision)]

    def _release(self) -> Coroutine[Any, Any, WaveDecision]:
        assert self.wave is not None
        key = str(next(self.keys))
        return self.refresh.waves().release(DIRECTOR, self.wave, routes={}, approvals={}, idempotency_key=key)

    def _take_in_release(self, before: dict[UUID, str]) -> None:
        assert self.wave is not None
        rows = self.now(
            self.pool.fetch(
                "SELECT e.*, w.attempt FROM wave_entries e JOIN waves w USING (wave_id) "
                "WHERE wave_id = $1 AND e.quarter = w.quarter",
                self.wave,
            )
        )
        (last,) = self.now(self.refresh.told(WaveReleased))[-1:] or [None]
        mine = last if last is not None and last.data.wave_id == self.wave else None
        ordered = sum(row["stock_device_id"] is None for row in rows)
        if ordered:
            assert mine is not None
            assert mine.data.attempt == rows[0]["attempt"]
            assert sum(order.quantity for order in mine.data.orders) == ordered
            self.releases.append(mine)
            self.told.released[self.wave] = mine.data.attempt
        for row in rows:
            assert before[row["entry_id"]] == "queued"
            assert row["entry_id"] not in {device_id(number) for number in self.asked}
            stock = row["stock_device_id"]
            if stock is not None:
                newest = max(self.told._facts(stock), key=lambda each: each.revision)
                assert newest.state is DeviceState.IN_STOCK
                revision = newest.revision
            self.told.places[row["entry_id"]] = Place(
                wave=self.wave,
                attempt=row["attempt"],
                stock=stock,
                revision=0 if stock is None else revision,
                device=row["entry_id"] not in self.told.demands,
                ordered=not ordered,
            )

    @precondition(lambda self: self.wave is not None)
    @rule()
    def a_wave_is_sent_back(self) -> None:
        try:
            self.now(
                self.refresh.waves().send_back(
                    DIRECTOR, self.wave, reason="Not now.", idempotency_key=str(next(self.keys))
                )
            )
        except RuleBroken:
            return
        self.wave = None

    # What always holds

    def _expected(self) -> dict[UUID, str]:
        return self.told.queue(ALL, self.policy, self.today)

    @invariant()
    def the_queue_is_what_was_told(self) -> None:
        rows = self.now(self.pool.fetch("SELECT entry_id, status, wave FROM queue"))
        assert {row["entry_id"]: row["status"] for row in rows} == self._expected()
        for row in rows:
            place = self.told.places.get(row["entry_id"])
            assert (row["wave"] is not None) == self.told.holds(place), "a wave names what has a place in it"

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        set_aside = [
            place.stock
            for place in self.told.places.values()
            if place.stock is not None and not self.told.handed(place)
        ]
        assert len(set_aside) == len(set(set_aside))
        by_order = {entry for entry, place in self.told.places.items() if place.stock is None}
        assert not by_order & self.own_orders, "a successor ordered by a request and by a wave"

    @invariant()
    def places_are_as_stored(self) -> None:
        rows = self.now(self.pool.fetch("SELECT entry_id, state, stock_device_id, holds FROM placements"))
        stored = {row["entry_id"]: (row["state"], row["stock_device_id"], row["holds"]) for row in rows}
        assert stored == {
            entry: ("ordered" if place.ordered else "planned", place.stock, self.told.holds(place))
            for entry, place in self.told.places.items()
        }

    def teardown(self) -> None:
        self.now(self.pool.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.mark.timeout(600)
def test_the_queue_holds_together(database_url: str, budget: Budget) -> None:
    Queue.database_url, Queue.budget = database_url, budget
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
