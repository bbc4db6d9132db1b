"""What may be asked of waves, and of demand that planners foresee."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import BauCause, Kind


@dataclasses.dataclass(frozen=True, slots=True)
class Wave:
    """A wave by its W-number; None means the present one."""

    reference: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Waves:
    """The waves there have been."""


@dataclasses.dataclass(frozen=True, slots=True)
class Propose:
    """Plan a wave anew: of some kinds or of all, within a sum or within what is left."""

    kinds: tuple[Kind, ...] = ()
    most_pence: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class PlanDemand:
    """Say that devices will be needed: by whom and by when (both in the person's own words), and why."""

    quantity: int
    kind: Kind
    cause: BauCause
    unit: str
    needed_by: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Demands:
    """What planners foresaw and nobody has ordered yet."""


@dataclasses.dataclass(frozen=True, slots=True)
class WithdrawDemand:
    """Take a planned demand back, by its D-number."""

    reference: str
    reason: str
