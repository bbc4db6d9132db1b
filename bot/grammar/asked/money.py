"""What may be asked of a year's money, and what opens a form that changes its limits."""

from __future__ import annotations

import dataclasses
from enum import StrEnum


class BudgetSide(StrEnum):
    """What a year's money can be looked at by."""

    KIND = "kind"
    UNIT = "unit"
    DEMAND = "demand"
    MONTH = "month"


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """A financial year's money, whole or by one side of it; None means the present year."""

    financial_year: str | None = None
    by: BudgetSide | None = None

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        words = ("budget", self.financial_year or "", f"by {self.by}" if self.by else "")
        return " ".join(word for word in words if word)


@dataclasses.dataclass(frozen=True, slots=True)
class Contracts:
    """The contract register, the gates and who may release what."""


@dataclasses.dataclass(frozen=True, slots=True)
class Acts:
    """What directors and finance did to a year's limits; None means the present year."""

    financial_year: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Override:
    """Open the form that lets a line or a kind go beyond its limit."""


@dataclasses.dataclass(frozen=True, slots=True)
class Virement:
    """Open the form that moves money between lines."""


@dataclasses.dataclass(frozen=True, slots=True)
class RollOver:
    """Open the form that carries a year's commitments into the next."""

    financial_year: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reverse:
    """Open the form that undoes a document of the ledger, named by its id or by the number of one of its entries."""

    term: str


Opens = Override | Virement | RollOver | Reverse
"""What opens a form of the budget's acts."""
