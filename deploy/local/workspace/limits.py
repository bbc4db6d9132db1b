"""Every duration and rate Slack imposes, as settings: real values by default, short ones where a test must
not wait."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Durations in seconds. `message_rate` is messages a second and conversation, after a burst of
    `message_burst`."""

    acknowledge: float = 3.0
    trigger: float = 3.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    response_url: float = 1800.0
    response_url_uses: int = 5
    socket_ticket: float = 30.0
    socket_heartbeat: float = 20.0
    message_rate: float = 2.0
    message_burst: int = 120
    view_bytes: int = 250_000
    upload_bytes: int = 50_000_000
