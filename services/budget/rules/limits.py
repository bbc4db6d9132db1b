"""Rule 2, money: committed and invoiced together never exceed the approved sum, for whatever we ourselves commit.

A director's overrides add to the sum, for one line and one year.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from schemas.vocabulary import Demand, RequestReason
from services.budget.rules.entries import Entry, EntryType
from services.budget.rules.financial_year import bounds

_REFRESH_REASONS = {RequestReason.SLOW, RequestReason.END_OF_LIFE}
_WORDS = {"refresh-and-bau": "refresh and business as usual", "tablet-replacement": "tablet replacement"}


class LineSums(msgspec.Struct, frozen=True, kw_only=True):
    """A line's sums in pence, VAT included. `committed` is what is promised and not yet invoiced; `override` is by how
    much a director lets the line go over what is approved."""

    approved_pence: int = 0
    committed_pence: int = 0
    invoiced_pence: int = 0
    receipted_pence: int = 0
    override_pence: int = 0

    @property
    def left_pence(self) -> int:
        """What may still be committed; below nought where finance went over."""
        return self.approved_pence - self.committed_pence - self.invoiced_pence

    @property
    def open_pence(self) -> int:
        """What may still be committed when a director's overrides count too."""
        return self.left_pence + self.override_pence

    def after(self, entries: Iterable[Entry]) -> LineSums:
        """The sums once these entries of the line are posted."""
        approved, committed, invoiced, receipted, override = msgspec.structs.astuple(self)
        for entry in entries:
            pence = entry.amount.gross_pence
            match entry.entry_type:
                case EntryType.APPROVED | EntryType.ADJUSTED | EntryType.MOVED_IN:
                    approved += pence
                case EntryType.MOVED_OUT:
                    approved -= pence
                case EntryType.COMMITTED:
                    committed += pence
                case EntryType.RELEASED:
                    committed -= pence
                case EntryType.INVOICED:
                    invoiced += pence
                case EntryType.RECEIPTED:
                    receipted += pence
        return LineSums(
            approved_pence=approved,
            committed_pence=committed,
            invoiced_pence=invoiced,
            receipted_pence=receipted,
            override_pence=override,
        )


def fits(before: LineSums, after: LineSums) -> bool:
    """True if our own posting keeps within the approved sum and its overrides, or takes nothing more out of them."""
    return after.open_pence >= min(0, before.open_pence)


def demand_of(reason: RequestReason) -> Demand:
    """Which of the two sums a request belongs to: age and slowness are refresh, mishaps and needs are BAU."""
    return Demand.REFRESH if reason in _REFRESH_REASONS else Demand.BAU


def words_of(line: str) -> str:
    """A line's name as people say it."""
    return _WORDS.get(line, line)


def no_money(year: str, line: str, *, approved: bool) -> str:
    """Why nothing was committed and what would help. Staff read it, so it names neither a price nor a sum."""
    words = words_of(line)
    if not approved:
        return f"No money has been approved for {words} in {year} yet. It can go ahead once the approval is recorded."
    _, last = bounds(year)
    return (
        f"The money approved for {words} in {year} is all spent or promised. It can go ahead when an order is "
        f"cancelled, when finance adds money to the line, or in the new year from 1 April {last.year}."
    )


def beyond_line(year: str, line: str) -> str:
    """Why a wave was not committed for want of money, and what would help. Names no sum."""
    return (
        f"The money left for {words_of(line)} in {year} does not cover it. Propose it again to plan with what "
        "is left, or a director can move money to the line or override its limit."
    )


def no_price(kind: str) -> str:
    """Why nothing was committed for a kind without a price."""
    return f"The price book has no price for a {kind}. It can go ahead once finance has entered one."
