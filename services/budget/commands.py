"""What a person does to the books: override a limit, move money, roll a year's orders over, reverse a document.

Each is one transaction of its act, entries, events, audit and idempotency key. Requests that wait go ahead at once
where an act makes room for them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid5

import msgspec

from schemas.topics import BUDGET
from schemas.vocabulary import FundingLine, Kind, Role
from services.access import audit
from services.access.commanded import commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.budget import act_store, reversing, rolling, virements
from services.budget.act_store import ActRow
from services.budget.acting import Acting, open_for
from services.budget.announcements import announce_balance
from services.budget.rules.financial_year import bounds
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.errors import BadInput, NotAllowed, RuleBroken
from services.eventlog import outbox

LONGEST_REASON = 500
_ACTS = UUID("7f2f3c0e-54f5-4c0c-8a35-6a2b8c1a90d4")
_DIRECTOR = frozenset({Role.DIRECTOR})
_BOOKKEEPERS = frozenset({Role.DIRECTOR, Role.FINANCE})


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What was done. `decided_now` is False when the same key came before: then nothing happened again."""

    act_id: UUID
    decided_now: bool
    documents: tuple[str, ...] = ()
    """The ledger documents that it wrote."""


class Budgets:
    """The commands. `pool` must look in schema `budget` first."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory

    async def override_line(
        self,
        viewer: Viewer,
        *,
        financial_year: str,
        line: FundingLine,
        pence: int,
        reason: str,
        idempotency_key: str,
    ) -> Act:
        """Let a line go over what is approved by so many pence more, in one year. Raises NotAllowed, BadInput."""
        _positive(pence, "pence")
        subject = f"{financial_year} {line}"
        async with self._act(
            viewer, "override_line", _DIRECTOR, financial_year, subject, reason, idempotency_key
        ) as act:
            if act.first:
                await act.keep(line=line, pence=pence)
                await (await open_for(act, lines=[line], funds={(financial_year, line.value)})).close()
                balance = await act_store.touch_line(act.connection, financial_year, line)
                act.told.append((BUDGET, announce_balance(balance, act.now)))
        return Act(act_id=act.act_id, decided_now=act.first)

    async def override_cap(
        self, viewer: Viewer, *, financial_year: str, kind: Kind, devices: int, reason: str, idempotency_key: str
    ) -> Act:
        """Let so many more of a kind be ordered in one year. Raises NotAllowed, BadInput, RuleBroken without a cap."""
        _positive(devices, "devices")
        subject = f"{financial_year} {kind}"
        async with self._act(
            viewer, "override_cap", _DIRECTOR, financial_year, subject, reason, idempotency_key
        ) as act:
            if act.first:
                if not await act_store.has_cap(act.connection, financial_year, kind):
                    raise RuleBroken(f"No cap is set for a {kind} in {financial_year}, so there is none to override.")
                await act.keep(kind=kind, devices=devices)
                await (await open_for(act, lines=list(FundingLine))).close()
        return Act(act_id=act.act_id, decided_now=act.first)

    async def move(
        self,
        viewer: Viewer,
        *,
        financial_year: str,
        from_line: FundingLine,
        to_line: FundingLine,
        pence: int,
        reason: str,
        idempotency_key: str,
    ) -> Act:
        """Move approved money from one line of a year to another.

        Raises NotAllowed, BadInput, and RuleBroken if the giving line would keep less than it has spent and promised.
        """
        _positive(pence, "pence")
        if from_line is to_line:
            raise BadInput("money moves between two lines", where="to_line")
        subject = f"{financial_year} {from_line} to {to_line}"
        async with self._act(viewer, "move", _DIRECTOR, financial_year, subject, reason, idempotency_key) as act:
            document_id = virements.document_of(act.act_id)
            if act.first:
                await act.keep(line=from_line, to_line=to_line, pence=pence, document_id=document_id)
                await virements.move(act, document_id, from_line, to_line, pence)
        return Act(act_id=act.act_id, decided_now=act.first, documents=(document_id,))

    async def roll_over(
        self,
        viewer: Viewer,
        *,
        financial_year: str,
        reason: str,
        idempotency_key: str,
        order_ids: Sequence[str] | None = None,
    ) -> Act:
        """Move what is promised and not received of an ended year's orders, all or these, to the next year.

        Raises NotAllowed, BadInput, and RuleBroken while the year runs, if nothing is to be moved, or if the next
        year's money does not cover it.
        """
        async with self._act(
            viewer, "roll_over", _BOOKKEEPERS, financial_year, financial_year, reason, idempotency_key
        ) as act:
            if act.first:
                await rolling.roll_over(act, order_ids)
            documents = await act_store.documents_of_act(act.connection, act.act_id)
        return Act(act_id=act.act_id, decided_now=act.first, documents=documents)

    async def reverse(self, viewer: Viewer, *, document_id: str, reason: str, idempotency_key: str) -> Act:
        """Undo a document of finance's, a move or a roll-over by mirrored entries.

        Raises NotAllowed, NotFound, BadInput, and RuleBroken if it was reversed before, cannot be, or would leave a
        limit broken.
        """
        async with self._act(viewer, "reverse", _BOOKKEEPERS, None, document_id, reason, idempotency_key) as act:
            if act.first:
                await reversing.reverse(act, document_id)
        return Act(act_id=act.act_id, decided_now=act.first, documents=(reversing.document_of(document_id),))

    @asynccontextmanager
    async def _act(
        self,
        viewer: Viewer,
        command: str,
        roles: frozenset[Role],
        financial_year: str | None,
        subject: str,
        reason: str,
        key: str,
    ) -> AsyncIterator[Acting]:
        """One transaction, in which the body acts if the key is new. A refusal is audited after all was undone."""
        async with commanded(self._pool, self._clock, viewer, command, subject) as connection:
            act = await self._begin(connection, viewer, command, roles, financial_year, reason, key)
            yield act
            await outbox.append(connection, act.told)
            if act.first:
                await audit.record(connection, act.now, viewer, command, subject, granted=True)

    async def _begin(
        self,
        connection: Connection,
        viewer: Viewer,
        command: str,
        roles: frozenset[Role],
        financial_year: str | None,
        reason: str,
        key: str,
    ) -> Acting:
        if not viewer.has(*roles):
            raise NotAllowed(f"Only {' or '.join(sorted(roles))} may do that to the budget; ask one of them.")
        if financial_year is not None:
            bounds(financial_year)
        words = reason.strip()
        if not words or len(words) > LONGEST_REASON:
            raise BadInput(f"say why in up to {LONGEST_REASON} characters", where="reason")
        now = self._clock.now()
        act_id = uuid5(_ACTS, f"{viewer.email}\n{command}\n{key}")
        first = await act_store.use_key(connection, viewer.email, command, key, act_id, now)
        row = ActRow(
            act_id=act_id, act=command, financial_year=financial_year or "", reason=words, email=viewer.email, at=now
        )
        return Acting(connection=connection, row=row, first=first, now=now, today=london_date(now))


def _positive(number: int, what: str) -> None:
    if number <= 0:
        raise BadInput("give a number above nought", where=what)
