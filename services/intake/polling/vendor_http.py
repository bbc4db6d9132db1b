"""Asking a vendor, politely and without end: its Retry-After is kept to, its outages are waited out.

Credentials go to the configured host only: redirects are not followed.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import structlog
from yarl import URL

from services.intake.polling.calls import Answer, Call
from services.outbound.credentials import TIMEOUT, BasicAuthorisation, BearerAuthorisation, Credentials
from services.outbound.pauses import backoff, retry_after

__all__ = ("BasicAuthorisation", "BearerAuthorisation", "Credentials", "Vendor", "VendorUnavailable", "pause_after")

MOST_TRIES = 8
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 120.0
NO_ANSWER = 0
"""In place of a status, where nobody answered."""

log = structlog.stdlib.get_logger()

Sleep = Callable[[float], Awaitable[None]]


class VendorUnavailable(Exception):
    """The vendor gave no page, however often it was asked; the next poll tries again."""


def pause_after(tries: int, chance: Callable[[], float]) -> float:
    """Seconds to wait after asking so many times in vain."""
    return backoff(tries, chance, first=FIRST_PAUSE_SECONDS, longest=LONGEST_PAUSE_SECONDS)


class Vendor:
    """Asks one vendor."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credentials: Credentials,
        sleep: Sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._session = session
        self._credentials = credentials
        self._sleep = sleep
        self._chance = chance

    async def ask(self, call: Call) -> Answer:
        """The answer to `call`. Raises VendorUnavailable when asking again does not help, or has not for long."""
        if call.after_seconds:
            await self._sleep(call.after_seconds)
        fresh = renewed = False
        for tries in range(MOST_TRIES):
            status, headers, body = await self._try(call, fresh=fresh)
            fresh = False
            if status in call.accepted:
                return Answer(status, body)
            if status == 401 and call.with_credentials and self._credentials.renewable and not renewed:
                fresh = renewed = True
                continue
            if status not in (NO_ANSWER, 429) and status < 500:
                raise VendorUnavailable(f"answered {status}")
            asked = retry_after(headers)
            pause = asked if asked is not None else pause_after(tries, self._chance)
            log.info("vendor asks for patience", host=URL(call.url).host, status=status, seconds=round(pause, 1))
            await self._sleep(pause)
        raise VendorUnavailable(f"no answer after {MOST_TRIES} tries")

    async def _try(self, call: Call, *, fresh: bool) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Accept": "application/json"}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            if call.with_credentials:
                headers |= await self._credentials.headers(fresh=fresh)
            async with self._session.request(
                call.method,
                URL(call.url, encoded=True),
                data=call.body,
                headers=headers,
                allow_redirects=False,
                timeout=TIMEOUT,
            ) as answer:
                body = await _bounded(answer, call.largest_bytes) if answer.status in call.accepted else b""
                return answer.status, answer.headers, body
        except (aiohttp.ClientError, OSError) as error:
            log.info("vendor not reached", host=URL(call.url).host, error=repr(error))
            return NO_ANSWER, {}, b""


async def _bounded(answer: aiohttp.ClientResponse, most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 18):
        body += chunk
        if len(body) > most:
            raise VendorUnavailable("the answer is larger than any page should be")
    return bytes(body)
