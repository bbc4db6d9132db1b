"""What a service desk must be able to do. Every call may raise what services.outbound.errors names."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from services.desk.rules import Seen, Update, Words


class ServiceDesk(Protocol):
    """One desk. `settles` is how long after a creation that broke off the ticket may still be hidden from `find`."""

    name: str
    settles: timedelta

    async def find(self, correlation: str) -> Seen | None:
        """The oldest ticket that carries this correlation."""

    async def create(self, correlation: str, words: Words) -> Seen:
        """Open a ticket that carries the correlation, for the requester if the desk knows their address."""

    async def read(self, record: str) -> Seen:
        """A ticket as it stands."""

    async def noted(self, record: str, mark: str) -> bool:
        """Whether a note with this mark was written."""

    async def update(self, record: str, update: Update, *, noted: bool) -> Seen:
        """Write the note, unless it is `noted` already, and move the ticket."""
