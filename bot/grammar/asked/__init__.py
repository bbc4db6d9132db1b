"""What people may ask: one frozen type a question, with the words that it takes."""

from __future__ import annotations

import dataclasses
from datetime import date
from enum import StrEnum

from bot.grammar.custody import AskedOfCustody
from schemas.vocabulary import BauCause, Kind
from services.losses.queries import How
from services.register.queries import Dimension
from services.requests.queries import Reason


@dataclasses.dataclass(frozen=True, slots=True)
class Mine:
    """My devices and requests."""


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many devices, by what, of which kind, in which unit (in the person's own words)."""

    by: tuple[Dimension, ...] = (Dimension.KIND,)
    kind: Kind | None = None
    unit: str | None = None

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        words = ["counts", self.kind or "", "by", ", ".join(self.by)]
        return " ".join(word for word in [*words, f"in {self.unit}" if self.unit else ""] if word)


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """What falls due in the next months, of one kind or of all."""

    unit: str | None = None
    months: int = 12
    kind: Kind | None = None

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        where = f"in {self.unit}" if self.unit else ""
        return " ".join(word for word in ("due", self.kind or "", f"next {self.months} months", where) if word)


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """The refresh queue, of one kind or of all, after a place."""

    kind: Kind | None = None
    unit: str | None = None
    after: int = 0

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        words = ["queue", self.kind or "", f"after {self.after}" if self.after else ""]
        return " ".join(word for word in [*words, f"in {self.unit}" if self.unit else ""] if word)


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Why a device is where it is."""

    serial: str


@dataclasses.dataclass(frozen=True, slots=True)
class Find:
    """A device by serial or asset tag, or a person by address or name. `after` passes over its newest lines."""

    term: str
    after: int = 0


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
class Deliveries:
    """What waits to be set aside, sent, confirmed, handed back."""

    unit: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Replace:
    """Open the replacement form."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request, by its R-number."""

    reference: str


@dataclasses.dataclass(frozen=True, slots=True)
class Alerts:
    """Open alerts."""


@dataclasses.dataclass(frozen=True, slots=True)
class Conflicts:
    """Serials that two records claim."""


@dataclasses.dataclass(frozen=True, slots=True)
class Leavers:
    """Devices still with people who have left or moved."""

    unit: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class DeadLetters:
    """What could not be applied; of one source, service or topic if one is named."""

    source: str | None = None


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
    """Say that devices will be needed: by whom (in the person's own words), by when and why."""

    quantity: int
    kind: Kind
    cause: BauCause
    unit: str
    needed_by: date
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Demands:
    """What planners foresaw and nobody has ordered yet."""


@dataclasses.dataclass(frozen=True, slots=True)
class WithdrawDemand:
    """Take a planned demand back, by its D-number."""

    reference: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Lost:
    """Say that a device, by serial or asset tag, is lost or stolen: it is reported at once."""

    term: str
    how: How = "lost"


@dataclasses.dataclass(frozen=True, slots=True)
class Losses:
    """Devices lost or stolen, neither found nor written off."""


@dataclasses.dataclass(frozen=True, slots=True)
class Loss:
    """One loss, by its L-number."""

    reference: str


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


@dataclasses.dataclass(frozen=True, slots=True)
class Contracts:
    """The contract register, the gates and who may release what."""


@dataclasses.dataclass(frozen=True, slots=True)
class Acts:
    """What directors and finance did to a year's limits; None means the present year."""

    financial_year: str | None = None


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


@dataclasses.dataclass(frozen=True, slots=True)
class Help:
    """What one can say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Somebody describes what happened to a device instead of giving a command."""

    reason: Reason
    said: str
    kind: Kind | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Unknown:
    """Words without a meaning here. `nearest` is a line that may have been meant, `hint` says how it goes on."""

    said: str
    nearest: str | None
    hint: str


Asked = (
    Mine
    | Counts
    | Due
    | Queue
    | Why
    | Find
    | Budget
    | Replace
    | Request
    | Alerts
    | Conflicts
    | Leavers
    | Deliveries
    | DeadLetters
    | Wave
    | Waves
    | Propose
    | PlanDemand
    | Demands
    | WithdrawDemand
    | Lost
    | Losses
    | Loss
    | Opens
    | Contracts
    | Acts
    | AskedOfCustody
    | Covers
    | ArrangeCover
    | EndCover
    | Help
    | Fault
    | Unknown
)
