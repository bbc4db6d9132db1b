"""What may be asked of devices: how many, which fall due, where one is and why."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import Kind
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


@dataclasses.dataclass(frozen=True, slots=True)
class Conflicts:
    """Serials that two records claim."""


@dataclasses.dataclass(frozen=True, slots=True)
class Leavers:
    """Devices still with people who have left or moved."""

    unit: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Idle:
    """What has not checked in for so many days, past the first `after`."""

    unit: str | None = None
    days: int = 30
    after: int = 0

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        words = ["idle", f"{self.days} days", f"after {self.after}" if self.after else ""]
        return " ".join(word for word in [*words, f"in {self.unit}" if self.unit else ""] if word)


@dataclasses.dataclass(frozen=True, slots=True)
class Surplus:
    """Who holds more than they may, past the first `after`."""

    unit: str | None = None
    after: int = 0

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        words = ["surplus", f"after {self.after}" if self.after else "", f"in {self.unit}" if self.unit else ""]
        return " ".join(word for word in words if word)
