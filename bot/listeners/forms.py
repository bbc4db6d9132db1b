"""Forms sent in. The answer to Slack carries the outcome, so the command runs first, for two seconds at most.

Acknowledging first and updating the view after would race: Slack may apply the acknowledgement last. What may rightly
take longer goes on after the acknowledgement, and its outcome comes in a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable
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


@dataclasses.dataclass(slots=True)
class Patience:
    """Whether Slack was told that the work takes longer: then its outcome must be said in a message."""

    lost: bool = False


@contextlib.asynccontextmanager
async def patience(ack: AsyncAck, title: str, text: str) -> AsyncIterator[Patience]:
    """Work that may take longer than Slack waits: after two seconds the form gives way to `text`, and it goes on."""
    told = Patience()

    async def tell() -> None:
        await asyncio.sleep(COMMAND_SECONDS)
        told.lost = True
        await show_done(ack, title, text)

    telling = asyncio.create_task(tell(), name="tell that it takes longer")
    try:
        yield told
    finally:
        if not told.lost:
            telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
