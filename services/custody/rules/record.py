"""A custody record as it stands, whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.custody.rules.disposal import Condition, Route
from services.custody.rules.machine import CUSTODY, CustodyState

Proof = Literal["mdm", "certificate", "inspection", "destruction"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One stay of one device in custody; the fields stand in the order of the statements."""

    custody_id: UUID
    reference: str
    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    manufacturer: str | None
    model: str | None
    unit: str | None
    purchased_on: date | None
    last_holder: str | None
    came_at: datetime
    opened_revision: int
    """The register's revision of the word that began it; 0 where that was of another id."""
    state: CustodyState
    revision: int
    place: str
    moved_at: datetime
    head: str
    acted_at: datetime | None = None
    """When a person last had it in hand; a review does not count."""
    ended_at: datetime | None = None
    proof: Proof | None = None
    proof_at: datetime | None = None
    document_id: UUID | None = None
    certificate_issuer: str | None = None
    certificate_number: str | None = None
    condition: Condition | None = None
    route: Route | None = None
    review: str | None = None
    review_edition: str | None = None
    residual_pence: int | None = None
    charity: str | None = None
    weee_note: str | None = None
    proceeds_pence: int | None = None
    batch: str | None = None
    command_id: UUID | None = None
    attempts: int = 0
    """How many wipes were asked for."""
    unmanaged: bool = False
    """Whether device management said that it does not know it."""

    @property
    def is_open(self) -> bool:
        """Whether its way is not at its end."""
        return str(self.state) not in CUSTODY.ends
