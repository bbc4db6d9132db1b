"""What every command shares: keys that come twice, the policy in force, and who may."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import ConfigurationError, NotAllowed, RuleBroken
from services.refresh.policy import PolicyInForce
from services.refresh.policy_store import Policies

SQL = load_statements(__file__, "transactions.sql")
PLANS = (Role.PLANNER, Role.DIRECTOR)


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
