"""Remembering the certificates that we give out: what was said, of which chain, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from services.access.viewer import Viewer
from services.custody.queries import Issued
from services.custody.store import SQL
from services.database.pool import Connection


class Head(msgspec.Struct, frozen=True, array_like=True):
    """How far a record's chain went when a certificate told of it."""

    reference: str
    custody_id: UUID
    number: int
    digest: str


async def next_certificate_number(connection: Connection) -> str:
    """A number that no other certificate bears. One that is not used in the end is left out."""
    return f"QC-{await connection.fetchval(SQL['next_certificate']):06d}"


async def keep_issued(connection: Connection, viewer: Viewer, issued: Issued, heads: Sequence[Head]) -> None:
    """Remember a certificate for ever, and the heads that it tells of. The same number again changes nothing."""
    await connection.execute(
        SQL["keep_issued"],
        issued.number,
        issued.subject,
        issued.digest,
        issued.chain_head,
        issued.issued_at,
        viewer.email,
        msgspec.to_builtins(heads),
    )
