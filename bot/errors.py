"""What a person is told when something fails: our own errors already are sentences; all else gets a reference.

The reference stands in the log beside the whole story, so that whoever is asked can find it.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable

from slack_sdk.errors import SlackApiError

from services.database.pool import TEMPORARY_ERRORS
from services.errors import QuartermasterError

_TRIGGER_GONE = frozenset({"expired_trigger_id", "exchanged_trigger_id"})
"""What Slack says of a press that comes too late to open a form, or is taken up after it opened one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` for the person; `reference` is None for what we foresaw."""

    sentence: str
    reference: str | None = None


def new_reference() -> str:
    """Short enough to read out on the telephone."""
    return secrets.token_hex(4)


def explain(error: BaseException, reference: Callable[[], str] = new_reference) -> Explanation:
    """The sentence for an error."""
    if isinstance(error, QuartermasterError):
        return Explanation(str(error))
    if isinstance(error, SlackApiError) and error.response.get("error") in _TRIGGER_GONE:
        return Explanation("That took too long and Slack let go of the form. Please try once more.")
    made = reference()
    if isinstance(error, TEMPORARY_ERRORS):
        told = "I cannot reach our records just now. Please try again in a minute"
    else:
        told = "Something went wrong on our side, and it has been noted. Please try again, or ask the service desk"
    return Explanation(f"{told}; quote reference {made}.", made)
