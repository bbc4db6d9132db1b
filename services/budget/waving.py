"""The answer to a released wave: all of its orders, or none, by the same rules that planning was shown."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.events.wave import WaveOrder, WaveRelease
from schemas.vocabulary import Kind
from services.budget.book import Book
from services.budget.reservation_store import Priced
from services.budget.rules.entries import Entry, EntryType
from services.budget.rules.financial_year import bounds
from services.budget.rules.limits import no_price
from services.budget.rules.wave_orders import ordered_already, price_changed, year_ended
from services.budget.wave_store import Answered, WaveOutcome


def commit_wave(
    book: Book, release: WaveRelease, prices: Mapping[Kind, Priced], before: Answered | None
) -> WaveOutcome | None:
    """Commit the wave in `book`, or say why not. None: a later release of it was answered already.

    A wave that an earlier release committed is committed: its orders stand, and nothing is posted again.
    """
    if before is not None and release.attempt <= before.attempt:
        return None
    if before is not None and before.committed:
        return WaveOutcome(release=release, committed=True, again=True)
    reasons = _misfits(book, release, prices)
    if not reasons:
        draft = book.plan(release.orders, release.financial_year, release.released_by, prices)
        reasons = [
            gate.explanation
            for order in release.orders
            for gate in draft.gates_of(order.order_id, book, released=True)
            if not gate.passed
        ]
        if not reasons:
            book.adopt(draft)
    return WaveOutcome(release=release, committed=not reasons, explanation=" ".join(dict.fromkeys(reasons)))


def set_aside(book: Book, release: WaveRelease) -> list[Entry]:
    """The entries by which `book` committed the orders of this wave."""
    documents = {f"order/{order.order_id}" for order in release.orders}
    return [each for each in book.entries if each.document_id in documents and each.entry_type is EntryType.COMMITTED]


def _misfits(book: Book, release: WaveRelease, prices: Mapping[Kind, Priced]) -> list[str]:
    _, last = bounds(release.financial_year)
    found = [year_ended(release.financial_year)] if last < book.standing.today else []
    for order in release.orders:
        found += _misfit(order, prices.get(order.kind))
        if book.standing.order(order.order_id).ours:
            found.append(ordered_already(release.wave))
    if len({order.order_id for order in release.orders}) < len(release.orders):
        found.append(ordered_already(release.wave))
    return found


def _misfit(order: WaveOrder, price: Priced | None) -> list[str]:
    if price is None:
        return [no_price(order.kind)]
    net, vat, _ = price.amount(1)
    if price.kind is not order.kind or (net, vat) != (order.net_pence, order.vat_pence):
        return [price_changed(order.kind)]
    return []
