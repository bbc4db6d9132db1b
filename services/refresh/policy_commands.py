"""What a person does with the policy: make another one the one in force. Checked against their role, audited."""

from __future__ import annotations

from datetime import datetime

from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.errors import NotAllowed
from services.refresh import policy_store
from services.refresh.policy import PolicyInForce

APPLY, DIFF = "policy apply", "policy diff"


async def may_apply(connection: Connection, viewer: Viewer, policy: PolicyInForce, now: datetime) -> None:
    """Raises NotAllowed, and audits it, for anybody but planners and directors.

    Raises RuleBroken for a version that was another document.
    """
    if not viewer.has(Role.PLANNER, Role.DIRECTOR):
        await audit.record(connection, now, viewer, APPLY, policy.policy.version, granted=False)
        raise NotAllowed("Planners and directors apply the refresh policy; ask one of them.")
    await policy_store.refuse_another(connection, policy.policy)


async def may_compare(connection: Connection, viewer: Viewer, policy: PolicyInForce, now: datetime) -> None:
    """Raises NotAllowed, and audits it, for who may not see all units: a comparison counts them together."""
    if viewer.units is not None:
        await audit.record(connection, now, viewer, DIFF, policy.policy.version, granted=False)
        raise NotAllowed(
            "A comparison counts the whole organisation; planners, finance, directors and auditors see that."
        )


async def apply_policy(
    connection: Connection, viewer: Viewer, policy: PolicyInForce, shown: str | None, now: datetime
) -> bool:
    """Make `policy` the one in force; False if it is already. `shown` is the stamp of what it was compared with.

    Raises NotAllowed, and RuleBroken for a version that was another document, or if what is in force changed meanwhile.
    """
    await may_apply(connection, viewer, policy, now)
    async with connection.transaction():
        changed = await policy_store.apply(connection, policy, now, viewer.email, shown=shown)
        await audit.record(connection, now, viewer, APPLY, policy.policy.version, granted=True)
    return changed
