"""One JSON call to one system, and its failure in the words of `errors`.

It calls once: whether to try again, and when, is for whoever keeps what is to be said. Credentials go to the
configured host only: redirects are not followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import aiohttp
import msgspec

from services.outbound.credentials import Credentials
from services.outbound.errors import NotReached, Refused, Unclear
from services.outbound.pauses import retry_after

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10, sock_read=30)
LARGEST_ANSWER_BYTES = 8 * 1024 * 1024
MOST_KEPT_OF_A_REFUSAL = 2000
PASSING = frozenset({408, 409, 423, 425})
"""Refusals that time cures: too slow, somebody else is writing, locked, too early."""

Answer = TypeVar("Answer")


class Caller:
    """Calls the system at `base` with our credentials. The session belongs to whoever made it.

    `passing` are refusals that time cures, beside 429 and what the system says of its own faults.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str,
        credentials: Credentials,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        passing: frozenset[int] = PASSING,
    ) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._credentials = credentials
        self._timeout = timeout
        self._passing = passing

    async def call(
        self,
        method: str,
        path: str,
        answers: type[Answer],
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Answer:
        """What the system answered. Raises NotReached, Unclear or Refused.

        An answer in 2xx that cannot be read is Unclear: it may come from something that stands in between.
        """
        content = await self._exchange(method, path, query, body)
        try:
            return msgspec.json.decode(content or b"null", type=answers)
        except msgspec.MsgspecError as error:
            raise Unclear(f"{method} {path} was answered with something else: {error}") from None

    async def _exchange(self, method: str, path: str, query: Mapping[str, str] | None, body: object) -> bytes:
        try:
            return await self._once(method, path, query, body, fresh=False)
        except Refused as error:
            if error.status != 401 or not self._credentials.renewable:
                raise
        # A token may be revoked before its time; whoever refuses it has done nothing yet.
        return await self._once(method, path, query, body, fresh=True)

    async def _once(
        self, method: str, path: str, query: Mapping[str, str] | None, body: object, *, fresh: bool
    ) -> bytes:
        headers = {"Accept": "application/json", **await self._proof(fresh=fresh)}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                method,
                self._base + path,
                params=query,
                data=None if body is None else msgspec.json.encode(body),
                headers=headers,
                allow_redirects=False,
                timeout=self._timeout,
            ) as answer:
                content = await _bounded(answer)
                if not 200 <= answer.status < 300:
                    raise self._failure(f"{method} {path}", answer, content)
                return content
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(f"not reached: {error}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unclear(f"{method} {path} broke off: {error!r}") from None

    async def _proof(self, *, fresh: bool) -> Mapping[str, str]:
        """Our headers; without them nothing was asked yet, whatever went wrong."""
        try:
            return await self._credentials.headers(fresh=fresh)
        except (aiohttp.ClientError, OSError, TimeoutError, Unclear) as error:
            raise NotReached(f"no token: {error!r}") from None

    def _failure(self, what: str, answer: aiohttp.ClientResponse, content: bytes) -> NotReached | Unclear | Refused:
        words = f"{what} was answered {answer.status}"
        if answer.status == 429:
            return NotReached(words, retry_after=retry_after(answer.headers))
        if answer.status >= 500 or answer.status in self._passing:
            return Unclear(words, retry_after=retry_after(answer.headers))
        body = content[:MOST_KEPT_OF_A_REFUSAL]
        told = " ".join(body.decode(errors="replace").split())[:300]
        return Refused(f"{words}: {told}", status=answer.status, body=body)


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > LARGEST_ANSWER_BYTES:
            raise Unclear("the answer is larger than any should be")
    return bytes(body)
