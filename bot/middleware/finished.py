"""Marks a delivery finished once its listener has ended, well or badly: then nobody takes it up again."""

from __future__ import annotations

import structlog
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.middleware.once import KEY
from bot.middleware.underway import Underway
from bot.received import Received
from services.database.pool import TEMPORARY_ERRORS

ACKNOWLEDGED = "acknowledged"
"""Where bolt's context keeps what a failing listener had answered Slack."""

log = structlog.stdlib.get_logger()


class Finished(AsyncListenerCompletionHandler):
    """Bolt calls it after every listener."""

    def __init__(self, received: Received, underway: Underway) -> None:
        self._received = received
        self._underway = underway

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Note it. If the database is away the delivery stays unfinished and is taken up again."""
        # Bolt forgets an acknowledgement it has not carried out yet when the listener fails right after it.
        if request.context.ack.response is None:
            request.context.ack.response = request.context.get(ACKNOWLEDGED)
        key = request.context.get(KEY)
        try:
            if key:
                await self._received.finish(key)
        except TEMPORARY_ERRORS as error:
            log.warning("a delivery could not be marked finished", delivery=key, error=repr(error))
        finally:
            self._underway.ended(key)
