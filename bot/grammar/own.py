"""What people mean when they speak in sentences: their own requests, what they lost, what they would like to have."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import Kind
from services.requests.queries import Reason


@dataclasses.dataclass(frozen=True, slots=True)
class OwnRequests:
    """How my requests stand, who decides on them, and what I am to decide: with the buttons for it."""


@dataclasses.dataclass(frozen=True, slots=True)
class OwnLosses:
    """What I lost and may have found."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """Somebody would like a device, and nothing is said to be wrong with the one they have."""

    said: str
    kind: Kind | None = None
    reason: Reason | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Thanks:
    """Nothing is asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Elsewhere:
    """Passwords, accounts, a person to talk to: not ours to help with."""


AskedOfOwn = OwnRequests | OwnLosses | Wish | Thanks | Elsewhere
