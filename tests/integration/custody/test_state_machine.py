"""DESIGN §4 rule 4 at every step: random acts by random people, words in between, crashes, repeats, two at once.

A crash is a fault of the database at one of the tables that a transaction writes. `CUSTODY_ACTS` and `CUSTODY_STEPS`
make it longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, ClassVar

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.envelope import Event
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.custody import queries
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.queries import BatchView
from services.custody.rules.machine import Cause, CustodyState
from services.custody.verification import faults
from services.database.pool import Pool, open_pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from tests.fixtures.custody import START, changed, wipe_told
from tests.fixtures.delivery import deliver
from tests.fixtures.people import small_directory, viewer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
EXAMPLES = int(os.environ.get("CUSTODY_ACTS", "12"))
STEPS = int(os.environ.get("CUSTODY_STEPS", "40"))

HELEN, IDRIS, RUTH = viewer("Helen Marsh"), viewer("Idris Bello"), viewer("Ruth Adeyemi")
DEVICES = 4
PROVES = {Cause.WIPE_DONE, Cause.CERTIFY, Cause.INSPECT, Cause.DESTROY}
BY_HAND = (
    Cause.CERTIFY,
    Cause.INSPECT,
    Cause.SEND_TO_DESTRUCTION,
    Cause.DESTROY,
    Cause.REVIEW,
    Cause.RESELL,
    Cause.REDISTRIBUTE,
    Cause.RECYCLE,
)
CRASHES = """
CREATE TABLE public.crashes (at text);
CREATE FUNCTION public.crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM public.crashes WHERE at = tg_table_name) THEN RAISE EXCEPTION 'the power is gone'; END IF;
    RETURN NULL;
END $$;
"""
TABLES = ("records", "chain", "outbox", "standings", "idempotency_keys", "batches")

devices = st.integers(1, DEVICES)
numbers = st.sampled_from([1, 2, 3, 4, 1, 2, 3, 4, 5, 6])
people = st.sampled_from([HELEN, HELEN, HELEN, HELEN, IDRIS, RUTH])
routes = st.sampled_from([None, None, "resale", "redistribution", "recycling"])
ways = st.sampled_from(["once", "once", "twice", "at once"])
crashes = st.sampled_from([None, None, None, *TABLES])


class Devices(RuleBasedStateMachine):
    """A few devices, a planner and some who may not; each odd device is a monitor."""

    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        super().__init__()
        self.runner, self.server, self.name = asyncio.Runner(), server, f"custody_{secrets.token_hex(6)}"
        self.clock = FixedClock(START)
        self.revisions: Counter[int] = Counter()
        self.told: list[Event] = []
        self.keys = 0
        self.pool: Pool = self.run(self._open(template))
        self.custodies = Custodies(self.pool, self.clock, small_directory())
        proof = self.run(self.custodies.keep_document(HELEN, name="p.pdf", content=b"proof"))
        self.proof = proof.document_id

    async def _open(self, template: str) -> Pool:
        url = await self.server.create_database(self.name, template=template)
        pool = await open_pool(url, "custody", size=4)
        await pool.execute(CRASHES)
        for table in TABLES:
            await pool.execute(
                f"CREATE TRIGGER crash AFTER INSERT OR UPDATE ON custody.{table} EXECUTE FUNCTION public.crash()"
            )
        return pool

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.runner.run(awaited())

    def teardown(self) -> None:
        for row in self.run(self.pool.fetch("SELECT state, count(*) AS devices FROM records GROUP BY state")):
            Devices.reached[row["state"]] += row["devices"]
        self.run(self.pool.close())
        self.runner.close()
        drop = asyncio.Runner()
        drop.run(self.server.drop_database(self.name))
        drop.close()

    def hours(self) -> float:
        """Time goes on by an hour a step."""
        self.clock.advance(timedelta(hours=1))
        return (self.clock.now() - START) / timedelta(hours=1)

    def through(self, crash: str | None, work: Any) -> Any:
        """Do it; with a crash first, after which it is done again, as a consumer or a person does."""
        if crash is not None:
            self.run(self.pool.execute("INSERT INTO public.crashes VALUES ($1)", crash))
            with contextlib.suppress(asyncpg.RaiseError, BadInput, NotAllowed, NotFound, RuleBroken):
                self.run(work())
            self.run(self.pool.execute("DELETE FROM public.crashes"))
        return self.run(work())

    def hear(self, event: Event, crash: str | None) -> None:
        self.told.append(event)
        self.through(crash, lambda: deliver(self.pool, CustodyConsumer().apply, [event]))

    @rule(device=devices, state=st.sampled_from(["returned", "returned", "returned", "sanitised"]), crash=crashes)
    def comes_back(self, device: int, state: str, crash: str | None) -> None:
        self.revisions[device] += 2
        kind = Kind.MONITOR if device % 2 else Kind.LAPTOP
        self.hear(changed(device, self.revisions[device], DeviceState(state), self.hours(), kind=kind), crash)

    @rule(device=st.just(1), state=st.sampled_from(["deployed", "in_stock", "written_off"]), crash=crashes)
    def leaves(self, device: int, state: str, crash: str | None) -> None:
        self.revisions[device] += 2
        self.hear(changed(device, self.revisions[device], DeviceState(state), self.hours()), crash)

    @rule(device=devices, outcome=st.sampled_from(["done", "failed", "failed", "cancelled"]), crash=crashes)
    def wipe(self, device: int, outcome: Any, crash: str | None) -> None:
        self.hear(wipe_told(device, outcome, self.hours()), crash)

    @rule(device=devices, back=st.integers(1, 6))
    def an_old_word_comes_late(self, device: int, back: int) -> None:
        revision = self.revisions[device] - 3
        if revision > 0:
            self.hear(changed(device, revision, DeviceState.DEPLOYED, self.hours() - back), None)

    @rule(place=st.integers(0, 100))
    def a_word_is_told_again(self, place: int) -> None:
        if self.told:
            event = self.told[place % len(self.told)]
            assert self.run(deliver(self.pool, CustodyConsumer().apply, [event])) == []

    @initialize()
    def all_come_back(self) -> None:
        for device in range(1, DEVICES + 1):
            self.comes_back(device, "returned", None)

    @rule(
        number=numbers,
        places=st.lists(st.integers(0, 5), min_size=1, max_size=4),
        route=routes,
        how=ways,
        crash=crashes,
    )
    def what_is_offered_may_be_done(
        self, number: int, places: list[int], route: Any, how: str, crash: str | None
    ) -> None:
        for place in places:
            offered = [
                (who, cause)
                for who in (HELEN, IDRIS)
                if (view := self.run(queries.custody(self.pool, who, f"C-{number}"))) is not None
                for cause in view.may
            ]
            if view is None or not offered:
                return
            who, cause = offered[place % len(offered)]
            self.act_as(who, cause, [number], None, route, how, crash)
            assert self.run(queries.custody(self.pool, HELEN, f"C-{number}")).revision > view.revision

    @rule(
        who=people,
        cause=st.sampled_from(BY_HAND),
        references=st.lists(numbers, min_size=1, max_size=4),
        lacks=st.sampled_from([None, None, None, "document_id", "condition", "charity", "weee_note", "proceeds_pence"]),
        route=routes,
        how=ways,
        crash=crashes,
    )
    def act(
        self, who: Any, cause: Cause, references: list[int], lacks: str | None, route: Any, how: str, crash: str | None
    ) -> None:
        self.act_as(who, cause, references, lacks, route, how, crash)

    def act_as(
        self, who: Any, cause: Cause, references: list[int], lacks: str | None, route: Any, how: str, crash: str | None
    ) -> None:
        """One act in one way; whoever may not do it, or gives too little, is refused."""
        self.hours()
        self.keys += 1
        given: dict[str, Any] = {
            "document_id": self.proof,
            "certificate_issuer": "Secure Wipe Ltd",
            "certificate_number": "SW-1",
            "condition": "good",
            "charity": "schools",
            "weee_note": "W-1",
            "route": route,
            "note": "so",
            "proceeds_pence": 1_001,
        }
        details = Details(**{name: value for name, value in given.items() if name != lacks})

        async def once(key: str) -> BatchView | None:
            try:
                return await self.custodies.act(
                    who, cause, [f"C-{number}" for number in references], details, idempotency_key=key
                )
            except (BadInput, NotAllowed, NotFound, RuleBroken):
                return None

        async def both() -> BatchView | None:
            first, second = await asyncio.gather(once(f"{self.keys}/a"), once(f"{self.keys}/b"), return_exceptions=True)
            for each in (first, second):
                if isinstance(each, BaseException):
                    raise each
            moved = [view.reference for each in (first, second) if each for view in each.moved]
            assert len(moved) == len(set(moved)) or cause is Cause.REVIEW
            return first or second

        done = self.through(crash, both if how == "at once" else lambda: once(f"{self.keys}/a"))
        if how == "twice":
            again = self.run(once(f"{self.keys}/a"))
            assert (again and again.batch) == (done and done.batch)
        if done is not None:
            assert who is (IDRIS if cause is Cause.RESELL else HELEN)
            if cause is Cause.RESELL and how != "at once":
                assert sum(view.proceeds_pence or 0 for view in self.seen(done)) == 1_001

    def seen(self, act: BatchView) -> tuple[Any, ...]:
        view = self.run(queries.batch(self.pool, RUTH, act.batch))
        return tuple(view.moved)

    @invariant()
    def rule_4_nothing_goes_without_proof_nor_to_people_without_review(self) -> None:
        rows = self.run(
            self.pool.fetch(
                "SELECT reference, c.cause, c.target FROM chain AS c JOIN records USING (custody_id) ORDER BY 1, number"
            )
        )
        proved: dict[str, bool] = {}
        reviewed: dict[str, bool] = {}
        for row in rows:
            reference, cause = row["reference"], row["cause"]
            if cause in PROVES or (cause == Cause.ARRIVE and row["target"] == CustodyState.SANITISED):
                proved[reference] = True
            elif cause == Cause.DOUBT:
                proved[reference] = reviewed[reference] = False
            elif cause == Cause.REVIEW:
                assert proved.get(reference)
                reviewed[reference] = True
            elif cause in (Cause.RESELL, Cause.REDISTRIBUTE, Cause.RECYCLE):
                assert proved.get(reference)
                assert reviewed.get(reference) or cause == Cause.RECYCLE

    @invariant()
    def chains_hold_counts_are_right_and_each_move_was_told_once(self) -> None:
        async def asked() -> tuple[Any, ...]:
            async with self.pool.acquire() as connection:
                found = [fault async for fault in faults(connection)]
                counts = await queries.counts(connection, RUTH)
                open_records = await connection.fetch(
                    """
                    SELECT DISTINCT ON (custody_id) target FROM chain ORDER BY custody_id, number DESC
                    """
                )
                told = await connection.fetchval("SELECT count(*) FROM outbox")
                links = await connection.fetchval("SELECT count(*) FROM chain")
                return found, counts, open_records, told, links

        found, counts, last, told, links = self.run(asked())
        assert found == []
        assert told == links
        ends = {"resold", "redistributed", "recycled", "back_in_use", "written_off", "joined"}
        shown: Counter[str] = Counter()
        for count in counts:
            shown[count.state] += count.devices
        assert shown == Counter(row["target"] for row in last if row["target"] not in ends)


def test_nothing_skips_a_step(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> None:
    run_state_machine_as_test(
        lambda: Devices(embedded_postgres, migrated_template),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"back_in_use", "sanitised"} <= Devices.reached.keys(), "the steps no longer reach custody"
    assert Devices.reached.keys() & {"resold", "redistributed", "recycled"}, "nothing ever reached its end"
