"""The budget's consumer. Delivery: at least once, effect once (inbox, and a document's own id); any order.

It holds its orders, then its lines, then the gates until the batch is committed (`committing.py`): two committers of
the same line wait for one another, so that the last of the money is promised once. What cannot be posted raises, and
goes to the dead letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from schemas.events.finance import FinanceDocument, FinanceDocumentRecorded
from schemas.events.request import RequestApproved, RequestEvent, RequestProgressed
from schemas.events.wave import WaveRelease, WaveReleased
from schemas.topics import ORDER
from schemas.vocabulary import FundingLine
from services.budget import gate_store, reservation_store, store, wave_store
from services.budget.announcements import announce_wave
from services.budget.book import Book
from services.budget.committing import close_book, funds_of, hold_placing, open_book, serve
from services.budget.reservation_store import Reserved, Wanted
from services.budget.rules.financial_year import bounds, financial_year_at
from services.budget.rules.limits import demand_of
from services.budget.rules.posting import check, part_of
from services.budget.wave_store import Answered
from services.budget.waving import commit_wave, set_aside
from services.clock import Clock
from services.database.pool import Connection
from services.errors import BadInput
from services.eventlog.outbox import Outgoing

Heard = FinanceDocumentRecorded | RequestEvent | WaveReleased


class BudgetConsumer:
    """Posts finance's documents, sets money aside for approved requests, and answers released waves."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        """Write what `events` mean for the ledger, and answer the events that follow. Raises BadInput."""
        now = self._clock.now()
        year = financial_year_at(now)
        given = [event.data for event in events if isinstance(event, FinanceDocumentRecorded)]
        releases = [event.data for event in events if isinstance(event, WaveReleased)]
        for document in given:
            check(document)
        for release in releases:
            bounds(release.financial_year)
        unneeded = _unneeded(events)
        paid_from = {line for fund_year, line in _funds(given, releases) if fund_year == year}
        # Any posting on a line of this year may let requests go ahead that wait there.
        alone = bool(paid_from or releases or unneeded)
        if alone or any(isinstance(event, RequestApproved) for event in events):
            await hold_placing(connection, alone=alone)
        given_back = await _given_back(connection, unneeded, now)
        asked = await _new_requests(connection, events)
        # What was promised in an ended year may have rolled over into this one.
        lines = sorted(paid_from | {line for _, line in _released(given_back)})
        hopeful = await reservation_store.waiting(connection, lines)
        orders_of_finance = {document.order_id for document in given if document.order_id}
        order_ids = orders_of_finance | {wanted.order_id for wanted in (*asked, *hopeful)}
        order_ids |= {order.order_id for release in releases for order in release.orders}
        order_ids |= {each.order_id for each in given_back}
        await store.lock_orders(connection, order_ids)
        documents = await _new_documents(connection, given, now)
        funds = _funds(documents, releases) | _released(given_back)
        funds |= {fund for wanted in (*asked, *hopeful) for fund in funds_of(wanted, year)}
        book = await open_book(connection, now, order_ids, funds, [document.document_id for document in documents])
        for document in documents:
            book.record(document)
        for each in given_back:
            if each.state == "committed":
                book.give_back(each.order_id, f"request/{each.request_reference}/unneeded")
        await reservation_store.release(connection, [each.request_id for each in given_back], now)
        answers = await _answer(connection, book, releases, now)
        # Read again: another committer may have served some while we waited for the locks.
        hopeful = await reservation_store.waiting(connection, lines, [wanted.request_id for wanted in hopeful])
        outcomes = await serve(connection, book, hopeful, asked, now)
        told = await close_book(connection, book, outcomes, now)
        await gate_store.place_finances(connection, orders_of_finance)
        return [*told, *answers]


async def _answer(connection: Connection, book: Book, releases: Sequence[WaveRelease], now: datetime) -> list[Outgoing]:
    """Commit each wave or none of it; the events that say so. A release answered before gets no second answer."""
    if not releases:
        return []
    prices = await reservation_store.prices(connection)
    answered = await wave_store.answered(connection, {release.wave_id for release in releases})
    told: list[Outgoing] = []
    for release in releases:
        outcome = commit_wave(book, release, prices, answered.get(release.wave_id))
        if outcome is None:
            continue
        posted = set_aside(book, release) if outcome.committed and not outcome.again else []
        await wave_store.keep_wave(connection, outcome, posted, now)
        known = answered.get(release.wave_id)
        answered[release.wave_id] = Answered(
            attempt=release.attempt, committed=outcome.committed or (known is not None and known.committed)
        )
        told += [(ORDER, event) for event in announce_wave(outcome, book.standing, now)]
    return told


def _funds(documents: Sequence[FinanceDocument], releases: Sequence[WaveRelease]) -> set[store.Fund]:
    return {part_of(document).fund for document in documents} | {
        (release.financial_year, order.line.value) for release in releases for order in release.orders
    }


def _released(given_back: Sequence[Reserved]) -> set[store.Fund]:
    return {each.fund for each in given_back if each.state == "committed"}


def _unneeded(events: Sequence[Heard]) -> dict[UUID, str]:
    """Requests that need no money after all, with their references: withdrawn, or served from stock."""
    return {
        event.data.request_id: event.data.reference
        for event in events
        if isinstance(event, RequestProgressed) and (event.data.status == "withdrawn" or event.data.from_stock)
    }


async def _given_back(connection: Connection, unneeded: dict[UUID, str], now: datetime) -> list[Reserved]:
    """What these hold or wait for. That they need nothing is kept, for their approval may be heard later."""
    if not unneeded:
        return []
    await reservation_store.keep_unneeded(connection, unneeded, now)
    return await reservation_store.reserved(connection, list(unneeded))


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


async def _new_requests(connection: Connection, events: Sequence[Heard]) -> list[Wanted]:
    """Requests approved and never heard of before, but for those that a device from stock serves.

    Which line pays is decided when the book is open.
    """
    approved = {
        event.data.request_id: event
        for event in events
        if isinstance(event, RequestApproved) and event.data.successor_device_id is None
    }
    known = await reservation_store.known_requests(connection, list(approved))
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
