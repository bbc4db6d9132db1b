"""Whether a certificate that somebody brings back is one of ours, and whether what it tells of still stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.custody.certificates.render import digest_of
from services.custody.certification import SQL
from services.custody.issuing import Head
from services.custody.verification import Fault, faults_of, links_of
from services.database.pool import Connection


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate's bytes are found to be. Without a number they are none of ours."""

    number: str | None
    subject: str = ""
    issued_at: datetime | None = None
    devices: int = 0
    moved_on: Sequence[str] = ()
    """C-numbers of records that moved on since: no fault, but the certificate does not tell of it."""
    faults: Sequence[Fault] = ()


async def check_certificate(connection: Connection, content: bytes) -> Verdict:
    """Look the bytes up by their digest, and hold each record they tell of against its chain.

    Run it in a repeatable-read transaction, so that what people do meanwhile is not taken for a fault.
    """
    issued = await connection.fetchrow(SQL["issued_by_digest"], digest_of(content))
    if issued is None:
        return Verdict(number=None)
    heads = msgspec.convert(issued["heads"], list[Head])
    wanted = [head.custody_id for head in heads]
    records = {row["custody_id"]: row for row in await connection.fetch(SQL["records"], wanted)}
    chains = await links_of(connection, wanted)
    faults: list[Fault] = []
    moved_on = []
    for head in heads:
        record, chain = records.get(head.custody_id), chains[head.custody_id]
        if record is None:
            faults.append(Fault(where=head.reference, what="the record is gone"))
            continue
        faults += faults_of(record, chain)
        if len(chain) < head.number or chain[head.number - 1].digest != head.digest:
            what = f"link {head.number} is not the chain head that the certificate gives"
            faults.append(Fault(where=head.reference, what=what))
        elif len(chain) > head.number:
            moved_on.append(head.reference)
    return Verdict(
        number=issued["number"],
        subject=issued["subject"],
        issued_at=issued["issued_at"],
        devices=len(heads),
        moved_on=moved_on,
        faults=faults,
    )
