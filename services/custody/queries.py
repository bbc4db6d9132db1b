"""What others may read of custody. Every read takes the viewer: planners, finance, directors and auditors see every
record, managers those of their units without where it went. What resale brought needs a commercial role.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from services.custody.rules.machine import Cause, CustodyState
from services.database.pool import Connection

__all__ = ["Cause", "CustodyState"]

Route = Literal["resale", "redistribution", "recycling"]


class ChainLine(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a device's chain of custody. `digest` is the SHA-256 of this link and of the one before, in hex."""

    number: int
    at: datetime
    what: str
    who: str
    """An address, or one of our services."""
    place: str
    digest: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody uploaded as proof, kept whole. `digest` is the SHA-256 of its bytes, in hex."""

    document_id: UUID
    name: str
    digest: str
    size: int
    """In bytes."""


class CustodyView(msgspec.Struct, frozen=True, kw_only=True):
    """A device in custody as a viewer sees it."""

    custody_id: UUID
    reference: str
    revision: int
    device_id: UUID
    state: CustodyState
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    manufacturer: str | None
    model: str | None
    unit: str | None
    purchased_on: date | None
    came_at: datetime
    place: str
    chain: tuple[ChainLine, ...] = ()
    proof: Literal["mdm", "certificate", "inspection", "destruction"] | None = None
    proof_at: datetime | None = None
    certificate: Document | None = None
    certificate_issuer: str | None = None
    certificate_number: str | None = None
    condition: Literal["good", "fair", "poor"] | None = None
    route: Route | None = None
    """What the review decided."""
    review: str | None = None
    """Why it decided so, in a sentence without sums: age, model, condition, the price book's edition."""
    residual_pence: int | None = None
    """Commercial: None without the role."""
    charity: str | None = None
    weee_note: str | None = None
    proceeds_pence: int | None = None
    """Commercial: None without the role."""
    batch: str | None = None
    may: tuple[Cause, ...] = ()
    """What this viewer may do next, in the machine's order."""


class CustodyCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices stand in a state, and since when the longest waits."""

    state: CustodyState
    kind: Kind | None
    devices: int
    oldest_at: datetime


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One act on many devices. `refused` says of each that stayed why, by its C-number."""

    batch: str
    cause: Cause
    at: datetime
    who: str
    moved: tuple[CustodyView, ...]
    refused: tuple[tuple[str, str], ...] = ()


class QuarterView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of devices in one quarter of a financial year (Q1 begins 1 April, Europe/London)."""

    financial_year: str
    quarter: int
    resold: int
    redistributed: int
    recycled: int
    destroyed: int
    by_charity: tuple[tuple[str, int], ...] = ()
    proceeds_pence: int | None = None
    """Commercial: None without the role."""


class CharityRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A charity that devices may be given to, as the disposal policy names it."""

    key: str
    name: str
    what_for: str


async def custody(connection: Connection, viewer: Viewer, term: str) -> CustodyView | None:
    """By C-number, serial, asset tag or device id: the newest record that the viewer may see."""
    raise NotImplementedError


async def in_state(
    connection: Connection, viewer: Viewer, state: CustodyState, kind: Kind | None = None, limit: int = 500
) -> list[CustodyView]:
    """Records in one state, those that wait longest first, without their chains."""
    raise NotImplementedError


async def counts(connection: Connection, viewer: Viewer) -> list[CustodyCount]:
    """Of devices whose way is not at its end."""
    raise NotImplementedError


async def batch(connection: Connection, viewer: Viewer, reference: str) -> BatchView | None:
    """A B-number's act, with chains; None if there is none that the viewer may see."""
    raise NotImplementedError


async def quarters(connection: Connection, viewer: Viewer, financial_year: str) -> list[QuarterView]:
    """The four quarters of a financial year."""
    raise NotImplementedError


def charity_routes() -> Sequence[CharityRoute]:
    """The approved charities."""
    raise NotImplementedError
