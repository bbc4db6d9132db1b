"""What may be asked of Quartermaster itself, and words that are no question."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import Kind
from services.requests.queries import Reason


@dataclasses.dataclass(frozen=True, slots=True)
class Alerts:
    """Open alerts; only one's own if so asked."""

    mine: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class DeadLetters:
    """What could not be applied; of one source, service or topic if one is named."""

    source: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Audit:
    """Who saw and did what of a device or a person. `before` passes over the lines from that number of the log on."""

    term: str
    before: int | None = None

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        return f"audit {self.term}" + (f" before {self.before}" if self.before else "")


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
