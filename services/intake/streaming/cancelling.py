"""Being cancelled beside aiokafka, which neither survives it everywhere nor keeps its own cancellations to itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from aiokafka.errors import KafkaError

CLOSE_SECONDS = 5.0

log = structlog.stdlib.get_logger()


async def unbroken(work: Coroutine[Any, Any, None]) -> None:
    """Do `work`; if we are cancelled meanwhile, only once it is over, or has had its time.

    A connection that aiokafka is about to open when it is cancelled is never closed.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=CLOSE_SECONDS)
        task.cancel()
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await task
        raise


async def close_in_time(close: Callable[[], Awaitable[None]]) -> None:
    """Close a client, waiting CLOSE_SECONDS at the most; that it did not close in order is only said."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await close()
    except (KafkaError, OSError) as error:
        log.info("a client did not close in order", error=repr(error))
    except asyncio.CancelledError:
        # Stopping a consumer whose broker is gone raises the cancellation of its own fetching.
        if is_being_ended():
            raise


def is_being_ended() -> bool:
    """Whether somebody cancelled the present task; else a cancellation in it is a stray one of aiokafka's."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
