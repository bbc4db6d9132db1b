"""Sends requests and does not rest until each is taken: bounded, backing off, and never dropping one.

A 2xx is taken. 400, 413, 415 and 422 say that this body will never be taken: it is counted and kept to be
looked at. Everything else, from a refused connection to a wrong secret, may mend, so it is tried again.
"""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import logging
import random

import aiohttp

from deploy.local.simulator.delivery.post import Post
from deploy.local.simulator.mischief import Mischief

log = logging.getLogger(__name__)
_FIRST_WAIT = 0.2
FINAL = frozenset({400, 413, 415, 422})


@dataclasses.dataclass(slots=True)
class Tally:
    """What became of the requests to one source's path."""

    taken: int = 0
    refused: int = 0
    retried: int = 0
    spoilt: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was answered with a final no."""

    source: str
    status: int
    answer: str
    body: bytes


class Sender:
    """Posts to one address with at most `at_once` requests under way. Open it, and close it in the end."""

    def __init__(
        self,
        base: str,
        mischief: Mischief,
        *,
        at_once: int,
        longest_wait: float,
    ) -> None:
        self._base = base.rstrip("/")
        self._mischief = mischief
        self._at_once = at_once
        self._longest_wait = longest_wait
        self._random = random.Random(f"{base}:sender")
        self._session: aiohttp.ClientSession | None = None
        self._complained: set[tuple[str, str]] = set()
        self.tallies: dict[str, Tally] = collections.defaultdict(Tally)
        self.refusals: collections.deque[Refusal] = collections.deque(maxlen=50)

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(limit=self._at_once)
        timeout = aiohttp.ClientTimeout(total=30)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def deliver(self, posts: list[Post]) -> None:
        """Return once every one of them was taken, or finally refused."""
        queue = collections.deque(self._disordered(posts))

        async def work() -> None:
            while queue:
                await self._see_through(queue.popleft())

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._at_once, len(queue))):
                group.create_task(work())

    def _disordered(self, posts: list[Post]) -> list[Post]:
        """The posts as mischief would have them: some twice, all in any order."""
        repeats = [post for post in posts if self._hit(self._mischief.repeat_share)]
        together = [*posts, *repeats]
        if self._mischief.shuffle:
            self._random.shuffle(together)
        return together

    def _hit(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    async def _see_through(self, post: Post) -> None:
        if self._hit(self._mischief.truncate_share):
            await self._spoil(dataclasses.replace(post, body=post.body[: len(post.body) // 2]))
        if self._hit(self._mischief.wrong_secret_share):
            headers = {**post.headers, post.secret_header: "not-the-secret"}
            await self._spoil(dataclasses.replace(post, headers=headers))
        tries = 0
        while not await self._settled(post, tries):
            tries += 1

    async def _spoil(self, post: Post) -> None:
        """Send something that ought to be refused; whatever comes back is left to the receiver."""
        self.tallies[post.source].spoilt += 1
        try:
            await self._post(post)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return

    async def _settled(self, post: Post, tries: int) -> bool:
        tally = self.tallies[post.source]
        try:
            status, answer, wait = await self._post(post)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            status, answer, wait = 0, repr(error), None
        if 200 <= status < 300:
            tally.taken += 1
            return True
        if status in FINAL:
            tally.refused += 1
            self.refusals.append(Refusal(post.source, status, answer, post.body))
            if not post.spoilt:
                log.warning("%s refused for good with %s: %s", post.path, status, answer)
            return True
        tally.retried += 1
        self._complain(post, status, answer)
        backoff = min(self._longest_wait, _FIRST_WAIT * 2 ** min(tries, 10))
        await asyncio.sleep(max(backoff * (0.5 + self._random.random() / 2), wait or 0.0))
        return False

    async def _post(self, post: Post) -> tuple[int, str, float | None]:
        assert self._session is not None, "the sender is not open"
        async with self._session.post(self._base + post.path, data=post.body, headers=post.headers) as response:
            answer = (await response.text(errors="replace"))[:300]
            after = response.headers.get("Retry-After", "")
            return response.status, answer, float(after) if after.isdecimal() else None

    def _complain(self, post: Post, status: int, answer: str) -> None:
        """Say once a path and cause why deliveries wait."""
        cause = (post.path, str(status or answer))
        if cause not in self._complained:
            self._complained.add(cause)
            log.warning("%s answers %s, trying on: %s", post.path, status or "nothing", answer)
