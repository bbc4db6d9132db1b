"""What the workspace answers when it refuses: Slack's own error codes, in one place to raise and one to
render."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """A refusal with Slack's error code; `extra` is merged into the answer beside `ok` and `error`."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON answer to send."""
        return {"ok": False, "error": self.code, **self.extra}


class RateLimitedError(SlackError):
    """Too many messages for one conversation; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def missing_scope(needed: str, provided: Sequence[str]) -> SlackError:
    """The refusal for a token without a scope, naming both as Slack does."""
    return SlackError("missing_scope", needed=needed, provided=",".join(provided))


def refused_arguments(code: str, problems: Sequence[str]) -> SlackError:
    """A refusal that says where: one line a problem under `response_metadata.messages`."""
    return SlackError(
        code,
        errors=list(problems),
        response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]},
    )


class RefusedError(Exception):
    """What a person did in the page cannot be done; the text is shown to that person."""
