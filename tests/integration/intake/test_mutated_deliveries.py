"""Thousands of damaged deliveries through a real server into a real database: a clear answer each, and no sum is off.

`make fuzz` runs twenty times as many. A fault names the mutant, keeps its bytes under var/fuzz, and can be run again.
"""

from __future__ import annotations

import pytest

from services.database.pool import Pool
from tests.fuzz.expectation import Fault
from tests.fuzz.mutants import Mutant
from tests.fuzz.running import reproducible, through_the_door

pytestmark = pytest.mark.integration

RUN = 20241104


async def test_five_thousand_damaged_deliveries_are_accepted_refused_or_kept_and_none_is_lost(pool: Pool) -> None:
    tally = await through_the_door(pool, RUN, range(5_000))
    assert tally.sent == sum(tally.statuses.values()) == 5_000
    assert set(tally.statuses) == {200, 202, 400, 401, 413, 415}
    # Of everything something, or the mutants would have stopped reaching what they are for.
    assert min(tally.statuses.values()) > 40
    for outcome in ("accepted", "repeated", "ignored", "dead_lettered"):
        assert sum(number for (_, name), number in tally.records.items() if name == outcome) > 40, outcome


TAMPERINGS = {
    "DELETE FROM dead_letters WHERE ctid = (SELECT min(ctid) FROM dead_letters)": "dead letters kept",
    "UPDATE dead_letters SET seen = seen + 1": "dead letters kept",
    "DELETE FROM outbox WHERE position = (SELECT max(position) FROM outbox)": "events in the outbox",
    "INSERT INTO outbox (topic, key, event) SELECT topic, key, event FROM outbox LIMIT 1": "events in the outbox",
    "INSERT INTO inbox (event_key) VALUES (gen_random_uuid())": "events in the inbox",
}


async def test_what_is_lost_or_counted_twice_would_be_found(pool: Pool) -> None:
    tally = await through_the_door(pool, RUN, range(100), good_afterwards=False)
    for tampering, words in TAMPERINGS.items():
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(tampering)
            with pytest.raises(Fault, match=words):
                await tally.reconcile(connection)
            await transaction.rollback()
    await tally.reconcile(pool)
    tally.records["jamf", "accepted"] += 1
    with pytest.raises(Fault, match="records by outcome"):
        await tally.reconcile(pool)


def test_a_fault_can_be_reproduced(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.running.KEPT_IN", tmp_path)
    told = str(reproducible(Fault("answered 500"), 7, Mutant(12, "jamf/ComputerAdded.json", ("null",), b"\x00{")))
    assert "answered 500" in told
    assert "--seed 7 --only 12" in told
    assert "AHs=" in told
    assert f"{tmp_path}/7-12.bin" in told
