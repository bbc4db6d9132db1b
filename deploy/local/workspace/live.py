"""What people's pages are told the moment it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Json = dict[str, Any]


class Live:
    """One queue an open page; an update goes to the pages of the people it concerns."""

    _most = 1000

    def __init__(self) -> None:
        self._pages: dict[str, list[asyncio.Queue[Json]]] = {}

    @contextmanager
    def page(self, user: str) -> Iterator[asyncio.Queue[Json]]:
        """A page that listens for a person until the block ends."""
        queue: asyncio.Queue[Json] = asyncio.Queue(self._most)
        self._pages.setdefault(user, []).append(queue)
        try:
            yield queue
        finally:
            self._pages[user].remove(queue)

    def tell(self, users: Iterable[str], update: Json) -> None:
        """Send an update to every open page of some people. A page that reads nothing is told to reload,
        once."""
        for user in set(users):
            for queue in self._pages.get(user, ()):
                if queue.full():
                    while not queue.empty():
                        queue.get_nowait()
                    update = {"type": "reload"}
                queue.put_nowait(update)
