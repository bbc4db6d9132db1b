"""Ctrl-C, once and twice: the first asks for an orderly stop, the second ends every child at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Self

from deploy.local.stack.child import kill_all

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """While entered, catches the signals that ask this process to stop. Enter it before anything starts.

    After `asked` is set the owner stops its parts in order; another signal kills what is left of them, so that each
    pending stop returns.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.asked = asyncio.Event()
        self._tell = tell

    async def guard(self, work: Coroutine[object, object, None]) -> bool:
        """Do a piece of work unless asked to stop; then it is cancelled. Whether it was finished."""
        task = asyncio.ensure_future(work)
        asked = asyncio.ensure_future(self.asked.wait())
        try:
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                return False
            await task
            return True
        finally:
            for each in (task, asked):
                each.cancel()
            await asyncio.gather(task, asked, return_exceptions=True)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._signalled)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    def _signalled(self) -> None:
        if self.asked.is_set():
            self._tell("ending everything at once")
            kill_all()
        else:
            self._tell("stopping; once more ends everything at once")
            self.asked.set()
