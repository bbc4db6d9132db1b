"""Starting and stopping long-lived things: in order, with a deadline, owning every task they start."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

import structlog

STOP_DEADLINE_SECONDS = 10.0

log = structlog.stdlib.get_logger()


class Service(Protocol):
    """A part of a process. `start` returns once it works; `stop` ends all that it started."""

    name: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def ready(self) -> bool: ...


class OwnedTasks:
    """Tasks with an owner. A task that fails is logged and remembered, so that its owner is no longer healthy.

    So is one that ends as cancelled though nobody stopped it: a library let a cancellation of its own out, and without
    this the task would be dead and its owner healthy.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.failed = asyncio.Event()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run `work` until it ends or `stop` is called."""
        self._stopping = False
        task = asyncio.create_task(work, name=f"{self._owner}:{name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            if not self._stopping:
                log.error("a task was cancelled, and not by its owner", task=task.get_name())
                self.failed.set()
        elif (error := task.exception()) is not None:
            log.error("a task failed", task=task.get_name(), exc_info=error)
            self.failed.set()

    async def stop(self, deadline: float = STOP_DEADLINE_SECONDS) -> None:
        """Cancel all tasks and wait for them, at most `deadline` seconds."""
        self._stopping = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            _, hanging = await asyncio.wait(tasks, timeout=deadline)
            for task in hanging:
                log.error("a task did not stop in time", task=task.get_name(), seconds=deadline)


async def run_until_stopped(services: Sequence[Service], stopped: asyncio.Event) -> None:
    """Start services in order, wait for `stopped`, stop them in reverse, whatever fails on the way."""
    async with contextlib.AsyncExitStack() as stack:
        for service in services:
            stack.push_async_callback(_stop, service)
            await service.start()
            log.info("started", service=service.name)
        await stopped.wait()


async def _stop(service: Service) -> None:
    try:
        await asyncio.wait_for(service.stop(), STOP_DEADLINE_SECONDS * 2)
    except TimeoutError:
        log.error("did not stop in time", service=service.name)
    except Exception:
        log.exception("failed while stopping", service=service.name)


def stop_on_signals(stopped: asyncio.Event) -> None:
    """SIGINT and SIGTERM ask for an orderly stop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)


def settle_garbage_collection() -> None:
    """Make collection rare and cheap: batches make many short-lived objects without cycles, which counting frees.

    What is loaded by now stays for good and is not looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
