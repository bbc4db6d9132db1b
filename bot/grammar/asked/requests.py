"""What may be asked of replacements and of who decides on them."""

from __future__ import annotations

import dataclasses


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
    """Let somebody decide for me while I am away: who and when, both in the person's own words."""

    deputy: str
    when: str


@dataclasses.dataclass(frozen=True, slots=True)
class EndCover:
    """Decide again myself."""
