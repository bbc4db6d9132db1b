"""What became of one payload that was sent to an app."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Protocol

Json = dict[str, Any]
Kind = Literal["events_api", "slash_commands", "interactive"]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """`status` says whether the app acknowledged in time; `payload` is what it answered with.

    `reason` is Slack's word for a failure (timeout, http_error, connection_failed …); `retry` is false when
    the app asked not to be sent the payload again.
    """

    status: Literal["acknowledged", "timed_out", "failed"]
    payload: Json | None = None
    reason: str = ""
    retry: bool = True

    @property
    def acknowledged(self) -> bool:
        """Whether the app answered in time."""
        return self.status == "acknowledged"


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """Which try this is (0 the first) and why the one before failed."""

    number: int = 0
    reason: str = ""


FIRST = Attempt()


class Courier(Protocol):
    """Brings payloads to one app."""

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt = FIRST) -> Outcome:
        """Send a payload and wait for its acknowledgement, at most as long as Slack would."""
        ...

    async def stop(self) -> None:
        """Close what is open."""
        ...
