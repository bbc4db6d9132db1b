"""The policy in force is the last one adopted in `refresh.policies`, whoever adopted it (docs/adr/0017).

Whoever judges reads it in the transaction of the judgement, in its turn: a policy is applied in a turn of its own, so
nothing is judged by one policy after another came into force.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec
import structlog

from services.access.directory import Directory
from services.database.pool import Connection
from services.errors import ConfigurationError, RuleBroken
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.rules import EDITION
from services.refresh.store import SQL, take_turn

log = structlog.stdlib.get_logger()


class InForce(NamedTuple):
    """A policy, and the `stamp` of its adoption: another stamp means that all devices must be judged anew."""

    policy: PolicyInForce
    stamp: str


class Policies:
    """Reads the policy in force, and decodes it only when another was adopted."""

    def __init__(self) -> None:
        self._known: InForce | None = None
        self._unreadable = ""

    async def stamp(self, connection: Connection) -> str | None:
        """The stamp of what is in force; None if nothing was ever adopted."""
        row = await connection.fetchrow(SQL["stamp_in_force"])
        return None if row is None else _stamp(row["fingerprint"], row["adopted_at"])

    async def in_force(self, connection: Connection) -> InForce:
        """What is in force. Raises ConfigurationError if nothing was ever adopted.

        A policy that a newer release wrote may say what this one cannot read: then the last one read holds on here.
        """
        stamp = await self.stamp(connection)
        if self._known is not None and stamp in (self._known.stamp, self._unreadable):
            return self._known
        row = await connection.fetchrow(SQL["policy_in_force"])
        if row is None:
            raise ConfigurationError("no refresh policy was ever adopted; start the refresh service once")
        stamp = _stamp(row["fingerprint"], row["adopted_at"])
        try:
            self._known = InForce(PolicyInForce.decode(row["content"]), stamp)
        except msgspec.MsgspecError as error:
            if self._known is None:
                raise ConfigurationError(
                    f"the refresh policy in force cannot be read by this release: {error}"
                ) from None
            self._unreadable = stamp
            log.error("policy in force cannot be read; the one before it holds on here", error=str(error))
        return self._known


def _stamp(fingerprint: str, adopted_at: datetime) -> str:
    return f"{fingerprint}/{adopted_at:%Y%m%dT%H%M%S.%f}/{EDITION}"


async def adopt(connection: Connection, policy: PolicyInForce, now: datetime, by: str | None = None) -> None:
    """Make a policy the one in force."""
    values = (policy.fingerprint, policy.policy.version, policy.encode(), now, by)
    await connection.execute(SQL["adopt_policy"], *values)


async def adopt_at_start(connection: Connection, from_file: Policy, directory: Directory, now: datetime) -> bool:
    """What a starting process does with its file: adopt it if its version was never in force; else leave it.

    Where nothing is adopted, a changed directory is: the policy in force, its tiers spelt out anew. True if anything
    came into force. Raises ConfigurationError for a file that names unknown units.
    """
    await take_turn(connection)
    wanted = PolicyInForce.of(from_file, directory)
    if not await connection.fetchval(SQL["version_known"], from_file.version):
        await adopt(connection, wanted, now)
        return True
    if await names_another(connection, from_file):
        log.warning("the policy file was changed under an old version, so it is not adopted", version=from_file.version)
    current = (await Policies().in_force(connection)).policy
    try:
        spelt_anew = PolicyInForce.of(current.policy, directory)
    except ConfigurationError as error:
        log.warning(
            "the policy in force names units that the directory lacks; its tiers stay as they were", error=str(error)
        )
        return False
    if spelt_anew.tier_units == current.tier_units:
        return False
    await adopt(connection, spelt_anew, now)
    return True


async def names_another(connection: Connection, policy: Policy) -> bool:
    """True if the policy's version was given to another document before."""
    rows = await connection.fetch(SQL["policies_of_version"], policy.version)
    return any(PolicyInForce.decode(row["content"]).policy != policy for row in rows)


async def refuse_another(connection: Connection, policy: Policy) -> None:
    """Raises RuleBroken if the policy's version was given to another document before."""
    if await names_another(connection, policy):
        raise RuleBroken(f"version {policy.version} was another document before; give this one a version of its own")


NOT_COMPARED = "not compared"
"""For who applies a policy without having seen what it changes."""


async def apply(
    connection: Connection, policy: PolicyInForce, now: datetime, by: str, *, shown: str | None = NOT_COMPARED
) -> bool:
    """Make a policy the one in force, in the caller's transaction; False if it is already.

    `shown` is the stamp of the policy that it was compared with, None if there was none. Raises RuleBroken if another
    is in force by now, or if its version was given to another document before: entries and explanations name versions.
    """
    await take_turn(connection)
    if shown not in (NOT_COMPARED, await Policies().stamp(connection)):
        raise RuleBroken("another policy came into force meanwhile; look again at what yours would change")
    await refuse_another(connection, policy.policy)
    current = await connection.fetchrow(SQL["policy_in_force"])
    if current is not None and PolicyInForce.decode(current["content"]) == policy:
        return False
    await adopt(connection, policy, now, by)
    return True
