"""One request to be sent, complete with headers, and the addresses it may go to."""

from __future__ import annotations

import dataclasses

JAMF_PATH = "/sources/jamf/webhook"
SERVICENOW_PATH = "/sources/servicenow/push"
FINANCE_PATH = "/sources/finance/extract"


@dataclasses.dataclass(frozen=True, slots=True)
class Post:
    """A body for a path below intake's address. `secret_header` names the header that proves the sender."""

    source: str
    path: str
    body: bytes
    headers: dict[str, str]
    secret_header: str
    # A spoilt body is meant to be refused, and refusing it is the right answer.
    spoilt: bool = False
