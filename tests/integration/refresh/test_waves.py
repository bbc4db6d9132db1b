"""A wave's life on real PostgreSQL: proposed, released, answered; what drops out, what the shelf serves."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from schemas.events.refresh import QueueEntered, QueueLeft
from schemas.events.register import DeviceChanged
from schemas.events.wave import WaveReleased
from schemas.vocabulary import BauCause, Demand, DeviceState, Kind
from services.access.viewer import Viewer
from services.errors import BadInput, NotAllowed, RuleBroken
from services.refresh import expected_queries, placements, queries, store, wave_queries
from services.refresh.commands import PlannedDemands
from services.refresh.wave_queries import WaveStatus, WaveView
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import (
    DIRECTOR,
    DIRECTORY,
    FINANCE,
    PLANNER,
    PRIYA,
    TODAY,
    approved,
    changed,
    device_id,
)
from tests.integration.refresh.stand_ins import GROSS, Budget, committed_wave, refused_wave

pytestmark = pytest.mark.integration


def in_stock(number: int, revision: int = 1, **facts: object) -> DeviceChanged:
    """A new laptop on the shelf."""
    return changed(number, revision, **{"state": DeviceState.IN_STOCK, "purchased_on": date(2024, 6, 1)} | facts)


async def proposed(refresh: Refresh, key: str = "a") -> WaveView:
    return await refresh.waves().propose(PLANNER, idempotency_key=key)


async def released(refresh: Refresh, wave: WaveView, key: str = "r") -> WaveReleased:
    decision = await refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key=key)
    assert decision.decided_now
    told: list[WaveReleased] = await refresh.told(WaveReleased)
    return told[-1]


async def statuses(refresh: Refresh) -> dict[str | None, str]:
    return {line.serial: line.status for line in await queries.queue(refresh.pool, DIRECTOR, TODAY)}


async def test_a_wave_proposed_released_committed(refresh: Refresh, budget: Budget) -> None:
    budget.left_pence = 2 * GROSS
    await refresh.hear(*(changed(number) for number in (1, 2, 3)), in_stock(9))
    wave = await proposed(refresh)
    assert (wave.wave, wave.status, wave.quarter) == ("W-1", WaveStatus.PROPOSED, date(2024, 10, 1))
    assert (wave.entries, wave.from_stock, wave.ordered) == (3, 1, 2)
    (row,) = wave.rows
    assert (row.kind, row.asked, row.from_stock, row.ordered, row.left_out) == (Kind.LAPTOP, 3, 1, 2, 0)
    assert (row.gross_pence, wave.gross_pence) == (None, None), "two laptops' sum tells a planner what one costs"
    (line, *_) = await queries.queue(refresh.pool, PRIYA, TODAY) or await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert (line.status, line.wave, line.planned_for) == ("queued", "W-1", date(2024, 10, 1))

    said = await released(refresh, wave)
    (order,) = said.data.orders
    assert (order.order_id, order.quantity, order.net_pence) == ("QM-W-1-laptop", 2, 80_000)
    assert set((await statuses(refresh)).values()) == {"planned"}
    assert len(await wave_queries.placed(refresh.pool, [device_id(n) for n in range(4)])) == 3
    told = await refresh.hear(committed_wave(said))
    assert [each.data.status for each in told if isinstance(each, QueueEntered)] == ["ordered"] * 3
    assert set((await statuses(refresh)).values()) == {"ordered"}
    seen = await wave_queries.wave(refresh.pool, FINANCE, "w-1", TODAY)
    assert seen is not None
    assert (seen.status, seen.rows[0].gross_pence, seen.gross_pence) == (WaveStatus.COMMITTED, 2 * GROSS, 2 * GROSS)
    assert await wave_queries.wave(refresh.pool, PRIYA, "W-1", TODAY) is None
    assert await expected_queries.expected(refresh.pool, date(2025, 3, 31)) == []
    left, _ = await refresh.hear(changed(1, 2, state=DeviceState.RETURNED))
    assert isinstance(left, QueueLeft)
    assert left.data.cause == "fulfilled"
    entries = await wave_queries.wave_entries(refresh.pool, DIRECTOR, wave.wave_id)
    assert sorted(each.served_by for each in entries) == ["order", "order", "stock"]
    assert {each.stock_serial for each in entries} == {None, "SN0009"}


@pytest.mark.parametrize(("who", "told"), [(PLANNER, (None, 2 * GROSS)), (FINANCE, (GROSS, 2 * GROSS))])
async def test_the_total_of_several_kinds_is_no_price(
    refresh: Refresh, budget: Budget, who: Viewer, told: tuple[int | None, int]
) -> None:
    await refresh.hear(changed(1), changed(2, kind=Kind.DESKTOP))
    both = await proposed(refresh, "both")
    await refresh.hear(changed(3, kind=Kind.DESKTOP))
    alone = await refresh.waves().propose(PLANNER, kinds=[Kind.LAPTOP], idempotency_key="alone")
    listed = {each.wave: each.gross_pence for each in await wave_queries.waves(refresh.pool, who)}
    assert (listed[alone.wave], listed[both.wave]) == told
    seen = [await wave_queries.wave(refresh.pool, who, each.wave, TODAY) for each in (alone, both)]
    assert tuple(each.gross_pence for each in seen if each) == told
    rows = [row.gross_pence for each in seen if each for row in (*each.rows, *each.later)]
    assert all((pence is None) is (who is PLANNER) for pence in rows)


async def test_a_refused_wave_frees_its_entries_and_may_be_released_again(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1), changed(2))
    wave = await proposed(refresh)
    first = await released(refresh, wave)
    await refresh.hear(refused_wave(first))
    assert set((await statuses(refresh)).values()) == {"queued"}
    seen = await wave_queries.wave(refresh.pool, DIRECTOR, None, TODAY)
    assert seen is not None
    assert (seen.status, seen.explanation) == (WaveStatus.REFUSED, "Too little is left on the line.")
    second = await released(refresh, wave, key="again")
    assert (second.data.attempt, second.data.orders) == (2, first.data.orders)
    await refresh.hear(committed_wave(second))
    assert await refresh.hear(refused_wave(first)) == [], "an answer to the first release says nothing of the second"
    assert set((await statuses(refresh)).values()) == {"ordered"}


async def test_what_left_or_was_asked_for_drops_out(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(*(changed(number) for number in (1, 2, 3, 4)), in_stock(9))
    wave = await proposed(refresh)
    (served,) = [e for e in await wave_queries.wave_entries(refresh.pool, DIRECTOR, wave.wave_id) if e.stock_serial]
    others = [number for number in (1, 2, 3, 4) if served.serial != f"SN{number:04}"]
    await refresh.hear(changed(others[0], 2, state=DeviceState.RETURNED), approved(1, of=others[1]))
    await refresh.hear(in_stock(9, 2, state=DeviceState.RECYCLED))
    said = await released(refresh, wave)
    assert [order.quantity for order in said.data.orders] == [1]
    seen = await wave_queries.wave(refresh.pool, DIRECTOR, "W-1", TODAY)
    assert seen is not None
    assert (seen.entries, seen.from_stock, seen.ordered, seen.gross_pence) == (1, 0, 1, GROSS)
    assert seen.explanation.startswith("3 entries have dropped out")
    assert seen.rows[0].asked == 1


async def test_what_is_now_of_another_kind_or_line_drops_out(refresh: Refresh, budget: Budget) -> None:
    """The director saw what it was; another line's money must not pay for it, nor another kind come for it."""
    await refresh.hear(changed(1), changed(2, kind=Kind.TABLET, model="iPad 9"), changed(3))
    wave = await proposed(refresh)
    assert wave.ordered == 3
    desktop = {"kind": Kind.DESKTOP, "model": "OptiPlex 7010", "purchased_on": date(2016, 1, 1)}
    await refresh.hear(changed(2, 2), changed(3, 2, **desktop))
    assert set(await statuses(refresh)) == {"SN0001", "SN0002", "SN0003"}
    (order,) = (await released(refresh, wave)).data.orders
    assert (order.order_id, order.quantity) == ("QM-W-1-laptop", 1)
    assert sorted((await statuses(refresh)).values()) == ["planned", "queued", "queued"]


async def test_a_missing_gate_stops_before_anything_is_written(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1))
    wave = await proposed(refresh)
    budget.missing = "The order needs a procurement route."
    before = await refresh.state(), await refresh.held()
    with pytest.raises(RuleBroken, match=r"W-1 cannot be released yet\. The order needs a procurement route"):
        await released(refresh, wave)
    assert (await refresh.state(), await refresh.held()) == before
    assert await refresh.told(WaveReleased) == []
    seen = await wave_queries.wave(refresh.pool, PLANNER, None, TODAY)
    assert seen is not None
    assert (seen.gates, seen.orders) == (["The order needs a procurement route."], ())
    budget.missing = ""
    assert await released(refresh, wave), "the key was not used up"


async def test_who_may_do_what(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1))
    for viewer in (PRIYA, FINANCE):
        with pytest.raises(NotAllowed):
            await refresh.waves().propose(viewer, idempotency_key="a")
    wave = await proposed(refresh)
    with pytest.raises(NotAllowed):
        await refresh.waves().release(PLANNER, wave.wave_id, routes={}, approvals={}, idempotency_key="r")
    with pytest.raises(BadInput):
        await refresh.waves().release(
            DIRECTOR, wave.wave_id, routes={"QM-W-9": "G-Cloud"}, approvals={}, idempotency_key="r"
        )
    lines = await refresh.pool.fetch("SELECT action, granted FROM access.audit ORDER BY at, action")
    assert [tuple(line) for line in lines] == [("release", False), *[("wave", False)] * 2, ("wave", True)]


async def test_a_new_proposal_puts_the_old_one_out_of_use(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1), changed(2))
    first = await proposed(refresh)
    assert (await proposed(refresh)).wave_id == first.wave_id, "the same key, the same wave"
    second = await proposed(refresh, key="b")
    assert second.wave == "W-2"
    with pytest.raises(RuleBroken, match="newer proposal"):
        await released(refresh, first)
    back = await refresh.waves().send_back(DIRECTOR, second.wave_id, reason="Too early.", idempotency_key="s")
    assert (back.wave.status, back.wave.explanation) == (WaveStatus.SENT_BACK, "Too early.")
    with pytest.raises(RuleBroken, match="sent back"):
        await released(refresh, second)
    assert (await queries.queue(refresh.pool, DIRECTOR, TODAY))[0].planned_for is None


async def test_two_directors_at_once_release_once(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(*(changed(number) for number in range(30)))
    wave = await proposed(refresh)
    decisions = await asyncio.gather(
        *(
            refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key=f"r{number}")
            for number in range(3)
        )
    )
    assert sorted(each.decided_now for each in decisions) == [False, False, True]
    assert len(await refresh.told(WaveReleased)) == 1
    assert await refresh.pool.fetchval("SELECT count(*) FROM placements") == 30


async def test_a_release_pressed_again_and_the_budgets_answer_do_not_wait_for_each_other(
    refresh: Refresh, budget: Budget
) -> None:
    """Whoever hears the answer has its turn and wants the wave; so the release wants its turn before the wave."""
    await refresh.hear(changed(1))
    wave = await proposed(refresh)
    await released(refresh, wave)
    async with refresh.pool.acquire() as connection, connection.transaction():
        await store.take_turn(connection)
        again = asyncio.create_task(
            refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key="again")
        )
        async with asyncio.timeout(15):
            while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not again.done()
        await placements.answer(connection, [placements.Answer(wave.wave_id, 1, committed=True, explanation="")])
    decision = await again
    assert (decision.decided_now, decision.wave.status) == (False, WaveStatus.COMMITTED)


async def test_the_shelf_alone_needs_no_money(refresh: Refresh, budget: Budget) -> None:
    budget.left_pence = 0
    await refresh.hear(changed(1), changed(2), in_stock(8), in_stock(9, purchased_on=date(2020, 1, 1)))
    wave = await proposed(refresh)
    assert (wave.entries, wave.from_stock) == (1, 1), "what is old already is not given out"
    decision = await refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key="r")
    assert decision.wave.status is WaveStatus.COMMITTED
    assert await refresh.told(WaveReleased) == []
    assert sorted((await statuses(refresh)).values()) == ["ordered", "queued"]


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize(
    ("story", "status"),
    [
        ([DeviceState.DEPLOYED, DeviceState.RETURNED, DeviceState.DEPLOYED], "ordered"),
        ([DeviceState.IN_STOCK, DeviceState.DEPLOYED, DeviceState.RECYCLED], "ordered"),
        ([DeviceState.RETURNED, DeviceState.DEPLOYED, DeviceState.RETURNED], "queued"),
        ([DeviceState.IN_STOCK, DeviceState.RECYCLED, DeviceState.IN_STOCK], "queued"),
    ],
)
async def test_a_device_handed_out_first_has_served_and_one_gone_first_has_not(
    refresh: Refresh, budget: Budget, story: list[DeviceState], status: str, at_once: bool
) -> None:
    """In whatever order it is heard: each device from the shelf tells the story in another."""
    budget.left_pence = 0
    orders = list(permutations(enumerate(story, start=2)))
    await refresh.hear(*(changed(number) for number in range(len(orders))))
    await refresh.hear(*(in_stock(100 + number) for number in range(len(orders))))
    wave = await proposed(refresh)
    await refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key="r")
    for number, order in enumerate(orders):
        words = [in_stock(100 + number, revision, state=state) for revision, state in order]
        for batch in [words] if at_once else [[word] for word in words]:
            await refresh.hear(*batch)
    found = await statuses(refresh)
    assert {found[f"SN{number:04}"] for number in range(len(orders))} == {status}


async def test_what_happened_before_it_was_set_aside_says_nothing(refresh: Refresh, budget: Budget) -> None:
    budget.left_pence = 0
    await refresh.hear(changed(1), in_stock(9, 5))
    wave = await proposed(refresh)
    await refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key="r")
    await refresh.hear(in_stock(9, 4, state=DeviceState.RETURNED), in_stock(9, 3, state=DeviceState.DEPLOYED))
    assert await statuses(refresh) == {"SN0001": "ordered"}


async def test_a_device_that_left_the_shelf_sends_its_entry_back(refresh: Refresh, budget: Budget) -> None:
    budget.left_pence = 0
    await refresh.hear(changed(1), in_stock(9))
    wave = await proposed(refresh)
    await refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key="r")
    (told,) = await refresh.hear(in_stock(9, 2, state=DeviceState.RECYCLED))
    assert isinstance(told, QueueEntered)
    assert (told.data.device_id, told.data.status, told.data.wave) == (device_id(1), "queued", None)
    assert await wave_queries.placed(refresh.pool, [device_id(1)]) == {}
    budget.left_pence = GROSS
    said = await released(refresh, await proposed(refresh, key="b"), key="r2")
    assert said.data.orders[0].quantity == 1
    assert await statuses(refresh) == {"SN0001": "planned"}


async def test_a_spare_is_let_go_when_the_day_is_swept(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1))
    said = await released(refresh, await proposed(refresh))
    left, _ = await refresh.hear(changed(1, 2, state=DeviceState.RETURNED))
    assert isinstance(left, QueueLeft)
    assert (left.data.cause, "goes to stock" in left.data.explanation) == ("cancelled", True)
    await refresh.hear(committed_wave(said))
    await refresh.hear(changed(1, 3))
    assert await statuses(refresh) == {"SN0001": "ordered"}, "its successor is on its way"
    await refresh.hear(changed(1, 4, state=DeviceState.RETURNED))
    await refresh.sweeper().sweep()
    await refresh.hear(changed(1, 5))
    assert await statuses(refresh) == {"SN0001": "queued"}, "the spare is for whoever needs it"


async def test_a_place_goes_with_a_merged_record(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1))
    said = await released(refresh, await proposed(refresh))
    await refresh.hear(committed_wave(said))
    gone = changed(1, 2, kind=None, model=None, unit=None, serial=None, purchased_on=None, merged_into=device_id(2))
    await refresh.hear(changed(2), gone)
    assert await statuses(refresh) == {"SN0002": "ordered"}


async def test_two_placed_records_that_prove_to_be_a_third_keep_one_place(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1), changed(2))
    await refresh.hear(committed_wave(await released(refresh, await proposed(refresh))))
    await refresh.hear(
        changed(3), *(changed(number, 2, serial=None, kind=None, merged_into=device_id(3)) for number in (1, 2))
    )
    assert await statuses(refresh) == {"SN0003": "ordered"}


async def test_a_place_goes_along_a_chain_of_records_told_at_once(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1))
    await refresh.hear(committed_wave(await released(refresh, await proposed(refresh))))
    await refresh.hear(
        changed(3),
        changed(1, 2, serial=None, kind=None, merged_into=device_id(2)),
        changed(2, 2, serial=None, kind=None, merged_into=device_id(3)),
    )
    assert await statuses(refresh) == {"SN0003": "ordered"}


async def test_foreseen_demand_waits_is_ordered_or_withdrawn(refresh: Refresh, budget: Budget) -> None:
    demands = PlannedDemands(refresh.pool, refresh.clock, DIRECTORY)

    async def add(key: str, **what: object) -> UUID:
        whole: dict[str, object] = {
            "cause": BauCause.JOINER,
            "kind": Kind.LAPTOP,
            "unit": "commercial-finance",
            "quantity": 3,
            "needed_by": TODAY + timedelta(days=30),
            "reason": "Intake of January",
        }
        view = await demands.add(PLANNER, **whole | what, idempotency_key=key)
        return view.demand_id

    joiners = await add("j")
    assert await add("j") == joiners
    growth = await add("g", cause=BauCause.GROWTH, quantity=2)
    assert [(each.reference, each.waiting) for each in await queries.planned_demands(refresh.pool, PLANNER)] == [
        ("D-1", 3),
        ("D-2", 2),
    ]
    assert await queries.planned_demands(refresh.pool, PRIYA) == []
    waiting = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert Counter((each.demand, each.cause, each.status) for each in waiting) == {
        (Demand.BAU, BauCause.GROWTH, "queued"): 2,
        (Demand.BAU, BauCause.JOINER, "queued"): 3,
    }
    expected = await expected_queries.expected(refresh.pool, date(2025, 3, 31))
    assert [(each.month, each.entries) for each in expected] == [(date(2024, 12, 1), 5)]
    with pytest.raises(BadInput, match=r"^A tablet is bought no more; ask for a laptop\.$"):
        await add("t", kind=Kind.TABLET)
    for wrong in ({"cause": BauCause.LOSS}, {"kind": Kind.TABLET}, {"unit": "x"}, {"quantity": 0}, {"reason": " "}):
        with pytest.raises(BadInput):
            await add("w", **wrong)

    budget.left_pence = 4 * GROSS
    said = await released(refresh, await proposed(refresh))
    assert said.data.orders[0].quantity == 4
    view = await demands.withdraw(PLANNER, growth, reason="Not funded.", idempotency_key="w1")
    assert (view.waiting, view.planned) == (0, 1), "what a released wave holds stays"
    await refresh.hear(refused_wave(said))
    assert {each.cause for each in await queries.queue(refresh.pool, DIRECTOR, TODAY)} == {BauCause.JOINER}
    said = await released(refresh, await proposed(refresh, key="b"), key="r2")
    told = await refresh.hear(committed_wave(said))
    assert [each.data.cause for each in told if isinstance(each, QueueLeft)] == ["ordered"] * 3
    assert await queries.queue(refresh.pool, DIRECTOR, TODAY) == []
    assert await queries.planned_demands(refresh.pool, PLANNER) == []
    refresh.clock.advance(timedelta(days=1))
    await refresh.sweeper().sweep()
    assert await queries.queue(refresh.pool, DIRECTOR, TODAY) == []


async def test_later_quarters_are_foreseen(refresh: Refresh, budget: Budget) -> None:
    await refresh.hear(changed(1), changed(2, purchased_on=date(2021, 2, 1)))
    wave = await proposed(refresh)
    assert wave.entries == 1
    assert [(each.starts_on, each.entries) for each in wave.later] == [(date(2025, 1, 1), 1)]
    lines = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    assert [(line.wave, line.planned_for) for line in lines] == [
        ("W-1", date(2024, 10, 1)),
        (None, date(2025, 1, 1)),
    ]
    why = await queries.why(refresh.pool, DIRECTOR, "SN0002", TODAY)
    assert why is not None
    assert (why.wave, why.planned_for) == (None, date(2025, 1, 1))
