"""What the ledger is made of: entries of eight types, each belonging to a part of the budget."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.budget.rules.financial_year import month_within


class EntryType(StrEnum):
    """What an entry does to a line's sums.

    approved and adjusted add to what may be spent (adjusted: changes after the approval, either sign);
    moved_in adds what another line of the year gave, moved_out takes what this one gives;
    committed adds to what is promised, released takes from it; invoiced adds to what is spent (credit notes are
    negative); receipted only says what has arrived.
    """

    APPROVED = "approved"
    COMMITTED = "committed"
    RELEASED = "released"
    RECEIPTED = "receipted"
    INVOICED = "invoiced"
    ADJUSTED = "adjusted"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"


class Part(NamedTuple):
    """Where in the budget a sum belongs. An empty text says that the document does not tell."""

    financial_year: str
    line: str
    kind: str = ""
    unit: str = ""
    demand: str = ""

    @property
    def fund(self) -> tuple[str, str]:
        """The financial year and funding line, which carry the approved sum."""
        return self.financial_year, self.line

    def in_year(self, year: str) -> Part:
        """The same part of another year's budget."""
        return self._replace(financial_year=year)

    def __str__(self) -> str:
        return "|".join(self)


class Amount(NamedTuple):
    """Pence before VAT, pence of VAT, and how many devices."""

    net_pence: int = 0
    vat_pence: int = 0
    quantity: int = 0

    @property
    def gross_pence(self) -> int:
        """What is paid."""
        return self.net_pence + self.vat_pence

    def plus(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def minus(self, other: Amount) -> Amount:
        """What is left without the other."""
        return Amount(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    def negative(self) -> Amount:
        """The same with the other sign."""
        return Amount().minus(self)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger. (document, type, share) names it for ever, so that a repeat adds nothing.

    `share` is empty for a document's own sum, and names the part for what it releases. `reverses` is the number of the
    entry that this one mirrors and so undoes.
    """

    document_id: str
    entry_type: EntryType
    part: Part
    amount: Amount
    document_date: date
    share: str = ""
    order_id: str | None = None
    request_id: UUID | None = None
    reverses: int | None = None

    @property
    def month(self) -> date:
        """First day of the month that the entry counts in."""
        return month_within(self.document_date, self.part.financial_year)
