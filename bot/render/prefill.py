"""What a button or a message already tells of a request: it fills the form in, and the person corrects it."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import Kind
from services.requests.queries import Reason

MOST_WORDS = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Prefill:
    """None, or empty, where nothing is known."""

    reason: Reason | None = None
    kind: Kind | None = None
    words: str = ""

    def value(self) -> str:
        """As a button carries it."""
        return f"{self.reason or ''}|{self.kind or ''}|{self.words[:MOST_WORDS]}"


def prefilled(value: str) -> Prefill:
    """What a button carries, also one from before it carried more than a reason. Never raises."""
    reason, _, rest = value.partition("|")
    kind, _, words = rest.partition("|")
    return Prefill(
        Reason(reason) if reason in set(Reason) else None, Kind(kind) if kind in set(Kind) else None, words[:MOST_WORDS]
    )
