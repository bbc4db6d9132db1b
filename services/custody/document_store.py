"""Keeping the files that prove something, byte for byte."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath
from uuid import UUID, uuid5

import msgspec

from services.custody.queries import Document
from services.custody.store import SQL
from services.database.pool import Connection
from services.errors import BadInput

MOST_BYTES = 10 * 1024 * 1024
_DOCUMENTS = UUID("c6b0a3a2-2f0a-49a1-bb0b-7c5a5f0f6d10")
_LONGEST_NAME = 120


async def keep(connection: Connection, name: str, content: bytes, now: datetime, by: str) -> Document:
    """Keep a file; the same bytes again are the document that is kept. Raises BadInput."""
    plain = PurePath(name.replace("\\", "/")).name.strip()
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise BadInput(f"give the file a name of up to {_LONGEST_NAME} plain characters", where="name")
    if not 0 < len(content) <= MOST_BYTES:
        raise BadInput(f"a file of up to {MOST_BYTES // 1024 // 1024} MB is wanted, and not an empty one", where="file")
    digest = hashlib.sha256(content).hexdigest()
    document_id = uuid5(_DOCUMENTS, digest)
    await connection.execute(SQL["keep_document"], document_id, digest, plain, len(content), content, now, by)
    kept = await named(connection, document_id)
    assert kept is not None, "it was kept in this transaction or before"
    return kept


async def named(connection: Connection, document_id: UUID | None) -> Document | None:
    """The document with this id. Raises BadInput if there is none; None for none."""
    if document_id is None:
        return None
    row = await connection.fetchrow(SQL["document"], document_id)
    if row is None:
        raise BadInput("there is no such document; upload it first", where="document_id")
    return msgspec.convert(dict(row), Document)
