"""Each delivery once: stored by its own id before it is acknowledged, and repeats of it acknowledged and dropped.

Slack repeats what it thinks was not acknowledged, over either door and with or without retry headers; only the
delivery's own id tells. A delivery taken up again after a crash carries its key already and is let through. A repeat of
what nobody finished and nobody will take up again is let through as well: dropped, it would look done to the person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.received import Received, delivery_key

KEY = "delivery_key"
"""Where the key stands in bolt's context."""
RESUMED = "resumed"
"""Where it stands that nobody waits for the acknowledgement any more: the delivery is taken up after a crash."""

log = structlog.stdlib.get_logger()


class Once:
    """Bolt middleware; give its `handle` to `app.use`."""

    def __init__(self, received: Received) -> None:
        self._received = received

    async def handle(
        self,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - bolt passes arguments by these names
    ) -> BoltResponse | None:
        """Let the first delivery through; answer a repeat with a plain acknowledgement."""
        if req.context.get(KEY):
            return await next()
        known = delivery_key(req.body)
        if known is not None:
            kind, key = known
            if not await self._received.accept(kind, key, req.body):
                log.info("a repeated delivery was dropped", delivery=key, retry=req.headers.get("x-slack-retry-num"))
                return BoltResponse(status=200, body="")
            req.context[KEY] = key
        return await next()
