"""Says what is in the outgoing table: each message once, changed in place, also after a crash between Slack and us.

Delivery: at least once towards Slack, made once by looking. The row says `sending` before Slack is called; a row found
so may have been posted, so its key is first looked for in the conversation, where every message carries it as metadata.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import Channels
from bot.ids import METADATA_TYPE
from bot.outgoing import Claimed, OutgoingStore
from services.database.pool import TEMPORARY_ERRORS, Pool
from services.errors import QuartermasterError
from services.lifecycle import OwnedTasks

LEASE = timedelta(seconds=30)
LOOK_BACK = timedelta(minutes=5)
LOOK_THROUGH = 1000
IDLE_SECONDS = 0.5
CALL_SECONDS = 10.0
WORKERS = 3
LONGEST_PAUSE = timedelta(minutes=1)

_NEVER = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "no_text", "invalid_metadata_format"})
_PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

log = structlog.stdlib.get_logger()


class Sender:
    """Carries outgoing messages to Slack for as long as it runs. `client` must not retry by itself."""

    def __init__(self, pool: Pool, client: AsyncWebClient, channels: Channels, *, lease: timedelta = LEASE) -> None:
        self._store = OutgoingStore(pool, lease)
        self._client = client
        self._channels = channels
        self._tasks = OwnedTasks("bot sender")
        self._wake = asyncio.Event()

    async def start(self) -> None:
        """Begin sending in the background."""
        for number in range(WORKERS):
            self._tasks.start(self._run(), f"send {number}")

    async def stop(self) -> None:
        """Stop. What was under way is found again by the next sender."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while every worker lives."""
        return not self._tasks.failed.is_set()

    def wake(self) -> None:
        """Something was written: look now instead of at the next look-round."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            try:
                if await self.send_next():
                    continue
            except TEMPORARY_ERRORS as error:
                log.warning("sender starts over", error=repr(error))
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()
                self._wake.clear()
            except TimeoutError:
                pass

    async def send_next(self) -> bool:
        """Send one message that is due; false if there is none."""
        held = await self._store.claim()
        if held is None:
            return False
        pause = min(timedelta(seconds=2 ** min(held.attempts, 6)), LONGEST_PAUSE)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                channel, ts = await self._deliver(held)
        except SlackApiError as error:
            await self._slack_said_no(held, error, pause)
        except QuartermasterError as error:
            log.error("a message has no way to go", key=held.key, error=str(error))
            await self._store.try_again(held, str(error), LONGEST_PAUSE)
        except aiohttp.ClientConnectorError as error:
            await self._store.try_again(held, repr(error), pause)
        except (aiohttp.ClientError, TimeoutError) as error:
            await self._store.unsure(held, repr(error), pause)
        else:
            await self._store.sent(held, channel, ts)
        return True

    async def _deliver(self, held: Claimed) -> tuple[str, str]:
        channel = held.channel or await self._channels.resolve(held.destination)
        ts = held.ts
        if ts is None and held.was_sending:
            ts = await self._posted_before(held, channel)
        metadata = {"event_type": METADATA_TYPE, "event_payload": {"key": held.key}}
        if ts is None:
            answer = await self._client.chat_postMessage(
                channel=channel, text=held.body_text, blocks=held.blocks, metadata=metadata, unfurl_links=False
            )
            return str(answer["channel"]), str(answer["ts"])
        await self._client.chat_update(
            channel=channel, ts=ts, text=held.body_text, blocks=held.blocks, metadata=metadata
        )
        return channel, ts

    async def _posted_before(self, held: Claimed, channel: str) -> str | None:
        oldest = f"{(held.written_at - LOOK_BACK).timestamp():.6f}"
        cursor: str | None = None
        looked = 0
        while cursor != "" and looked < LOOK_THROUGH:
            answer = await self._client.conversations_history(
                channel=channel, oldest=oldest, limit=200, cursor=cursor, include_all_metadata=True
            )
            for shown in answer["messages"]:
                metadata = shown.get("metadata") or {}
                if (
                    metadata.get("event_type") == METADATA_TYPE
                    and metadata.get("event_payload", {}).get("key") == held.key
                ):
                    return str(shown["ts"])
            looked += len(answer["messages"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        return None

    async def _slack_said_no(self, held: Claimed, error: SlackApiError, pause: timedelta) -> None:
        response = error.response
        code = str(response.get("error", ""))
        if response.status_code == 429:
            seconds = int(response.headers.get("Retry-After", "1"))
            return await self._store.try_again(held, "ratelimited", timedelta(seconds=seconds))
        if code == "message_not_found" and held.channel and held.ts:
            log.warning("a message was removed in Slack", key=held.key)
            return await self._store.sent(held, held.channel, held.ts)
        log.error("Slack refused a message", key=held.key, code=code, details=response.get("response_metadata"))
        if code in _NEVER:
            return await self._store.refused(held, code)
        if (code in _PERHAPS_DONE or response.status_code >= 500) and held.ts is None:
            return await self._store.unsure(held, code, pause)
        return await self._store.try_again(held, code, pause)
