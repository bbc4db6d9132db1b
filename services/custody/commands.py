"""What a person does with devices in custody, one or hundreds by one act. Each is one transaction of state, chain,
event and audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock
from services.custody.queries import BatchView, CustodyState, Document, Route
from services.custody.rules.machine import Cause
from services.database.pool import Pool


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What an act needs beside the devices. What it does not need may stay as it is here."""

    place: str = ""
    note: str = ""
    document_id: UUID | None = None
    certificate_issuer: str = ""
    certificate_number: str = ""
    condition: Literal["good", "fair", "poor"] | None = None
    route: Route | None = None
    """Another way than the price book's, with `note` saying why."""
    charity: str = ""
    weee_note: str = ""
    proceeds_pence: int | None = None
    """For all devices of the act together; shared out by their residual values."""


class Custodies:
    """The commands. `pool` must look in schema `custody` first."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory

    async def act(
        self, viewer: Viewer, cause: Cause, references: Sequence[str], details: Details, *, idempotency_key: str
    ) -> BatchView:
        """Take one step for each of these C-numbers; those that may not take it stay, and the answer says why.

        The same key again answers the same act. Raises NotAllowed, BadInput naming the detail, and RuleBroken where no
        device at all may take it.
        """
        raise NotImplementedError

    async def act_on_all(
        self, viewer: Viewer, cause: Cause, state: CustodyState, details: Details, *, idempotency_key: str
    ) -> BatchView:
        """The same for every device that stands in `state` now."""
        raise NotImplementedError

    async def keep_document(self, viewer: Viewer, *, name: str, content: bytes) -> Document:
        """Keep a file that proves something. The same bytes again are the same document. Raises BadInput."""
        raise NotImplementedError
