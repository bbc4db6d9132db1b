"""Virement: approved money moves from one line of a year to another, and never what is spent or promised."""

from __future__ import annotations

from datetime import date

from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.limits import LineSums


def may_give(line: LineSums, pence: int) -> bool:
    """True if the line keeps what is committed and invoiced on it; overrides are no money, so they do not count."""
    return line.left_pence >= pence


def move_entries(document_id: str, year: str, from_line: str, to_line: str, pence: int, today: date) -> list[Entry]:
    """Out of one line and into the other, by way of an account between them that is nought for each document."""
    return [
        Entry(
            document_id=document_id,
            entry_type=entry_type,
            part=Part(year, line),
            amount=Amount(pence),
            document_date=today,
        )
        for entry_type, line in ((EntryType.MOVED_OUT, from_line), (EntryType.MOVED_IN, to_line))
    ]
