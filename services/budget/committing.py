"""One transaction's work on the books: hold what it touches, open the book, serve who waits, write it all down.

Everybody who posts comes this way, and takes what it holds in one order: the lock of placing (shared, if requests are
decided; alone, if others who wait may go ahead), orders by name, lines by name, then the gates. So nobody waits for one
another in a circle, and the last of the money, of a volume, a ceiling or a delegated total is promised once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from schemas.topics import BUDGET
from schemas.vocabulary import Kind
from services.budget import gate_store, reservation_store, store
from services.budget.announcements import announce_balance, announce_outcome
from services.budget.book import Book
from services.budget.configuration_store import lock_gates
from services.budget.reservation_store import Outcome, Wanted
from services.budget.rules.entries import Amount, Part
from services.budget.rules.financial_year import financial_year_at
from services.budget.rules.matching import Order
from services.budget.store import Fund
from services.budget.wave_store import answered
from services.clock import london_date
from services.database.pool import Connection
from services.database.statements import load_statements
from services.eventlog.outbox import Outgoing
from services.refresh.wave_queries import InWave, placed

SQL = load_statements(__file__, "committing.sql")


async def open_book(
    connection: Connection,
    now: datetime,
    order_ids: Collection[str],
    funds: Collection[Fund] = (),
    without: Collection[str] = (),
) -> Book:
    """Hold the lines of these orders, which must be held already, and `funds`; then the gates; what stands on them."""
    orders = await store.order_sums(connection, order_ids, without)
    lines = await store.lock_lines(connection, _funds(orders) | set(funds))
    await lock_gates(connection)
    years = {year for year, _ in lines}
    return Book(orders, lines, await gate_store.standing(connection, order_ids, years, london_date(now)))


async def hold_placing(connection: Connection, *, alone: bool = False) -> None:
    """Let no wave be released while requests are decided, and wait for one that is. Before anything else is held.

    `alone`: nor any request be decided. So whoever makes room on a line, or answers a wave, sees all who wait for that,
    also one who is only just being told to wait.
    """
    await connection.execute(SQL["hold_placing_alone" if alone else "hold_placing"])


async def serve(
    connection: Connection, book: Book, hopeful: Sequence[Wanted], asked: Sequence[Wanted], now: datetime
) -> list[Outcome]:
    """Set money aside for requests: those that wait first, if they can be now, then those asked for the first time."""
    if not hopeful and not asked:
        return []
    year = financial_year_at(now)
    prices = await reservation_store.prices(connection)
    asked = [msgspec.structs.replace(each, line=book.line_of(each.kind, year)) for each in asked]
    devices = [each.device_id for each in (*hopeful, *asked) if each.device_id is not None]
    waves = await placed(connection, devices)
    known = await answered(connection, {wave.wave_id for wave in waves.values()})

    refused: dict[tuple[str, str, int], Outcome] = {}

    def decide(wanted: Wanted) -> Outcome:
        found = waves.get(wanted.device_id) if wanted.device_id else None
        answer = known.get(found.wave_id) if found else None
        if found is not None and (answer is None or not answer.refused(found.attempt)):
            return _in_wave(wanted, year, found, committed=found.ordered or (answer is not None and answer.committed))
        # Committing only takes: what found no room leaves none for its like, unless documents of its own came before.
        alike = wanted.line.value, wanted.kind.value, wanted.quantity
        if not book.is_blank(wanted.order_id):
            return book.commit(wanted, year, prices)
        if alike in refused:
            return _as_before(refused[alike], wanted)
        outcome = book.commit(wanted, year, prices)
        if not outcome.committed:
            refused[alike] = outcome
        return outcome

    again = [decide(wanted) for wanted in hopeful]
    return [*(each for each in again if each.committed), *(decide(wanted) for wanted in asked)]


async def close_book(connection: Connection, book: Book, outcomes: Sequence[Outcome], now: datetime) -> list[Outgoing]:
    """Write what the book holds and what became of requests; the events that follow."""
    await reservation_store.keep_reservations(connection, outcomes, now)
    await gate_store.place_ours(connection, list(book.placed.values()))
    balances = await store.post(connection, book.entries, now)
    return [
        *((BUDGET, announce_outcome(outcome, now)) for outcome in outcomes),
        *((BUDGET, announce_balance(balance, now)) for balance in balances),
    ]


def funds_of(wanted: Wanted, year: str) -> set[Fund]:
    """The lines that may pay for a request."""
    return {(year, wanted.line.value), *((year, line) for line in _OWN_LINES.get(wanted.kind, ()))}


def _as_before(outcome: Outcome, wanted: Wanted) -> Outcome:
    part = outcome.part._replace(unit=wanted.unit, demand=wanted.demand)
    return msgspec.structs.replace(outcome, wanted=wanted, part=part)


def _in_wave(wanted: Wanted, year: str, found: InWave, *, committed: bool) -> Outcome:
    part = Part(year, wanted.line.value, wanted.kind.value, wanted.unit, wanted.demand)
    words = "" if committed else f"The device is replaced by wave {found.wave}, which waits for its money."
    return Outcome(
        wanted=wanted,
        part=part,
        amount=Amount(),
        committed=committed,
        explanation=words,
        covered_by=(found.order_id or found.wave) if committed else None,
    )


def _funds(orders: dict[str, Order]) -> set[Fund]:
    return {part.fund for order in orders.values() for part in (*order.reserved, *order.ordered)}


_OWN_LINES: dict[Kind, tuple[str, ...]] = {Kind.TABLET: ("tablet-replacement",)}
