"""What the consumer makes of losses and custody records: any order, any repetition, one end."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.events.custody import CustodyMoved, CustodyRecord
from schemas.events.mdm import Command
from services.database.pool import Pool
from tests.integration.mdm.conftest import IDS, NOW, Tell, moved, told

WORDS = st.lists(st.sampled_from(["want", "recall", "nothing"]), min_size=1, max_size=6)


def command(device_id: UUID) -> Command:
    return Command(
        command_id=uuid5(device_id, "command"),
        device_id=device_id,
        action="wipe",
        reference="L-7",
        wanted_at=NOW,
        serial="QM1",
    )


@given(words=WORDS, split=st.integers(0, 6), number=st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_in_any_order_a_recalled_command_is_recalled_once_and_a_wanted_one_waits(
    pool: Pool, tell: Tell, words: list[str], split: int, number: int
) -> None:
    await pool.execute("TRUNCATE commands, outbox, inbox")
    device_id = uuid5(IDS, f"heard/{number}")
    wanted = command(device_id)
    events = [
        moved(
            device_id,
            command=wanted if word == "want" else None,
            recalled=wanted.command_id if word == "recall" else None,
        )
        for word in words
    ]
    await tell(*events[:split])
    await tell(*events[split:], *events[:split])
    row = await pool.fetchrow("SELECT state, device_id, next_try_at IS NOT NULL AS waits FROM commands")
    heard = set(words) - {"nothing"}
    if not heard:
        assert row is None
        return
    assert row is not None
    assert row["state"] == ("recalled" if "recall" in heard else "wanted")
    assert row["waits"] == (heard == {"want"})
    assert row["device_id"] == (device_id if "want" in heard else None)
    assert [each.state for each in await told(pool)] == (["recalled"] if heard == {"want", "recall"} else [])


async def test_custody_records_carry_commands_too(pool: Pool, tell: Tell) -> None:
    device_id = uuid5(IDS, "custody")
    event = CustodyMoved(
        id=f"{device_id}/1",
        source="quartermaster/custody",
        time=NOW,
        subject=str(device_id),
        data=CustodyRecord(
            custody_id=uuid5(device_id, "record"),
            reference="C-1",
            revision=1,
            device_id=device_id,
            state="wipe_requested",
            explanation="A wipe is on its way.",
            command=command(device_id),
        ),
    )
    assert await tell(event, event) == []
    row = await pool.fetchrow("SELECT command_id, device_id, action, reference, serial, wanted_at, state FROM commands")
    assert row is not None
    assert tuple(row) == (command(device_id).command_id, device_id, "wipe", "L-7", "QM1", NOW, "wanted")


@pytest.mark.parametrize("state", ["sent", "refused", "unmanaged"])
async def test_what_has_ended_is_not_turned_back(pool: Pool, tell: Tell, state: str) -> None:
    device_id = uuid5(IDS, state)
    wanted = command(device_id)
    await tell(moved(device_id, command=wanted))
    await pool.execute("UPDATE commands SET state = $1, next_try_at = NULL", state)
    assert await tell(moved(device_id, recalled=wanted.command_id), moved(device_id, command=wanted)) == []
    assert await pool.fetchval("SELECT state FROM commands") == state
