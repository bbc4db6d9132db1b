"""What people may ask: one frozen type a question, with the words that it takes."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import Kind, RequestReason
from services.register.queries import Dimension


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
    """What falls due in the next months."""

    unit: str | None = None
    months: int = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """The refresh queue."""


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Why a device is where it is."""

    serial: str


@dataclasses.dataclass(frozen=True, slots=True)
class Find:
    """A device by serial or asset tag."""

    term: str


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """A financial year's money; None means the present year."""

    financial_year: str | None = None


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
class Help:
    """What one can say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Somebody describes what happened to a device instead of giving a command."""

    reason: RequestReason
    said: str


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
    | DeadLetters
    | Help
    | Fault
    | Unknown
)
