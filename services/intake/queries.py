"""What others may read of dead letters, all services' alike: what could not be applied, grouped by why, and one whole.

Planners and directors deal with them, auditors look; to all others there are none. Every read takes the viewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "queries.sql")
DEALS = frozenset({Role.PLANNER, Role.DIRECTOR})
LOOKS = DEALS | {Role.AUDITOR}
MOST_GROUPS = 50
MOST_BYTES = 24_000
"""So much of a letter is read to be shown; a replay reads all of it."""
ALL_BYTES = 2**30


class LetterGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Open letters of one source and one reason, figures in the reason taken out (`#`).

    `letters` were counted, seen `seen` times in all; `latest` is the one seen last. `groups` says how many groups there
    are in all. Dates are real time.
    """

    service: str
    source: str
    reason: str
    reason_key: str
    letters: int
    seen: int
    first_seen: datetime
    last_seen: datetime
    latest: UUID
    groups: int


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it may be shown: the beginning of its bytes, and its story. A forgotten one holds nothing more."""

    service: str
    fingerprint: UUID
    source: str
    reason: str
    context: Mapping[str, str]
    beginning: bytes
    size: int
    first_seen: datetime
    last_seen: datetime
    seen: int
    settled_at: datetime | None
    settled_as: str | None
    forgotten_at: datetime | None


async def letter_groups(
    connection: Connection, viewer: Viewer, source: str | None = None, *, limit: int = MOST_GROUPS
) -> list[LetterGroup]:
    """Open letters by source and reason, the latest first; of one service, vendor or topic if `source` names it."""
    rows = await connection.fetch(SQL["groups"], viewer.has(*LOOKS), source, limit)
    return [LetterGroup(**dict(row)) for row in rows]


async def letter_group(connection: Connection, viewer: Viewer, service: str, reason_key: str) -> LetterGroup | None:
    """One group; None if none of its letters is open any more."""
    row = await connection.fetchrow(SQL["group"], viewer.has(*LOOKS), service, reason_key)
    return None if row is None else LetterGroup(**dict(row))


async def letters(
    connection: Connection,
    viewer: Viewer,
    fingerprint: UUID,
    *,
    service: str | None = None,
    most: int | None = MOST_BYTES,
) -> list[LetterView]:
    """The letter with this fingerprint in every store that has it: an event may fail with several services."""
    rows = await connection.fetch(
        SQL["letters"], viewer.has(*LOOKS), fingerprint, ALL_BYTES if most is None else most, service
    )
    return [LetterView(**dict(row)) for row in rows]


async def stores(connection: Connection) -> list[str]:
    """The services that keep dead letters."""
    return [row["equipped"] for row in await connection.fetch(SQL["stores"])]
