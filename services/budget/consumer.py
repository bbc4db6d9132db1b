"""The budget's consumer. Delivery: at least once, effect once (inbox, and a document's own id); any order.

It holds its orders, then its lines, until the batch is committed: two committers of the same line wait for one
another, so that the last of the money is promised once. What cannot be posted raises, and goes to the dead letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.events.finance import FinanceDocument, FinanceDocumentRecorded
from schemas.events.request import RequestApproved, RequestEvent
from schemas.topics import BUDGET
from schemas.vocabulary import FundingLine
from services.budget import store
from services.budget.announcements import announce_balance, announce_outcome
from services.budget.book import Book
from services.budget.rules.financial_year import financial_year_at
from services.budget.rules.limits import demand_of
from services.budget.rules.matching import Order
from services.budget.rules.posting import check, part_of
from services.budget.store import Fund, Outcome, Wanted
from services.clock import Clock, london_date
from services.database.pool import Connection
from services.errors import BadInput
from services.eventlog.outbox import Outgoing


class BudgetConsumer:
    """Posts finance's documents and sets money aside for approved requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def apply(
        self, connection: Connection, events: Sequence[FinanceDocumentRecorded | RequestEvent]
    ) -> list[Outgoing]:
        """Write what `events` mean for the ledger, and answer the events that follow. Raises BadInput."""
        now = self._clock.now()
        year = financial_year_at(now)
        given = [event.data for event in events if isinstance(event, FinanceDocumentRecorded)]
        for document in given:
            check(document)
        asked = await _new_requests(connection, events)
        # Any posting on a line of this year may let requests go ahead that wait for money there.
        lines = sorted({document.line.value for document in given if document.financial_year == year})
        hopeful = await store.waiting(connection, lines)
        order_ids = {document.order_id for document in given if document.order_id}
        order_ids |= {wanted.order_id for wanted in (*asked, *hopeful)}
        await store.lock_orders(connection, order_ids)
        documents = await _new_documents(connection, given, now)
        orders = await store.order_sums(connection, order_ids, [document.document_id for document in documents])
        funds = _funds(orders) | {part_of(document).fund for document in documents}
        funds |= {(year, wanted.line.value) for wanted in (*asked, *hopeful)}
        book = Book(orders, await store.lock_lines(connection, funds))
        for document in documents:
            book.record(document)
        # Read again: another committer may have served some while we waited for the locks.
        hopeful = await store.waiting(connection, lines, [wanted.request_id for wanted in hopeful])
        outcomes = await self._commit(connection, book, hopeful, asked, year, now)
        await store.keep_reservations(connection, outcomes, now)
        balances = await store.post(connection, book.entries, now)
        return [
            *((BUDGET, announce_outcome(outcome, now)) for outcome in outcomes),
            *((BUDGET, announce_balance(balance, now)) for balance in balances),
        ]

    async def _commit(
        self,
        connection: Connection,
        book: Book,
        hopeful: Sequence[Wanted],
        asked: Sequence[Wanted],
        year: str,
        now: datetime,
    ) -> list[Outcome]:
        if not hopeful and not asked:
            return []
        prices, today = await store.prices(connection), london_date(now)
        again = [book.commit(wanted, year, prices, today) for wanted in hopeful]
        first = [book.commit(wanted, year, prices, today) for wanted in asked]
        return [*(outcome for outcome in again if outcome.committed), *first]


def _funds(orders: dict[str, Order]) -> set[Fund]:
    return {part.fund for order in orders.values() for part in (*order.reserved, *order.ordered)}


async def _new_documents(
    connection: Connection, given: Sequence[FinanceDocument], now: datetime
) -> list[FinanceDocument]:
    """Those never seen before, each once. Raises BadInput for one that came before with other content."""
    fresh = await store.keep_documents(connection, given, now)
    first: dict[str, FinanceDocument] = {}
    for document in given:
        if document.document_id in fresh:
            first.setdefault(document.document_id, document)
    known = first | await store.known_documents(
        connection, [document.document_id for document in given if document.document_id not in fresh]
    )
    for document in given:
        if document != known[document.document_id]:
            raise BadInput(
                "came before with other content; finance must issue a new document instead",
                where=f"document {document.document_id}",
            )
    return list(first.values())


async def _new_requests(
    connection: Connection, events: Sequence[FinanceDocumentRecorded | RequestEvent]
) -> list[Wanted]:
    approved = {event.data.request_id: event for event in events if isinstance(event, RequestApproved)}
    known = await store.known_requests(connection, list(approved))
    return [
        Wanted(
            request_id=request_id,
            request_reference=event.data.reference,
            order_id=f"QM-{event.data.reference}",
            device_id=event.data.device_id,
            line=FundingLine.REFRESH_AND_BAU,
            kind=event.data.kind,
            unit=event.data.unit,
            demand=demand_of(event.data.reason).value,
            quantity=1,
            asked_at=event.time,
        )
        for request_id, event in approved.items()
        if request_id not in known
    ]
