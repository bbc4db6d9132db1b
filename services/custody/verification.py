"""Proving the chains: every link is digested anew, every record compared with its last link, every document with its
bytes, every certificate that was given out with the links that it told of, so that whoever forges a chain to its end
must have asked for no certificate of it. Read in batches, so that it takes no memory, however many there are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg
import msgspec

from services.custody.rules.chain import Link, verify
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "queries.sql")
AT_ONCE = 1_000
_FILES_AT_ONCE = 50
_KEPT = (
    *("proof", "proof_at", "document_id", "certificate_issuer", "certificate_number"),
    *("condition", "route", "review", "review_edition", "residual_pence"),
    *("charity", "weee_note", "proceeds_pence"),
)
"""A record's fields that links keep, and that certificates and views tell of."""
_IDENTITY = ("serial", "asset_tag", "kind", "manufacturer", "model")
"""Those that the first link keeps, and no other."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What does not fit, and where: a C-number, or a document's name and id."""

    where: str
    what: str


class Checked(msgspec.Struct, kw_only=True):
    """How much was looked at."""

    records: int = 0
    links: int = 0
    documents: int = 0


async def count(connection: Connection) -> tuple[int, int]:
    """How many records and documents there are to look at."""
    row = await connection.fetchrow(SQL["count_all"])
    return (row["records"], row["documents"]) if row else (0, 0)


async def faults(connection: Connection, checked: Checked | None = None) -> AsyncIterator[Fault]:
    """Everything that does not fit; nothing while custody is sound. `checked` is counted up on the way.

    Run it in a repeatable-read transaction, so that what people do meanwhile is not taken for a fault.
    """
    counted = checked or Checked()
    async for fault in _chain_faults(connection, counted):
        yield fault
    async for fault in _record_faults(connection):
        yield fault
    async for fault in _issued_faults(connection):
        yield fault
    async for fault in _document_faults(connection, counted):
        yield fault


async def links_of(connection: Connection, custody_ids: list[UUID]) -> dict[UUID, list[Link]]:
    """The whole chains of these records, as they were digested."""
    found: dict[UUID, list[Link]] = {custody_id: [] for custody_id in custody_ids}
    for row in await connection.fetch(SQL["links"], custody_ids):
        found[row["custody_id"]].append(msgspec.convert(dict(row), Link))
    return found


def faults_of(record: asyncpg.Record, links: Sequence[Link]) -> list[Fault]:
    """What does not fit in one record's chain, and between the two."""
    found = [Fault(where=record["reference"], what=what) for what in verify(links)]
    last = (links[-1].target, links[-1].number, links[-1].digest) if links else None
    if last != (record["state"], record["revision"], record["head"]):
        found.append(Fault(where=record["reference"], what="the record does not stand where its chain ends"))
    return found


async def _chain_faults(connection: Connection, checked: Checked) -> AsyncIterator[Fault]:
    after = UUID(int=0)
    while rows := await connection.fetch(SQL["records_after"], after, AT_ONCE):
        after = rows[-1]["custody_id"]
        chains = await links_of(connection, [row["custody_id"] for row in rows])
        strange = await connection.fetch(SQL["documents_cited"], list(chains))
        cited = {row["custody_id"]: row["number"] for row in strange}
        for row in rows:
            links = chains[row["custody_id"]]
            checked.records += 1
            checked.links += len(links)
            for fault in faults_of(row, links):
                yield fault
            if row["custody_id"] in cited:
                yield Fault(where=row["reference"], what=f"the document of link {cited[row['custody_id']]} is another")


async def _record_faults(connection: Connection) -> AsyncIterator[Fault]:
    """What a record says of its device, its proof, review and end must be what its links say."""
    after = UUID(int=0)
    while rows := await connection.fetch(SQL["records_after"], after, AT_ONCE):
        after = rows[-1]["custody_id"]
        for row in await connection.fetch(SQL["unlike_chain"], [row["custody_id"] for row in rows], _KEPT, _IDENTITY):
            yield Fault(where=row["reference"], what=f"its {row['key'].replace('_', ' ')} is not what its chain says")


async def _issued_faults(connection: Connection) -> AsyncIterator[Fault]:
    """What certificates told of a chain when they were given out must stand in it for ever."""
    after = ""
    while numbers := [row["number"] for row in await connection.fetch(SQL["issued_after"], after, _FILES_AT_ONCE)]:
        after = numbers[-1]
        for row in await connection.fetch(SQL["unlike_issued"], numbers):
            what = f"link {row['link']} is not the one that certificate {row['number']} told of"
            yield Fault(where=row["reference"], what=what)


async def _document_faults(connection: Connection, checked: Checked) -> AsyncIterator[Fault]:
    after = UUID(int=0)
    while rows := await connection.fetch(SQL["documents_after"], after, _FILES_AT_ONCE):
        after = rows[-1]["document_id"]
        for row in rows:
            checked.documents += 1
            if (row["found"], row["length"]) != (row["digest"], row["size"]):
                yield Fault(
                    where=f"{row['name']} ({row['document_id']})", what="the bytes are not those that were kept"
                )
