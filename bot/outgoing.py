"""What is to be said in Slack: written in the transaction it follows from, said later by the sender, changed in place.

Posting is not transactional, so a message is a row with a key of its own. Its newest revision wins, in any order of
arrival; what Slack shows is brought up to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bot.render.message import Message
from services.database.pool import Connection, Pool
from services.database.statements import load_statements

SQL = load_statements(__file__, "store.sql")


@dataclasses.dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """`destination` is `channel:C…`, `name:<channel name>` or `person:<e-mail>`.

    A higher `revision` of a key replaces a lower one.
    """

    key: str
    destination: str
    revision: int
    message: Message


@dataclasses.dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one sender holds for a while. `was_sending` says that another may have posted it and died."""

    key: str
    claim: UUID
    destination: str
    revision: int
    body_text: str
    blocks: list[dict[str, Any]]
    channel: str | None
    ts: str | None
    attempts: int
    written_at: datetime
    was_sending: bool


async def put(connection: Connection, messages: Sequence[OutgoingMessage]) -> None:
    """Write messages, or newer revisions of them. Within one call the last of a key wins."""
    newest = {each.key: each for each in sorted(messages, key=lambda each: each.revision)}
    if newest:
        await connection.execute(
            SQL["put_outgoing"],
            list(newest),
            [each.destination for each in newest.values()],
            [each.revision for each in newest.values()],
            [each.message.text for each in newest.values()],
            [{"blocks": each.message.blocks} for each in newest.values()],
        )


async def begun(connection: Connection, prefix: str) -> list[tuple[str, str]]:
    """Key and destination of the messages whose keys begin so."""
    return [(key, destination) for key, (destination, _) in (await told_of(connection, prefix)).items()]


async def told_of(connection: Connection, prefix: str) -> dict[str, tuple[str, int]]:
    """Destination and newest revision of the messages whose keys begin so, by key."""
    rows = await connection.fetch(SQL["told_of"], prefix)
    return {row["key"]: (row["destination"], row["revision"]) for row in rows}


class OutgoingStore:
    """The sender's side of the table."""

    def __init__(self, pool: Pool, lease: timedelta) -> None:
        self._pool = pool
        self._lease = lease

    async def claim(self) -> Claimed | None:
        """The next message due, marked as being sent before anybody calls Slack."""
        claim = uuid4()
        row = await self._pool.fetchrow(SQL["claim_outgoing"], claim, self._lease)
        if row is None:
            return None
        return Claimed(claim=claim, **{**dict(row), "blocks": row["blocks"]["blocks"]})

    async def sent(self, held: Claimed, channel: str, ts: str) -> None:
        """Slack shows the revision that was claimed."""
        await self._pool.execute(SQL["outgoing_sent"], held.key, held.claim, held.revision, channel, ts)

    async def try_again(self, held: Claimed, why: str, after: timedelta) -> None:
        """Slack surely did not take it; it waits."""
        await self._pool.execute(SQL["outgoing_put_off"], held.key, held.claim, "waiting", why, after)

    async def unsure(self, held: Claimed, why: str, after: timedelta) -> None:
        """Slack may have taken it: whoever comes next looks there first."""
        await self._pool.execute(SQL["outgoing_put_off"], held.key, held.claim, "sending", why, after)

    async def refused(self, held: Claimed, why: str) -> None:
        """Slack will never take it; an operator sees it."""
        await self._pool.execute(SQL["outgoing_put_off"], held.key, held.claim, "refused", why, timedelta())
