"""What a management said when it refused, short and without anything secret, for people to read."""

from __future__ import annotations

from services.outbound.errors import Refused

LONGEST_WORDS = 200


def retold(error: Refused, words: str | None, *, secrets: tuple[str, ...] = ()) -> Refused:
    """The refusal in `words`, or by its number where there are none. Its body is dropped: it may echo what we sent."""
    said = " ".join((words or "").split())
    for secret in secrets:
        said = said.replace(secret, "…")
    if len(said) > LONGEST_WORDS:
        said = said[: LONGEST_WORDS - 1] + "…"
    return Refused(said or f"it answered {error.status}", status=error.status)
