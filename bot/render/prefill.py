"""What a button or a message already tells of a request: it fills the form in, and the person corrects it."""

from __future__ import annotations

import dataclasses
import re
from uuid import UUID

from schemas.vocabulary import Kind
from services.requests.queries import Reason

MOST_WORDS = 1000
_A_DEVICE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclasses.dataclass(frozen=True, slots=True)
class Prefill:
    """None, or empty, where nothing is known."""

    reason: Reason | None = None
    kind: Kind | None = None
    words: str = ""
    device_id: UUID | None = None

    def value(self) -> str:
        """As a button carries it."""
        device = f"@{self.device_id}" if self.device_id else ""
        return f"{self.reason or ''}|{self.kind or ''}{device}|{self.words[:MOST_WORDS]}"


def prefilled(value: str) -> Prefill:
    """What a button carries, also one from before it carried more than a reason, or a device. Never raises."""
    reason, _, rest = value.partition("|")
    thing, _, words = rest.partition("|")
    kind, _, device = thing.partition("@")
    return Prefill(
        Reason(reason) if reason in set(Reason) else None,
        Kind(kind) if kind in set(Kind) else None,
        words[:MOST_WORDS],
        UUID(device) if _A_DEVICE.fullmatch(device) else None,
    )
