"""Whether the chains still hold what was given out earlier: a chain's anchor lies with whoever holds its certificate.

Nothing here asks what we remember of certificates, for whoever could write a chain anew could do the same to that. A
head on paper is enough: it is a link of its record's chain for ever, or the chain was rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

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


async def find_digests(connection: Connection, digests: Collection[str]) -> dict[str, Anchored]:
    """By digest the record whose chain holds a link with it, that chain digested anew.

    Without those that no chain holds: it was rewritten, or the digest is none of ours.
    """
    rows = await connection.fetch(SQL["links_by_digest"], list(digests))
    named = list({row["custody_id"] for row in rows})
    chains = await links_of(connection, named)
    records = {record["custody_id"]: record for record in await connection.fetch(SQL["records"], named)}
    return {
        row["digest"]: Anchored(
            reference=row["reference"],
            number=row["number"],
            later=len(chain) - row["number"],
            faults=faults_of(records[row["custody_id"]], chain),
        )
        for row in rows
        for chain in [chains[row["custody_id"]]]
    }


async def find_heads(connection: Connection, heads: Sequence[PrintedHead]) -> list[Anchored]:
    """The same of heads that stand on a certificate, which names their records and links too."""
    found = await find_digests(connection, [head.digest for head in heads])
    return [_as_printed(head, found.get(head.digest)) for head in heads]


def _as_printed(head: PrintedHead, found: Anchored | None) -> Anchored:
    if found is None:
        what = f"no chain holds the head of link {head.number} that the certificate gives: it was rewritten since"
        return Anchored(reference=head.reference, number=head.number, faults=[Fault(where=head.reference, what=what)])
    if (found.reference, found.number) != (head.reference, head.number):
        what = f"the head stands at link {found.number} of {found.reference}, not where the certificate says"
        return msgspec.structs.replace(found, faults=[*found.faults, Fault(where=head.reference, what=what)])
    return found
