"""Whether the chains still hold what was given out earlier: a chain's anchor lies with whoever holds its certificate.

Nothing here asks what we remember of certificates, for whoever could write a chain anew could do the same to that. A
head on paper is enough: it is a link of its record's chain for ever, or the chain was rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from services.custody.certificates.reading import PrintedHead
from services.custody.certification import SQL
from services.custody.verification import Fault, faults_of, links_of
from services.database.pool import Connection


class Anchored(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one head. Without faults the chain holds it still; `later` links came after."""

    reference: str
    number: int = 0
    later: int = 0
    faults: Sequence[Fault] = ()


async def find_digest(connection: Connection, digest: str) -> Anchored | None:
    """The record whose chain holds a link with this digest; None if no chain does, so that it was rewritten, or the
    digest is none of ours. The chain is digested anew.
    """
    row = await connection.fetchrow(SQL["link_by_digest"], digest.strip().lower())
    return None if row is None else await _proved(connection, row["custody_id"], row["reference"], row["number"])


async def find_head(connection: Connection, head: PrintedHead) -> Anchored:
    """The same of a head that stands on a certificate, which names its record and link too."""
    found = await find_digest(connection, head.digest)
    if found is None:
        what = f"no chain holds the head of link {head.number} that the certificate gives: it was rewritten since"
        return Anchored(reference=head.reference, number=head.number, faults=[Fault(where=head.reference, what=what)])
    if (found.reference, found.number) != (head.reference, head.number):
        what = f"the head stands at link {found.number} of {found.reference}, not where the certificate says"
        return msgspec.structs.replace(found, faults=[*found.faults, Fault(where=head.reference, what=what)])
    return found


async def _proved(connection: Connection, custody_id: UUID, reference: str, number: int) -> Anchored:
    links = (await links_of(connection, [custody_id]))[custody_id]
    (record,) = await connection.fetch(SQL["records"], [custody_id])
    return Anchored(reference=reference, number=number, later=len(links) - number, faults=faults_of(record, links))
