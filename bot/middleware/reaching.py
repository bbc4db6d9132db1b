"""An answer that its own way does not take any more goes into the person's conversation with us.

Slack gives each command and press a way to answer, for half an hour and five times. What is taken up after a crash may
be older than that, and bolt tells nobody that such an answer was refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.webhook import WebhookResponse

from bot.middleware.once import KEY
from bot.render.message import Message, section

Says = Callable[[str, str, Message], Awaitable[None]]
"""Says something once by its key, in the own conversation of somebody with this Slack id."""

log = structlog.stdlib.get_logger()


class Reaching(AsyncRespond):
    """Bolt's `respond`, with another way where its own is closed."""

    def __init__(self, context: AsyncBoltContext, says: Says) -> None:
        super().__init__(response_url=context.response_url)
        self._delivery, self._user = context.get(KEY), context.user_id
        self._says = says
        self._answers = 0

    async def __call__(
        self, text: str | dict[str, Any] = "", blocks: Sequence[Any] | None = None, *args: Any, **more: Any
    ) -> WebhookResponse:
        """Answer. What was answered is told again by another way rather than not at all."""
        self._answers += 1
        answered, why = None, "there is no way to answer"
        if self.response_url is not None:
            try:
                answered = await super().__call__(text, blocks, *args, **more)
                why = f"{answered.status_code} {answered.body}"
            except (aiohttp.ClientError, OSError) as error:
                why = repr(error)
        if answered is not None and answered.status_code == 200:
            return answered
        log.info("an answer goes into the person's own conversation", why=why)
        assert isinstance(text, str), "we answer with text and blocks"
        assert self._user is not None, "who is answered has asked"
        told = Message(text, list(blocks or [section(text).to_dict()]))
        await self._says(f"{self._delivery}/said/{self._answers}", self._user, told)
        return WebhookResponse(url=self.response_url or "", status_code=200, body="ok", headers={})


def reaching(says: Says) -> Callable[..., Awaitable[BoltResponse]]:
    """Bolt middleware; give it to `app.use` after what knows the delivery."""

    async def reach(
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - bolt passes arguments by these names
    ) -> BoltResponse:
        req.context["respond"] = Reaching(req.context, says)
        return await next()

    return reach
