"""Forms sent in. The answer to Slack carries the outcome, so the command runs first, for two seconds at most.

Acknowledging first and updating the view after would race: Slack may apply the acknowledgement last. What may rightly
take longer is kept, so that no crash loses what the person is told is being done; then it goes on after the
acknowledgement, and its outcome comes in a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any, TypeVar

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot import ids
from bot.middleware.once import KEY, RESUMED
from bot.received import Received
from bot.render import replacement
from services.database.pool import TEMPORARY_ERRORS
from services.errors import RuleBroken

COMMAND_SECONDS = 2.0
KEEP_SECONDS = 0.7
"""For keeping a form that takes longer: it is acknowledged within the three seconds that Slack waits."""
Result = TypeVar("Result")

log = structlog.stdlib.get_logger()


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
async def patience(
    received: Received, ack: AsyncAck, body: Mapping[str, Any], context: AsyncBoltContext, title: str, text: str
) -> AsyncIterator[Patience]:
    """Work that may take longer than Slack waits: after two seconds the form is kept and gives way to `text`, and it
    goes on. Taken up again after a crash, its outcome is said in a message from the first.
    """
    told = Patience()

    async def tell() -> None:
        await asyncio.sleep(COMMAND_SECONDS)
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await received.keep(context[KEY], body)
        except TEMPORARY_ERRORS as error:
            # Not acknowledged, the form stays on the screen; sent again, its key finds what became of it.
            log.warning("a form that takes long could not be kept", delivery=context[KEY], error=repr(error))
            return
        told.lost = True
        await show_done(ack, title, text)

    if context.get(RESUMED):
        told.lost = True
        await ack()
        yield told
        return
    telling = asyncio.create_task(tell(), name="tell that it takes longer")
    try:
        yield told
    finally:
        if not told.lost:
            telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
