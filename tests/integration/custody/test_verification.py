"""A chain that was tampered with is found, and the database lets nobody tamper with it by the way."""

from __future__ import annotations

import asyncpg
import pytest

from services.custody.rules.machine import Cause
from services.custody.verification import faults
from services.database.pool import Pool
from tests.fixtures.custody import returned
from tests.integration.custody.conftest import HELEN, Acts, Hears

pytestmark = pytest.mark.integration

TAMPERINGS = {
    "a link's words": ("chain", "UPDATE custody.chain SET what = 'Wiped' WHERE number = 2", "link 2 was changed"),
    "what a link keeps": (
        "chain",
        """UPDATE custody.chain SET details = details || '{"condition": "poor"}' WHERE number = 3""",
        "link 3 was changed",
    ),
    "a link taken out": ("chain", "DELETE FROM custody.chain WHERE number = 2", "link 2 is missing"),
    "the last link taken off": (
        "chain",
        "DELETE FROM custody.chain WHERE number = 3",
        "the record does not stand where its chain ends",
    ),
    "a record moved by hand": (
        None,
        "UPDATE custody.records SET state = 'recycled', ended_at = now()",
        "the record does not stand where its chain ends",
    ),
    "a record's review": (
        None,
        "UPDATE custody.records SET route = 'recycling', residual_pence = 0",
        "its route is not what its chain says",
    ),
    "a record's certificate": (
        None,
        "UPDATE custody.records SET certificate_number = 'SW-2'",
        "its certificate number is not what its chain says",
    ),
    "when a record was proved": (
        None,
        "UPDATE custody.records SET proof_at = proof_at + interval '1 day'",
        "its proof at is not what its chain says",
    ),
    "another device put in the place of the one that was proved": (
        None,
        "UPDATE custody.records SET serial = 'OTHER1'",
        "its serial is not what its chain says",
    ),
    "a document's bytes": (
        "documents",
        "UPDATE custody.documents SET content = 'other'",
        "the bytes are not those that were kept",
    ),
    "a document changed with its digest": (
        "documents",
        "UPDATE custody.documents SET content = 'other', size = 5, digest = encode(sha256('other'), 'hex')",
        "the document of link 2 is another",
    ),
}


@pytest.fixture
async def reviewed(acts: Acts, hear: Hears) -> None:
    """One device, three links."""
    await hear(returned(1))
    await acts.certify("C-1")
    await acts(Cause.REVIEW, "C-1", condition="good")


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize("what", TAMPERINGS)
async def test_tampering_is_found(pool: Pool, what: str) -> None:
    guarded, statement, says = TAMPERINGS[what]
    async with pool.acquire() as connection:
        assert [fault async for fault in faults(connection)] == []
        if guarded:
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(statement)
            await connection.execute(f"ALTER TABLE custody.{guarded} DISABLE TRIGGER append_only")
        await connection.execute(statement)
        assert any(says in fault.what for fault in [fault async for fault in faults(connection)])


@pytest.mark.usefixtures("reviewed")
async def test_the_database_itself_refuses_a_disposal_without_proof(pool: Pool) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("UPDATE custody.records SET proof = NULL, state = 'resold'")
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("UPDATE custody.records SET route = NULL, state = 'resold'")


async def test_the_same_bytes_are_one_document(acts: Acts) -> None:
    first = await acts.custodies.keep_document(HELEN, name="a.pdf", content=b"proof")
    second = await acts.custodies.keep_document(HELEN, name="b.pdf", content=b"proof")
    assert second == first
