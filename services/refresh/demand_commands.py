"""What a planner foresees: people who join, teams that grow. It stands in the queue without a device."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from schemas.vocabulary import BauCause, Kind
from services.access import audit
from services.access.commanded import commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.errors import BadInput, NotFound
from services.eventlog import outbox
from services.refresh import demand_queries, store
from services.refresh.demand_queries import DemandView
from services.refresh.judgement import judge
from services.refresh.policy_store import Policies
from services.refresh.rules import add_months
from services.refresh.rules.foreseen import URGENCY
from services.refresh.transactions import may_plan, policy_in_force, use_key

SQL = load_statements(__file__, "demand_commands.sql")
MOST = 5000
FURTHEST_MONTHS = 24
LONGEST_REASON = 500

_DEMANDS = UUID("c2b9be0e-6a0e-4d0e-9a6d-6c8b3c0a7e55")


class PlannedDemands:
    """The commands. `pool` must look in schema `refresh` first."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory
        self._policies = Policies()

    async def add(
        self,
        viewer: Viewer,
        *,
        cause: BauCause,
        kind: Kind,
        unit: str,
        quantity: int,
        needed_by: date,
        reason: str,
        idempotency_key: str,
    ) -> DemandView:
        """Foresee that a unit needs so many devices by a day. The same key again answers the same demand.

        Raises NotAllowed (planners and directors only) and BadInput naming what cannot be taken.
        """
        now = self._clock.now()
        demand_id = uuid5(_DEMANDS, f"{viewer.email}\n{idempotency_key}")
        async with commanded(self._pool, self._clock, viewer, "demand", unit) as connection:
            may_plan(viewer)
            if await use_key(connection, viewer, "demand", idempotency_key, demand_id, now) is not None:
                return await _view(connection, demand_id)
            policy = await policy_in_force(connection, self._policies)
            if withdrawn := policy.policy.kinds[kind].withdrawn:
                raise BadInput(f"A {kind} is bought no more; ask for a {withdrawn.replaced_by}.")
            self._check(cause, unit, quantity, needed_by, reason, london_date(now))
            reference = f"D-{await connection.fetchval(SQL['next_number'])}"
            entries = [uuid5(demand_id, str(place)) for place in range(1, quantity + 1)]
            values = (demand_id, reference, cause, kind, unit, quantity, needed_by, reason.strip(), viewer.email, now)
            await connection.execute(SQL["add"], *values, entries)
            await self._judge(connection, entries, f"{demand_id}/added", now)
            await audit.record(connection, now, viewer, "demand", f"{reference} {unit}", granted=True)
            return await _view(connection, demand_id)

    async def withdraw(self, viewer: Viewer, demand_id: UUID, *, reason: str, idempotency_key: str) -> DemandView:
        """Take back what is not ordered yet. What a released wave holds stays until the budget has answered.

        Raises NotAllowed, NotFound, and BadInput without a reason.
        """
        now = self._clock.now()
        async with commanded(self._pool, self._clock, viewer, "withdraw", str(demand_id)) as connection:
            may_plan(viewer)
            words = _words(reason)
            if not await connection.fetchval(SQL["lock"], demand_id):
                raise NotFound("There is no such planned demand.")
            if await use_key(connection, viewer, "withdraw", idempotency_key, demand_id, now) is not None:
                return await _view(connection, demand_id)
            if await connection.fetchval(SQL["withdraw"], demand_id, viewer.email, now, words):
                rows = await connection.fetch(SQL["entries_of"], demand_id)
                await self._judge(connection, [row["entry_id"] for row in rows], f"{demand_id}/withdrawn", now)
                await audit.record(connection, now, viewer, "withdraw", str(demand_id), granted=True)
            return await _view(connection, demand_id)

    def _check(self, cause: BauCause, unit: str, quantity: int, needed_by: date, reason: str, today: date) -> None:
        if cause not in URGENCY:
            raise BadInput("is asked for with a request for the device; joiners and growth are planned", where="cause")
        if unit not in self._directory.units:
            raise BadInput(f"no unit has the code {unit!r}", where="unit")
        if not 1 <= quantity <= MOST:
            raise BadInput(f"must be from 1 to {MOST:,}", where="quantity")
        if not today <= needed_by <= add_months(today, FURTHEST_MONTHS):
            raise BadInput(f"must lie from today to {FURTHEST_MONTHS} months ahead", where="needed by")
        _words(reason)

    async def _judge(self, connection: Connection, entries: list[UUID], cause: str, now: datetime) -> None:
        await store.take_turn(connection)
        policy = await policy_in_force(connection, self._policies)
        await outbox.append(connection, await judge(connection, [], [], {}, policy, now, lambda _: cause, entries))


def _words(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise BadInput(f"say why in up to {LONGEST_REASON} characters", where="reason")
    return words


async def _view(connection: Connection, demand_id: UUID) -> DemandView:
    (view,) = await demand_queries.demands(connection, None, demand_id)
    return view
