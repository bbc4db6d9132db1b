"""What every command shares: one transaction, refusals audited after it was undone, and keys that come twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import Viewer
from services.clock import Clock
from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.errors import ConfigurationError, NotAllowed, NotFound, RuleBroken
from services.refresh.policy import PolicyInForce
from services.refresh.policy_store import Policies

SQL = load_statements(__file__, "transactions.sql")
PLANS = (Role.PLANNER, Role.DIRECTOR)


@asynccontextmanager
async def commanded(pool: Pool, clock: Clock, viewer: Viewer, action: str, subject: str) -> AsyncIterator[Connection]:
    """One transaction; what a person may not do, or may not know of, is audited after it was undone."""
    async with pool.acquire() as connection:
        try:
            async with connection.transaction():
                yield connection
        except (NotAllowed, NotFound):
            await audit.record(connection, clock.now(), viewer, action, subject, granted=False)
            raise


async def use_key(
    connection: Connection, viewer: Viewer, command: str, key: str, about: UUID, now: datetime
) -> UUID | None:
    """None the first time a key is used; afterwards what it was used for."""
    if await connection.fetchval(SQL["use_key"], viewer.email, command, key, about, now) is not None:
        return None
    return await used_key(connection, viewer, command, key)


async def used_key(connection: Connection, viewer: Viewer, command: str, key: str) -> UUID | None:
    """What a key was used for, if it was."""
    used: UUID | None = await connection.fetchval(SQL["used_key"], viewer.email, command, key)
    return used


async def policy_in_force(connection: Connection, policies: Policies) -> PolicyInForce:
    """The policy by which the queue stands. Raises RuleBroken before the refresh service first started."""
    try:
        return (await policies.in_force(connection)).policy
    except ConfigurationError:
        raise RuleBroken("No refresh policy is in force yet; start the refresh service first.") from None


def may_plan(viewer: Viewer) -> None:
    """Raise NotAllowed for whoever does not plan."""
    if not viewer.has(*PLANS):
        raise NotAllowed("Only planners and directors plan the refresh; ask end-user services.")


def may_release(viewer: Viewer) -> None:
    """Raise NotAllowed for whoever does not release."""
    if not viewer.has(Role.DIRECTOR):
        raise NotAllowed("Only a director releases a wave or sends it back; /kit wave shows them what is proposed.")
