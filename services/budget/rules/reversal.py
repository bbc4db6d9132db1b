"""Undoing a document: each of its entries is mirrored, and what other documents owe to it is put right.

A release may hang on another document than the one that caused it: an invoice before its purchase order posts none, the
order then posts both. So a reversal posts two things: the mirrored entries, each naming the one it reverses, and what
then still differs from the order's releases as they follow from its documents without the reversed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from services.budget.rules.entries import Entry, EntryType
from services.budget.rules.matching import Order, Sums, add, released
from services.budget.rules.posting import difference

IRREVERSIBLE = (
    "What was set aside for a request or a wave, and what reverses another document, cannot be reversed; finance can "
    "cancel the order, or send the document anew under another id."
)


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands in the ledger, with its number."""

    number: int
    entry: Entry


def undo(document_id: str, undone: Sequence[Numbered], before: Order, after: Order, today: date) -> list[Entry]:
    """The entries of a reversal named `document_id`, of a document with which the order was `before` and is `after`."""
    mirrored = [
        msgspec.structs.replace(
            each.entry,
            document_id=document_id,
            amount=each.entry.amount.negative(),
            document_date=today,
            reverses=each.number,
        )
        for each in undone
    ]
    due: Sums = dict(difference(released(before), released(after)))
    for each in mirrored:
        if each.entry_type is EntryType.RELEASED:
            add(due, each.part, each.amount.negative())
    first = mirrored[0]
    return [
        *mirrored,
        *(
            msgspec.structs.replace(
                first,
                entry_type=EntryType.RELEASED,
                part=part,
                amount=due[part],
                share=f"put right {part}",
                request_id=None,
                reverses=None,
            )
            for part in sorted(due)
            if any(due[part])
        ),
    ]
