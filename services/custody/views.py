"""Custody as others see it. `queries` offers these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.custody.rules.disposal import Route
from services.custody.rules.machine import Cause, CustodyState


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
    last_holder: str | None = None
    """Who held it last, while that is kept."""
    charity_name: str | None = None
    review_edition: str | None = None
    """Of the disposal policy that the review followed."""
    ended_at: datetime | None = None
    moved_at: datetime | None = None
    """Since when it stands where it stands."""
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


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that we gave out. `subject` is a C- or B-number, `digest` the SHA-256 of the file in hex."""

    number: str
    subject: str
    digest: str
    chain_head: str
    """The last digest of the record's chain when it was issued; of an act, the digest over those of its devices."""
    issued_at: datetime
