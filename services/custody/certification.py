"""Giving out certificates. What is kept of each is its number, the digest of its bytes, and the head of every chain
that it tells of; the PDF itself can be made again.

Asking again while nothing has moved gives the very same certificate: same number, same bytes. Where the bytes would not
be the same (a new typst, another name of the organisation) it is issued anew, under a new number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.access import audit
from services.access.directory import Directory
from services.access.viewer import SEES_ALL_UNITS, Viewer
from services.clock import Clock
from services.custody import queries
from services.custody.certificates.batch import of_batch, proved_of
from services.custody.certificates.device import of_device
from services.custody.certificates.frame import Issue
from services.custody.certificates.render import digest_of, render_aside
from services.custody.certificates.words import head_of
from services.custody.issuing import Head, keep_issued, next_certificate_number
from services.custody.queries import BatchView, CustodyView, Issued
from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.errors import NotAllowed, NotFound, RuleBroken

SQL = load_statements(__file__, "certification.sql")
_BATCH = re.compile(r"B-\d+", re.IGNORECASE)


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate given out. `digest` is the SHA-256 of `content`, the PDF."""

    number: str
    subject: str
    issued_at: datetime
    digest: str
    content: bytes

    @property
    def file_name(self) -> str:
        """What to save it as."""
        return f"certificate-{self.number}-{self.subject}.pdf"


class Certificates:
    """Issues them. `pool` must look in schema `custody` first."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory

    async def issue(self, viewer: Viewer, term: str) -> Certificate:
        """The certificate of a device (C-number, serial, asset tag) or of a batch (B-number), as it stands now.

        Raises NotAllowed, NotFound, and RuleBroken while nothing proves it empty.
        """
        async with self._pool.acquire() as connection:
            granted = viewer.has(*SEES_ALL_UNITS)
            await audit.record(connection, self._clock.now(), viewer, "custody certificate", term, granted=granted)
            if not granted:
                raise NotAllowed("Certificates are for planners, finance, directors and auditors.")
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                found = await _found(connection, viewer, term)
            heads = heads_of(found)
            whole = whole_head(heads)
            subject = found.batch if isinstance(found, BatchView) else found.reference
            before = await connection.fetchrow(SQL["last_issued"], subject, whole)
        if before is not None:
            again = await self._made(found, before["number"], before["issued_at"], before["issued_to"])
            if again.digest == before["digest"]:
                return again
        async with self._pool.acquire() as connection:
            number = await next_certificate_number(connection)
            made = await self._made(found, number, self._clock.now(), viewer.email)
            issued = Issued(
                number=number,
                subject=made.subject,
                digest=made.digest,
                chain_head=whole,
                issued_at=made.issued_at,
            )
            await keep_issued(connection, viewer, issued, heads)
        return made

    async def _made(self, found: CustodyView | BatchView, number: str, at: datetime, to: str) -> Certificate:
        issue = Issue(
            organisation=organisation(self._directory),
            number=number,
            issued_at=at,
            issued_by=to,
        )
        content: dict[str, Any]
        if isinstance(found, BatchView):
            subject, content = found.batch, of_batch(found, issue)
        else:
            subject, content = found.reference, of_device(found, issue)
        pdf = await render_aside(content, at)
        return Certificate(number=number, subject=subject, issued_at=at, digest=digest_of(pdf), content=pdf)


async def _found(connection: Connection, viewer: Viewer, term: str) -> CustodyView | BatchView:
    if _BATCH.fullmatch(term):
        batch = await queries.batch(connection, viewer, term.upper())
        if batch is None:
            raise NotFound(f"There is no batch {term}.")
        if not proved_of(batch):
            raise RuleBroken(f"Nothing proves any device of {batch.batch} empty, so there is nothing to certify.")
        return batch
    view = await queries.custody(connection, viewer, term)
    if view is None:
        raise NotFound(f"No device “{term}” is or was in custody. Check the serial number or asset tag on its label.")
    if not queries.certifiable(view):
        if view.proof is not None:
            raise RuleBroken(f"{view.reference} was put to use again, so nothing proves it empty any more.")
        raise RuleBroken(f"Nothing proves {view.reference} empty yet, so there is nothing to certify.")
    return view


def heads_of(found: CustodyView | BatchView) -> list[Head]:
    """The chain heads that a certificate tells of, in its order."""
    views = proved_of(found) if isinstance(found, BatchView) else [found]
    return [Head(view.reference, view.custody_id, len(view.chain), head_of(view)) for view in views]


def whole_head(heads: Sequence[Head]) -> str:
    """One record's head as it is; of several the SHA-256 of all, a line each."""
    if len(heads) == 1:
        return heads[0].digest
    return digest_of("".join(f"{head.reference} {head.digest}\n" for head in heads).encode())


def organisation(directory: Directory) -> str:
    """The name of the unit that all others lie under."""
    return next((unit.name for unit in directory.units.values() if unit.parent is None), "The organisation")
