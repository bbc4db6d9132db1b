"""What may be asked of replacements and of who decides on them."""

from __future__ import annotations

import dataclasses
from datetime import date


@dataclasses.dataclass(frozen=True, slots=True)
class Replace:
    """Open the replacement form."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request, by its R-number."""

    reference: str


@dataclasses.dataclass(frozen=True, slots=True)
class Deliveries:
    """What waits to be set aside, sent, confirmed, handed back."""

    unit: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Covers:
    """Who covers for me, and for whom I cover."""


@dataclasses.dataclass(frozen=True, slots=True)
class ArrangeCover:
    """Let somebody (in the person's own words) decide for me from one day until another."""

    deputy: str
    from_on: date
    until_on: date


@dataclasses.dataclass(frozen=True, slots=True)
class EndCover:
    """Decide again myself."""
