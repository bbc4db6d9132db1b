"""One act of a person on the books, while its transaction is open."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.vocabulary import FundingLine
from services.budget import act_store, reservation_store, store
from services.budget.act_store import ActRow
from services.budget.book import Book
from services.budget.committing import close_book, funds_of, hold_placing, open_book, serve
from services.budget.reservation_store import Wanted
from services.budget.rules.financial_year import financial_year_at
from services.budget.store import Fund
from services.database.pool import Connection
from services.errors import RuleBroken
from services.eventlog.outbox import Outgoing


@dataclasses.dataclass(slots=True, kw_only=True)
class Acting:
    """The act's transaction, whether it is done for the first time, and the events that follow so far."""

    connection: Connection
    row: ActRow
    first: bool
    now: datetime
    today: date
    told: list[Outgoing] = dataclasses.field(default_factory=list)

    @property
    def act_id(self) -> UUID:
        """The act's id."""
        return self.row.act_id

    @property
    def year(self) -> str:
        """The financial year that it acts on."""
        return self.row.financial_year

    async def keep(self, **more: Any) -> None:
        """Write the act down. Raises RuleBroken for a document that was reversed before."""
        self.row = msgspec.structs.replace(self.row, **more)
        if not await act_store.keep_act(self.connection, self.row):
            raise RuleBroken(f"{self.row.document_id} was reversed before; a document is reversed once.")


@dataclasses.dataclass(slots=True, kw_only=True)
class OpenBook:
    """The book that an act writes in, and the requests that may go ahead once it has."""

    act: Acting
    book: Book
    hopeful: list[Wanted]

    async def close(self) -> None:
        """Serve who waits, and write it all down."""
        act = self.act
        outcomes = await serve(act.connection, self.book, self.hopeful, [], act.now)
        act.told += await close_book(act.connection, self.book, outcomes, act.now)


async def open_for(
    act: Acting,
    *,
    lines: Collection[FundingLine] = (),
    order_ids: Collection[str] = (),
    funds: Collection[Fund] = (),
) -> OpenBook:
    """Hold the orders, their lines and `funds`, and the gates; see who waits on `lines`, if the year is the present."""
    return await open_held(act, await hold_orders(act, act.year, lines=lines, order_ids=order_ids), order_ids, funds)


async def hold_orders(
    act: Acting, financial_year: str, *, lines: Collection[FundingLine], order_ids: Collection[str]
) -> list[Wanted]:
    """Hold the orders and those of requests that wait on `lines`, all at once; these requests.

    An act holds orders once: more of them later would be out of the order in which everybody holds them.
    """
    waited_on = sorted(line.value for line in lines) if financial_year == financial_year_at(act.now) else []
    if waited_on:
        await hold_placing(act.connection, alone=True)
    hopeful = await reservation_store.waiting(act.connection, waited_on)
    await store.lock_orders(act.connection, {*order_ids, *(wanted.order_id for wanted in hopeful)})
    return hopeful


async def open_held(
    act: Acting, hopeful: Sequence[Wanted], order_ids: Collection[str], funds: Collection[Fund]
) -> OpenBook:
    """The book of orders that are held, by `hold_orders`."""
    wanted_funds = {fund for wanted in hopeful for fund in funds_of(wanted, financial_year_at(act.now))}
    held = {*order_ids, *(wanted.order_id for wanted in hopeful)}
    book = await open_book(act.connection, act.now, held, {*funds, *wanted_funds})
    # Read again: another committer may have served some while we waited for the locks.
    lines, ids = sorted({wanted.line.value for wanted in hopeful}), [wanted.request_id for wanted in hopeful]
    return OpenBook(act=act, book=book, hopeful=await reservation_store.waiting(act.connection, lines, ids))
