"""The act of undoing a document by mirrored entries."""

from __future__ import annotations

from schemas.events.finance import DocumentType
from schemas.vocabulary import FundingLine
from services.budget import act_store, store
from services.budget.acting import Acting, hold_orders, open_held
from services.budget.book import Book
from services.budget.committing import hold_placing
from services.budget.rules.limits import fits
from services.budget.rules.matching import Order
from services.budget.rules.reversal import IRREVERSIBLE, undo
from services.errors import NotFound, RuleBroken

ROLLOVER = "rollover"


def document_of(document_id: str) -> str:
    """The name under which a document's reversal stands in the ledger."""
    return f"reversal/{document_id}"


async def reverse(act: Acting, document_id: str) -> None:
    """Mirror what the document posted. Raises NotFound and RuleBroken."""
    await hold_placing(act.connection, alone=True)
    undone = await act_store.entries_of(act.connection, document_id)
    if not undone:
        raise NotFound(f"The ledger holds no document {document_id}; look for its id in the export of the ledger.")
    of_type = await act_store.document_type(act.connection, document_id)
    if of_type is None:
        raise RuleBroken(IRREVERSIBLE)
    order_id, part = undone[0].entry.order_id, undone[0].entry.part
    order_ids = [] if order_id is None else [order_id]
    hopeful = await hold_orders(act, part.financial_year, lines=list(FundingLine), order_ids=order_ids)
    before = Order()
    if order_id is not None:
        await _check_rollovers(act, of_type, document_id, order_id)
        before = (await store.order_sums(act.connection, [order_id], []))[order_id]
    # From here on the order's sums are without the document.
    await act.keep(financial_year=part.financial_year, line=FundingLine(part.line), document_id=document_id)
    opened = await open_held(act, hopeful, order_ids, {each.entry.part.fund for each in undone})
    draft = opened.book.draft()
    after = draft.orders[order_id] if order_id is not None else Order()
    draft.take(undo(document_of(document_id), undone, before, after, act.today))
    _check_limits(opened.book, draft, order_id)
    opened.book.adopt(draft)
    await opened.close()


async def _check_rollovers(act: Acting, of_type: str, document_id: str, order_id: str) -> None:
    """What moved to another year rests on the promise that it moved from."""
    if of_type in (DocumentType.PURCHASE_ORDER, ROLLOVER):
        later = await act_store.rollovers_in_force(act.connection, order_id, document_id)
        if later:
            raise RuleBroken(f"Money of this order rolled over after that; reverse {later[-1]} first.")


def _check_limits(before: Book, after: Book, order_id: str | None) -> None:
    over = [fund for fund, sums in after.lines.items() if not fits(before.lines[fund], sums)]
    over_caps = after.standing.beyond_caps(before.standing)
    if over or over_caps:
        raise RuleBroken(
            "Undoing it would leave less money or fewer devices than are promised and spent. Cancel orders first, or a "
            "director can override the limit."
        )
    if order_id is not None and after.standing.order(order_id).ours:
        for gate in after.gates_of(order_id, before, released=False):
            if not gate.passed:
                raise RuleBroken(gate.explanation)
