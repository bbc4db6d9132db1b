"""How a call to another system fails, by what it means for whoever called.

CallFailed         passes by itself: worth trying again
  NotReached       it certainly did nothing: never sent, or turned away (429) unread
  Unclear          it may have done what was asked: no answer came, or one that says nothing
Refused            it said no, and will say no again until somebody changes something
"""

from __future__ import annotations

from services.errors import QuartermasterError


class CallFailed(QuartermasterError):
    """Passes by itself. `retry_after` is in seconds, where the other side asked for a pause."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotReached(CallFailed):
    """The other side has certainly not done what was asked."""


class Unclear(CallFailed):
    """The other side may have done what was asked, or not."""


class Refused(QuartermasterError):
    """The other side refused for good. `status` is HTTP's; `body` what it answered, cut short."""

    def __init__(self, message: str, *, status: int, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body
