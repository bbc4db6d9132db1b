"""What planners and directors do with the refresh plan: propose a wave, release it, send it back; foresee demand.

Each is one transaction of state, event and audit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from uuid import UUID, uuid5

import msgspec

from schemas.topics import WAVE
from schemas.vocabulary import Kind
from services.access import audit
from services.access.commanded import commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.budget.queries import financial_year
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.errors import BadInput, NotFound, RuleBroken
from services.eventlog import outbox
from services.refresh import proposing, releasing, store, wave_entries, wave_queries
from services.refresh.demand_commands import PlannedDemands as PlannedDemands
from services.refresh.demand_queries import DemandView as DemandView
from services.refresh.judgement import judge
from services.refresh.policy_store import Policies
from services.refresh.proposing import Reading
from services.refresh.releasing import SQL, Held
from services.refresh.rules.waves import Plan, Problem, plan
from services.refresh.tally import tally
from services.refresh.transactions import may_plan, may_release, policy_in_force, use_key, used_key
from services.refresh.wave_queries import WaveStatus, WaveView

_WAVES = UUID("5f0c1a86-0d1b-4b53-8c0e-6a1c3a2f9d10")
LONGEST_REASON = 500


class WaveDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The wave as it now stands. `decided_now` is False when it was decided before: then nothing happened."""

    wave: WaveView
    decided_now: bool


class Waves:
    """The commands. `pool` must look in schema `refresh` first; `solver` finds the plan, in a thread of its own."""

    def __init__(
        self, pool: Pool, clock: Clock, directory: Directory, *, solver: Callable[[Problem], Plan] = plan
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory
        self._policies = Policies()
        self._solve = solver

    async def propose(
        self,
        viewer: Viewer,
        *,
        most_pence: int | None = None,
        kinds: Collection[Kind] = (),
        idempotency_key: str,
    ) -> WaveView:
        """Plan the rest of the year and propose the present quarter's part of it as a wave. The same key again answers
        the same wave.

        `most_pence` limits what the plan may cost, VAT included; `kinds` what it is for. Raises NotAllowed, BadInput,
        RuleBroken where nothing waits.
        """
        now = self._clock.now()
        today = london_date(now)
        wave_id = uuid5(_WAVES, f"{viewer.email}\n{idempotency_key}")
        async with commanded(self._pool, self._clock, viewer, "wave", "propose") as connection:
            may_plan(viewer)
            if await used_key(connection, viewer, "propose", idempotency_key) is not None:
                return await self._view(connection, viewer, wave_id)
            if most_pence is not None and most_pence <= 0:
                raise BadInput("must be more than nought", where="the most it may cost")
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            policy = await policy_in_force(connection, self._policies)
            year = financial_year(today)
            reading = await proposing.read(connection, policy, year, today, most_pence, kinds)
        proposing.something_to_do(reading)
        found = await asyncio.to_thread(self._solve, reading.problem)
        async with commanded(self._pool, self._clock, viewer, "wave", "propose") as connection:
            await connection.execute(SQL["proposing"])
            if await use_key(connection, viewer, "propose", idempotency_key, wave_id, now) is None:
                await connection.execute(SQL["supersede"], reading.basis.starts[0])
                number = await connection.fetchval(SQL["next_number"])
                await connection.execute(
                    SQL["insert_wave"],
                    wave_id,
                    number,
                    f"W-{number}",
                    year,
                    reading.basis.starts[0],
                    policy.policy.version,
                    found.gap,
                    found.method,
                    found.floors_met,
                    msgspec.to_builtins(reading.basis),
                    viewer.email,
                    now,
                )
                await _fill(connection, wave_id, f"W-{number}", reading, found)
                await audit.record(connection, now, viewer, "wave", f"W-{number} proposed", granted=True)
            return await self._view(connection, viewer, wave_id)

    async def release(
        self,
        viewer: Viewer,
        wave_id: UUID,
        *,
        routes: Mapping[str, str],
        approvals: Mapping[str, str],
        idempotency_key: str,
    ) -> WaveDecision:
        """Release a wave: its entries have their places, and the budget is asked to commit its orders.

        `routes` and `approvals` give, by order id, the procurement route and the approval reference that an order
        carries itself. What left the queue since the proposal drops out. A wave from stock alone needs no money and is
        committed at once. Raises NotAllowed, NotFound, BadInput, RuleBroken naming each gate that is not passed.
        """
        now = self._clock.now()
        today = london_date(now)
        async with commanded(self._pool, self._clock, viewer, "release", str(wave_id)) as connection:
            may_release(viewer)
            await releasing.wait_for_placing(connection)
            await store.take_turn(connection)  # before the wave: so does whoever hears the budget's answer to it
            held = await releasing.lock_wave(connection, wave_id)
            repeated = await use_key(connection, viewer, "release", idempotency_key, wave_id, now)
            if repeated is not None or held.status in (WaveStatus.RELEASED, WaveStatus.COMMITTED):
                return WaveDecision(wave=await self._view(connection, viewer, wave_id), decided_now=False)
            releasing.check_may_go(held, today)
            dropped = await releasing.drop_out(connection, held)
            summary, totals = await releasing.counted_again(connection, held, dropped)
            if not totals.from_stock + totals.ordered:
                raise RuleBroken(f"Nothing of {held.wave} waits any more; ask a planner to propose anew.")
            orders = await releasing.orders_of(connection, wave_id, held.quarter, held.basis, routes, approvals)
            await releasing.check_gates(connection, held, orders, today, viewer.email)
            status = WaveStatus.RELEASED if orders else WaveStatus.COMMITTED
            placed = await releasing.place(connection, held, held.attempt + 1, committed=not orders)
            words = _dropped_words(dropped.total())
            await releasing.write_release(connection, held, status, orders, (summary, totals), words, viewer.email, now)
            cause = f"{wave_id}/released/{held.attempt + 1}"
            following = await judge(
                connection,
                [device_id for _, device_id in placed if device_id is not None],
                [],
                {},
                await policy_in_force(connection, self._policies),
                now,
                lambda _: cause,
                [entry_id for entry_id, device_id in placed if device_id is None],
            )
            if orders:
                following.append((WAVE, releasing.announce_release(held, orders, viewer.email, now)))
            await outbox.append(connection, following)
            await audit.record(connection, now, viewer, "release", held.wave, granted=True)
            return WaveDecision(wave=await self._view(connection, viewer, wave_id), decided_now=True)

    async def send_back(self, viewer: Viewer, wave_id: UUID, *, reason: str, idempotency_key: str) -> WaveDecision:
        """Say no to a proposal, and why. Raises NotAllowed, NotFound, BadInput without a reason, RuleBroken."""
        now = self._clock.now()
        async with commanded(self._pool, self._clock, viewer, "send-back", str(wave_id)) as connection:
            may_release(viewer)
            words = reason.strip()
            if not words or len(words) > LONGEST_REASON:
                raise BadInput(f"say why in up to {LONGEST_REASON} characters", where="reason")
            held: Held = await releasing.lock_wave(connection, wave_id)
            repeated = await use_key(connection, viewer, "send-back", idempotency_key, wave_id, now)
            if repeated is not None or held.status is WaveStatus.SENT_BACK:
                return WaveDecision(wave=await self._view(connection, viewer, wave_id), decided_now=False)
            if held.status not in (WaveStatus.PROPOSED, WaveStatus.REFUSED):
                raise RuleBroken(f"{held.wave} is {held.status.value}; only a proposal can be sent back.")
            await connection.execute(SQL["send_back"], wave_id, words, viewer.email, now)
            await audit.record(connection, now, viewer, "send-back", held.wave, granted=True)
            return WaveDecision(wave=await self._view(connection, viewer, wave_id), decided_now=True)

    async def _view(self, connection: Connection, viewer: Viewer, wave_id: UUID) -> WaveView:
        view = await wave_queries.wave_by_id(connection, viewer, wave_id, london_date(self._clock.now()))
        if view is None:
            raise NotFound("There is no such wave; /kit wave shows the newest.")
        return view


async def _fill(connection: Connection, wave_id: UUID, wave: str, reading: Reading, plan: Plan) -> None:
    """Write the plan's entries, and what they come to."""
    basis = reading.basis
    served = await wave_entries.keep_entries(connection, wave_id, wave, reading, plan)
    summary, totals = tally(
        basis.starts[0], reading.asked, served, wave_entries.left_out(reading, plan), basis.gross_pence
    )
    orders = await releasing.orders_of(connection, wave_id, basis.starts[0], basis, {}, {})
    await connection.execute(
        SQL["count_wave"],
        wave_id,
        totals.from_stock,
        totals.ordered,
        totals.gross_pence,
        msgspec.to_builtins(summary),
        msgspec.to_builtins(orders),
    )


def _dropped_words(dropped: int) -> str:
    if not dropped:
        return ""
    what = "1 entry has" if dropped == 1 else f"{dropped:,} entries have"
    return (
        f"{what} dropped out since the proposal: no longer in the queue, asked for by a request, of another kind or "
        "line by now, or the device from stock is gone."
    )
