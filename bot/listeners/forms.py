"""Forms sent in. The answer to Slack carries the outcome, so the command runs first, for two seconds at most.

Acknowledging first and updating the view after would race: Slack may apply the acknowledgement last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids
from bot.render import replacement
from services.errors import RuleBroken

COMMAND_SECONDS = 2.0
Result = TypeVar("Result")


async def show_errors(ack: AsyncAck, errors: dict[str, str]) -> None:
    """What must be put right, by block."""
    await ack(response_action="errors", errors=errors)


async def show_done(ack: AsyncAck, title: str, text: str) -> None:
    """The form gives way to what came of it, in Slack's markup."""
    await ack(response_action="update", view=replacement.notice(title, text, ids.VIEW_DONE))


async def in_time(work: Awaitable[Result]) -> Result:
    """What the work answers. Raises RuleBroken after two seconds: given up here it may yet have been written, and sent
    again, the same view's key finds it.
    """
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            return await work
    except TimeoutError:
        raise RuleBroken("It could not be saved in time. Nothing is lost: press the button once more.") from None
