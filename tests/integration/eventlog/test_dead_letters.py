"""The dead-letter store: what is settled is forgotten in time, what is open never, what comes again is whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.database.pool import Pool, open_pool
from services.eventlog import dead_letters
from services.eventlog.dead_letters import NONE_YET, Choice, DeadLetter
from services.eventlog.forgetting import Forgetting

pytestmark = pytest.mark.integration

LETTERS = [
    DeadLetter(source="jamf", reason=f"line {n}: no", body=b"Amara %d" % n, context={"a": "b"}) for n in range(6)
]
OPEN, REPLAYED, DISCARDED, LATELY = (letter.fingerprint for letter in LETTERS[:4])


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    async with opened.acquire() as connection:
        await dead_letters.keep(connection, LETTERS)
        await dead_letters.settle(connection, [REPLAYED], "replayed")
        await dead_letters.settle(connection, [DISCARDED, LATELY], "discarded")
    await opened.execute(
        "UPDATE dead_letters SET settled_at = now() - interval '31 days' WHERE fingerprint = ANY ($1::uuid[])",
        [REPLAYED, DISCARDED],
    )
    await opened.execute("UPDATE dead_letters SET first_seen = now() - interval '9 years' WHERE fingerprint = $1", OPEN)
    yield opened
    await opened.close()


async def test_settled_letters_lose_what_they_held_and_nothing_else(pool: Pool) -> None:
    forgetting = Forgetting("register", pool, timedelta(days=30))
    assert await forgetting.forget() == 2
    assert await forgetting.forget() == 0
    async with pool.acquire() as connection:
        gone = await dead_letters.find(connection, REPLAYED)
        assert gone is not None
        assert (gone.body, gone.context, gone.settled_as) == (b"", {}, "replayed")
        assert (gone.reason, gone.seen) == ("line 1: no", 1)
        assert gone.forgotten_at is not None
        for kept in (OPEN, LATELY):
            letter = await dead_letters.find(connection, kept)
            assert letter is not None
            assert (letter.body[:5], letter.context, letter.forgotten_at) == (b"Amara", {"a": "b"}, None)


async def test_a_forgotten_letter_that_comes_again_is_open_and_whole(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert await dead_letters.forget(connection, datetime.now(UTC), limit=2) == 2
        assert await dead_letters.forget(connection, datetime.now(UTC)) == 1
        await dead_letters.keep(connection, LETTERS)
        again = await dead_letters.find(connection, DISCARDED)
    assert again is not None
    assert (again.body, again.context, again.seen) == (b"Amara 2", {"a": "b"}, 2)
    assert (again.settled_at, again.forgotten_at) == (None, None)


async def test_letters_are_chosen_by_source_reason_and_words_without_waiting_for_others(
    pool: Pool, database_url: str
) -> None:
    async def chosen(**wanted: str | None) -> int:
        async with pool.acquire() as connection, connection.transaction():
            return len(await dead_letters.lock_open(connection, Choice(**wanted), after=NONE_YET, limit=100))

    key = await pool.fetchval("SELECT eventlog.reason_key('jamf', 'line 77: no')")
    assert await chosen() == await chosen(source="jamf") == await chosen(reason_key=key) == 3
    assert await chosen(words="LINE 4") == 1
    assert await chosen(source="intune") == await chosen(words="%") == 0
    async with pool.acquire() as other, other.transaction():
        await dead_letters.find(other, OPEN)
        assert await chosen() == 2


async def test_a_service_equipped_later_is_like_the_others(pool: Pool) -> None:
    await pool.execute("CREATE SCHEMA later")
    await pool.execute("SELECT eventlog.equip('later')")
    await pool.execute(
        "INSERT INTO later.dead_letters (fingerprint, source, reason, body) VALUES ($1, 'x', 'y', '')", OPEN
    )
    assert await pool.fetchval("SELECT forgotten_at FROM later.dead_letters") is None
    assert "later" in {row[0] for row in await pool.fetch("SELECT eventlog.equipped()")}
    assert await pool.fetch("SELECT service, letters FROM eventlog.dead_letter_groups() ORDER BY service") == [
        ("later", 1),
        ("register", 3),
    ]
    assert await pool.fetch("SELECT service FROM eventlog.dead_letter($1, 1) ORDER BY 1", OPEN) == [
        ("later",),
        ("register",),
    ]
