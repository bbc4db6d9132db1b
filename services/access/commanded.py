"""How every command runs: one transaction, and a refusal stands in the audit log after all else was undone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.access import audit
from services.access.viewer import Viewer
from services.clock import Clock
from services.database.pool import Connection, Pool
from services.errors import NotAllowed, NotFound, QuartermasterError, RuleBroken

NOT_THEIRS = (NotAllowed, NotFound)
"""What a person may not do, or may not know of."""
REFUSED: tuple[type[QuartermasterError], ...] = (*NOT_THEIRS, RuleBroken)
"""That, and what may not be done now."""


@asynccontextmanager
async def commanded(
    pool: Pool,
    clock: Clock,
    viewer: Viewer,
    action: str,
    subjects: str | Sequence[str],
    *,
    audited: tuple[type[QuartermasterError], ...] = NOT_THEIRS,
) -> AsyncIterator[Connection]:
    """The transaction of one command on one subject, or on many. What it raises of `audited` is written down, a line a
    subject, and raised again.
    """
    async with pool.acquire() as connection:
        try:
            async with connection.transaction():
                yield connection
        except audited:
            about = [subjects] if isinstance(subjects, str) else subjects
            await audit.record_all(connection, clock.now(), viewer, action, about, granted=False)
            raise
