"""Dying by kill -9 at a chosen moment: just before or just after the n-th thing that a process makes permanent.

What is permanent is what PostgreSQL has committed: a transaction, or a single statement that writes. Calls of others
lie between two such moments, so that the moment before the second is the one after the call and before its outcome.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from asyncpg.connection import Connection

_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\b(?! SKIP| NOWAIT)")
_LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b")


def die_at(moment: int) -> None:
    """Die at the moment with this number: 1 is before the first commit, 2 after it, 3 before the second, and so on."""
    passed = 0

    def passes() -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(run: Callable[..., Awaitable[Any]], *, alone: bool) -> Callable[..., Awaitable[Any]]:
        async def ran(connection: Connection, query: str, *args: Any, **more: Any) -> Any:
            # `execute` with arguments comes by `_execute` as well, and is counted there.
            counts = _makes_permanent(connection, query) and not (alone and args)
            if counts:
                passes()
            answer = await run(connection, query, *args, **more)
            if counts:
                passes()
            return answer

        return ran

    Connection.execute = dying(Connection.execute, alone=True)
    Connection._execute = dying(Connection._execute, alone=False)


def _makes_permanent(connection: Connection, query: str) -> bool:
    if query.startswith("COMMIT"):
        return True
    return not connection.is_in_transaction() and _WRITES.search(_LOCKS.sub("", query)) is not None
