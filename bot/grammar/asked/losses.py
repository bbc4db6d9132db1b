"""What may be said and asked of devices lost or stolen."""

from __future__ import annotations

import dataclasses

from services.losses.queries import How


@dataclasses.dataclass(frozen=True, slots=True)
class Lost:
    """Say that a device, by serial or asset tag, is lost or stolen: it is reported at once."""

    term: str
    how: How = "lost"


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Say that a device, by serial or asset tag, has turned up: it is shown with the button that ends its loss."""

    term: str


@dataclasses.dataclass(frozen=True, slots=True)
class Losses:
    """Devices lost or stolen, neither found nor written off."""


@dataclasses.dataclass(frozen=True, slots=True)
class Loss:
    """One loss, by its L-number."""

    reference: str
