"""What a crash interrupts: what was acknowledged is kept and taken up again, and a form may be brought once more."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.middleware.underway import Underway
from bot.received import Received, delivery_key
from bot.resumption import Resumption
from bot.wiring import Parts
from deploy.local.workspace.scripted import ScriptedPerson
from deploy.local.workspace.server import Workspace
from deploy.local.workspace.store.response_urls import ResponseUrl
from services.database.pool import Pool
from tests.fixtures.people import email_of
from tests.fixtures.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]
PAYLOADS = Path(__file__).parents[2] / "payloads" / "slack"
AT_ONCE = timedelta(0)


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / name).read_text())
    return body


def typed(person: ScriptedPerson, text: str) -> dict[str, Any]:
    """A slash command as Slack delivers it; its answer has nowhere to go any more."""
    return {"command": "/kit", "text": text, "user_id": person.user_id, "channel_id": "C1", "trigger_id": "1.2.3"}


async def accepted(received: Received, body: dict[str, Any]) -> bool:
    known = delivery_key(body)
    assert known is not None
    return await received.accept(*known, body)


async def test_a_press_outside_a_form_is_kept_until_it_is_dealt_with(pool: Pool) -> None:
    received, body = Received(pool), recorded("block_actions.json")
    assert await accepted(received, body)
    assert not await accepted(received, body), "whoever keeps it takes it up"
    [(key, kept)] = await received.take_unfinished(AT_ONCE)
    assert kept == body
    await received.finish(key)
    assert await received.take_unfinished(AT_ONCE) == []
    assert await pool.fetchval("SELECT body IS NULL FROM bot.received"), "kept no longer than needed"
    assert not await accepted(received, body)


@pytest.mark.parametrize("presses", [False, True], ids=["sent in", "pressed in it"])
async def test_a_form_is_not_kept_and_may_come_again_until_it_is_dealt_with(pool: Pool, *, presses: bool) -> None:
    received, body = Received(pool), recorded("view_submission.json")
    if presses:
        body |= {"type": "block_actions", "actions": [{"action_id": "reason", "action_ts": "1.1"}]}
    assert await accepted(received, body)
    assert await received.take_unfinished(AT_ONCE) == []
    assert await accepted(received, body), "nobody else would take it up"
    known = delivery_key(body)
    assert known is not None
    await received.finish(known[1])
    assert not await accepted(received, body)


async def test_a_loss_told_by_a_command_that_a_crash_cut_off_is_reported_once(
    bot: Parts, amara: ScriptedPerson, pool: Pool
) -> None:
    received = Received(pool)
    assert await accepted(received, typed(amara, "lost S1"))
    resumption = Resumption(bot.app, received, bot.underway, unfinished_after=AT_ONCE)
    assert await resumption.resume() == 1
    await until(lambda: pool.fetchval("SELECT finished_at IS NOT NULL FROM bot.received"), "the command to be done")
    assert await resumption.resume() == 0
    reporters = await pool.fetch("SELECT reporter_email FROM losses.losses")
    assert [row["reporter_email"] for row in reporters] == [email_of("Amara Osei")]


async def test_an_answer_that_comes_too_late_for_its_own_way_comes_in_the_persons_conversation(
    bot: Parts, workspace: Workspace, amara: ScriptedPerson, pool: Pool
) -> None:
    """Slack takes answers to a command for half an hour."""
    app = workspace.seed.app("quartermaster").id
    over = ResponseUrl("over", app, amara.user_id, amara.channel("general"), None, None, expires=0.0, uses=5)
    workspace.context.store.response_urls.put(over)
    received = Received(pool)
    assert await accepted(received, typed(amara, "") | {"response_url": f"{workspace.url}/hooks/over"})
    resumption = Resumption(bot.app, received, bot.underway, unfinished_after=AT_ONCE)
    assert await resumption.resume() == 1
    told = await amara.wait_for_message(lambda message: "S1" in str(message) and not message.get("is_ephemeral"))
    assert told["channel"] == amara.channel("@quartermaster")


async def test_what_a_listener_is_still_at_work_on_is_taken_up_by_nobody(
    bot: Parts, amara: ScriptedPerson, pool: Pool
) -> None:
    received = Received(pool)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE losses.losses")
        assert (await amara.slash("/kit lost S1")).outcome == "acknowledged"
        here = Resumption(bot.app, received, bot.underway, unfinished_after=AT_ONCE)
        [begun] = bot.underway.deliveries()
        before = await pool.fetchval("SELECT taken_at FROM bot.received WHERE key = $1", begun)
        assert await here.resume() == 0, "we are at work on it"
        assert await pool.fetchval("SELECT taken_at > $2 FROM bot.received WHERE key = $1", begun, before)
        elsewhere = Resumption(bot.app, received, Underway(), unfinished_after=timedelta(seconds=30))
        assert await elsewhere.resume() == 0, "and others see that somebody is"
    await until(lambda: pool.fetchval("SELECT finished_at IS NOT NULL FROM bot.received"), "the command to be done")
    assert bot.underway.deliveries() == []


async def test_what_waited_longer_than_slack_repeats_is_not_forgotten_before_it_is_done(pool: Pool) -> None:
    received = Received(pool)
    assert await accepted(received, recorded("block_actions.json"))
    long_ago = "now() - interval '4 days'"
    await pool.execute(f"UPDATE bot.received SET received_at = {long_ago}, taken_at = {long_ago}")
    await received.prune()
    assert len(await received.take_unfinished(timedelta(seconds=30))) == 1
    await pool.execute("UPDATE bot.received SET attempts = 5")
    await received.prune()
    assert await pool.fetchval("SELECT count(*) FROM bot.received") == 0, "what nobody will take up again is forgotten"


async def test_what_no_listener_is_for_is_kept_no_longer_than_one_look(
    bot: Parts, amara: ScriptedPerson, pool: Pool
) -> None:
    received, body = Received(pool), recorded("block_actions.json")
    body["actions"][0]["action_id"] = "of_an_older_version"
    assert await accepted(received, body)
    resumption = Resumption(bot.app, received, bot.underway, unfinished_after=AT_ONCE)
    assert await resumption.resume() == 1
    assert await pool.fetchval("SELECT body IS NULL AND finished_at IS NOT NULL FROM bot.received")
