"""What a person does with devices in custody, one or hundreds by one act. Each is one transaction of state, chain,
event and audit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID, uuid5

from schemas.vocabulary import Role
from services.access import audit
from services.access.commanded import REFUSED, commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock
from services.custody import acting, document_store, moving, queries, store
from services.custody.certification import Certificates
from services.custody.details import Details, check, stripped
from services.custody.disposal import disposal_policy
from services.custody.offers import check_role
from services.custody.queries import BatchView, CustodyState, Document
from services.custody.rules.guards import Facts, holds
from services.custody.rules.machine import CUSTODY as MACHINE
from services.custody.rules.machine import Cause
from services.custody.rules.record import Record
from services.custody.surroundings import Surroundings, actors_of, surroundings
from services.database.pool import Connection, Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.eventlog import outbox
from services.machines import Actor, Step

__all__ = ["Certificates", "Custodies", "Details"]

_BATCHES = UUID("5f0a6c0e-9a44-4a0b-8f6b-4a1f6c1c9b21")
MOST_AT_ONCE = 5_000
Refused = tuple[str, str]
"""A C-number, and why its device stayed."""


class Custodies:
    """The commands. `pool` must look in schema `custody` first."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory

    async def act(
        self, viewer: Viewer, cause: Cause, references: Sequence[str], details: Details, *, idempotency_key: str
    ) -> BatchView:
        """Take one step for each of these C-numbers; those that may not take it stay, and the answer says why.

        The same key again answers the same act. Raises NotAllowed, NotFound where there is none of them, BadInput
        naming the detail, and RuleBroken where no device at all may take it.
        """
        wanted = list(dict.fromkeys(reference.strip().upper() for reference in references))
        if not 0 < len(wanted) <= MOST_AT_ONCE:
            raise BadInput(f"name between one and {MOST_AT_ONCE:,} C-numbers", where="devices")

        async def hold(connection: Connection) -> tuple[list[Record], list[Refused]]:
            records = await store.lock_referenced(connection, viewer, wanted)
            if not records:
                raise NotFound("There is no such device in custody, or it is not one you may see.")
            unknown = set(wanted).difference(record.reference for record in records)
            return records, [(each, "There is none, or it is not one you may see.") for each in sorted(unknown)]

        return await self._act(viewer, cause, wanted, hold, details, idempotency_key)

    async def act_on_all(
        self, viewer: Viewer, cause: Cause, state: CustodyState, details: Details, *, idempotency_key: str
    ) -> BatchView:
        """The same for every device that stands in `state` now, up to MOST_AT_ONCE of them."""

        async def hold(connection: Connection) -> tuple[list[Record], list[Refused]]:
            records = await store.lock_in_state(connection, viewer, state, MOST_AT_ONCE)
            if not records:
                raise RuleBroken("No device stands there now; look at the list again.")
            return records, []

        return await self._act(viewer, cause, [f"all {state}"], hold, details, idempotency_key)

    async def done_before(self, viewer: Viewer, *, idempotency_key: str) -> BatchView | None:
        """What the viewer's act of this key came to; None if none was done."""
        async with self._pool.acquire() as connection:
            batch = await store.batch_of_key(connection, viewer.email, idempotency_key)
            return None if batch is None else await queries.batch(connection, viewer, batch)

    async def keep_document(self, viewer: Viewer, *, name: str, content: bytes) -> Document:
        """Keep a file that proves something. The same bytes again are the same document. Raises BadInput."""
        async with commanded(
            self._pool, self._clock, viewer, "keep document", name[:100], audited=REFUSED
        ) as connection:
            if not viewer.has(Role.PLANNER):
                raise NotAllowed("Proofs are for the planner to upload, not for you.")
            now = self._clock.now()
            document = await document_store.keep(connection, name, content, now, viewer.email)
            await audit.record(connection, now, viewer, "keep document", document.digest, granted=True)
            return document

    async def _act(
        self,
        viewer: Viewer,
        cause: Cause,
        subjects: Sequence[str],
        hold: Callable[[Connection], Awaitable[tuple[list[Record], list[Refused]]]],
        details: Details,
        key: str,
    ) -> BatchView:
        now, actors, policy = self._clock.now(), actors_of(viewer), disposal_policy()
        async with commanded(self._pool, self._clock, viewer, str(cause), subjects, audited=REFUSED) as connection:
            check_role(viewer, cause)
            batch_id = uuid5(_BATCHES, f"{viewer.email}\n{key}")
            used = await store.use_key(connection, viewer.email, key, batch_id, now)
            if used is not None:
                return _of_the_same_act(await _view(connection, viewer, used), cause)
            details = stripped(details)
            document = await document_store.named(connection, details.document_id)
            check(cause, details, document, policy)
            records, refused = await hold(connection)
            around = await surroundings(connection, records)
            taken, barred = _sorted_out(cause, actors, records, around, details, document)
            if not taken:
                raise _none_of_them(barred)
            batch = await store.next_batch(connection)
            act = acting.Act(cause, details, document, policy, now, viewer.email, batch)
            _, told = await moving.take(connection, acting.moves_of(act, taken))
            await outbox.append(connection, told)
            await store.keep_batch(connection, batch_id, batch, cause, now, viewer.email, [*barred, *refused])
            done = [record.reference for record, _ in taken]
            await audit.record_all(connection, now, viewer, str(cause), done, granted=True)
            stayed = [reference for reference, _ in [*barred, *refused]]
            await audit.record_all(connection, now, viewer, str(cause), stayed, granted=False)
            return await _view(connection, viewer, batch)


def _sorted_out(
    cause: Cause,
    actors: Sequence[Actor],
    records: Sequence[Record],
    around: Surroundings,
    details: Details,
    document: Document | None,
) -> tuple[list[tuple[Record, Step]], list[Refused]]:
    """The records with the step that each may take, and those that must stay."""
    taken: list[tuple[Record, Step]] = []
    barred: list[Refused] = []
    for record in records:
        facts = around.facts(
            record,
            certificate_at_hand=document is not None,
            route_approved=bool(details.charity),
            weee_note_at_hand=bool(details.weee_note),
        )
        try:
            taken.append((record, MACHINE.take(record.state, cause, actors, _answers(facts))))
        except (RuleBroken, NotAllowed) as error:
            barred.append((record.reference, str(error)))
    return taken, barred


def _of_the_same_act(batch: BatchView, cause: Cause) -> BatchView:
    if batch.cause is not cause:
        raise RuleBroken(f"That was pressed for another act, {batch.batch}. Please open the form again.")
    return batch


def _answers(facts: Facts) -> Callable[[str], bool]:
    return lambda guard: holds(guard, facts)


def _none_of_them(barred: Sequence[Refused]) -> RuleBroken:
    if len(barred) == 1:
        return RuleBroken(barred[0][1])
    return RuleBroken(f"None of these {len(barred):,} devices may take that step. {barred[0][0]}: {barred[0][1]}")


async def _view(connection: Connection, viewer: Viewer, batch: str) -> BatchView:
    view = await queries.batch(connection, viewer, batch)
    assert view is not None, "an act is seen by whoever did it"
    return view
