"""What goes wrong between vendors and a gateway, as settings: each is off unless asked for.

None of it loses an event: a spoilt delivery comes before the good one, as a flaky sender's would.
"""

from __future__ import annotations

import pydantic


class Mischief(pydantic.BaseModel, frozen=True, extra="forbid"):
    """Shares are of pushed deliveries, between 0 and 1."""

    repeat_share: float = pydantic.Field(default=0.0, ge=0, le=1)
    shuffle: bool = False
    truncate_share: float = pydantic.Field(default=0.0, ge=0, le=1)
    wrong_secret_share: float = pydantic.Field(default=0.0, ge=0, le=1)
    # ServiceNow's hand-made template does not escape a quote; such a push is lost, and only polling helps.
    unescaped_quotes_share: float = pydantic.Field(default=0.0, ge=0, le=1)
    # Jamf does not always write UTF-8: the share of bodies with an accent that come in Latin-1.
    latin1_share: float = pydantic.Field(default=0.5, ge=0, le=1)
    # Graph answers each so manieth request with 429; 0 for never.
    throttle_every: int = pydantic.Field(default=0, ge=0)
    retry_after_seconds: int = pydantic.Field(default=1, ge=0)
    # The share of wipes asked for over an API that fail, in place of the scenario's.
    wipe_failed_share: float | None = pydantic.Field(default=None, ge=0, le=1)
    # Serials of devices on which every wipe asked for over an API fails.
    wipe_fails_on: frozenset[str] = frozenset()
