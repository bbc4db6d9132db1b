"""A wave's release and what became of it.

Topics `wave`, what the refresh plan asks of the budget, and `order`, what the budget answers; both keyed by wave id.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from schemas.envelope import Event, Moment
from schemas.vocabulary import Demand, FundingLine, Kind


class OrderShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many of an order's devices are for one unit's demand. `unit` is null for entries without a unit."""

    unit: str | None
    demand: Demand
    quantity: int


class WaveOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a wave: so many devices of one kind on one funding line, at one price a device."""

    order_id: str
    line: FundingLine
    kind: Kind
    """The kind that is bought, which for a tablet is a laptop."""
    net_pence: int
    """The price of one device without VAT, as the director saw it."""
    vat_pence: int
    """The VAT on one device."""
    shares: tuple[OrderShare, ...]
    """Whom the devices are for; together all devices of the order."""
    procurement_route: str | None = None
    """How it is bought compliantly, where the order itself says so; else its contract's route holds."""
    approval_reference: str | None = None
    """The approval of a sum of £500,000 or more, where the order itself carries one; else its contract's holds."""

    @property
    def quantity(self) -> int:
        """How many devices in all."""
        return sum(share.quantity for share in self.shares)


class WaveRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A director released a wave: the budget is to commit all of its orders, or none."""

    wave_id: UUID
    wave: str
    """The W-number that people use."""
    attempt: int
    """Counts the releases of this wave: one that was refused may be released again."""
    financial_year: str
    quarter: date
    """First day of the quarter it is ordered in."""
    orders: tuple[WaveOrder, ...]
    """What is to be ordered; devices that come from stock cost nothing and are not here."""
    released_by: str
    """The e-mail address of the director."""
    released_at: Moment
    """When it was released."""


class RaisedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that may be placed: its money is committed and its gates are passed."""

    order_id: str
    wave_id: UUID
    wave: str
    """The W-number that people use."""
    financial_year: str
    line: FundingLine
    kind: Kind
    """The kind that is bought."""
    quantity: int
    net_pence: int
    vat_pence: int
    supplier: str | None = None
    contract_id: str | None = None
    """The contract that it calls off, if any."""
    procurement_route: str | None = None
    """How it is bought compliantly; always there at or over £213,477 including VAT."""
    approval_reference: str | None = None
    """Who approved it; always there at or over £500,000."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What the budget answered to a wave's release."""

    wave_id: UUID
    wave: str
    """The W-number that people use."""
    attempt: int
    """Which release of the wave it answers."""
    order_ids: tuple[str, ...]
    """The orders that were committed; none where it was refused."""
    explanation: str
    """Why nothing was committed and what would help; empty where it was committed."""


class WaveReleased(Event, frozen=True, kw_only=True, tag="quartermaster.refresh.wave_released"):
    """A director released a wave."""

    data: WaveRelease


class OrderRaised(Event, frozen=True, kw_only=True, tag="quartermaster.budget.order_raised"):
    """An order of a wave may be placed."""

    data: RaisedOrder


class WaveCommitted(Event, frozen=True, kw_only=True, tag="quartermaster.budget.wave_committed"):
    """All orders of a wave were committed."""

    data: Decided


class WaveRefused(Event, frozen=True, kw_only=True, tag="quartermaster.budget.wave_refused"):
    """A wave could not be committed, and nothing of it was."""

    data: Decided


OrderEvent = OrderRaised | WaveCommitted | WaveRefused
