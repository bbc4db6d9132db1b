"""What Slack delivers counts once: repeats, forgeries, crashes and failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SignatureClock

from bot.desk import Desk
from bot.front.http import HttpFront
from bot.received import Received
from bot.resumption import Resumption
from bot.settings import BotSettings
from bot.wiring import Parts, assemble
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import ScriptedPerson
from deploy.local.workspace.server import Workspace
from services.database.pool import Pool
from tests.fixtures.people import email_of
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

PAYLOADS = Path(__file__).parents[2] / "payloads" / "slack"
VECTORS = json.loads((PAYLOADS / "signing_vectors.json").read_text())


@pytest.fixture
async def http_bot(workspace: Workspace, desk: Desk, session: aiohttp.ClientSession) -> AsyncIterator[HttpFront]:
    """The bot behind its HTTP door, with the secret of the recorded deliveries."""
    settings = BotSettings(
        bot_token=workspace.seed.app("quartermaster").bot_token,
        signing_secret=VECTORS[0]["secret"],
        base_url=workspace.api_url,
        host="127.0.0.1",
        port=0,
    )
    front = assemble(settings, desk, session).front
    assert isinstance(front, HttpFront)
    await front.start()
    yield front
    await front.stop()


@pytest.fixture
def at_the_recorded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    when = float(VECTORS[0]["headers"]["X-Slack-Request-Timestamp"])
    monkeypatch.setattr(SignatureClock, "now", lambda _self: when)


async def post(front: HttpFront, session: aiohttp.ClientSession, vector: dict[str, Any], body: bytes) -> int:
    kind = "application/json" if vector["file"].endswith("json") else "application/x-www-form-urlencoded"
    address = f"http://127.0.0.1:{front.port}/slack/events"
    async with session.post(address, data=body, headers={**vector["headers"], "Content-Type": kind}) as answer:
        return answer.status


def body_of(vector: dict[str, Any]) -> bytes:
    return (PAYLOADS / Path(vector["file"]).name).read_bytes()


@pytest.mark.usefixtures("at_the_recorded_time")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
async def test_a_true_signature_opens_and_a_changed_body_does_not(
    http_bot: HttpFront, session: aiohttp.ClientSession, vector: dict[str, Any], pool: Pool
) -> None:
    assert await post(http_bot, session, vector, body_of(vector) + b" ") == 401
    assert await pool.fetchval("SELECT count(*) FROM bot.received") == 0
    assert await post(http_bot, session, vector, body_of(vector)) != 401
    assert await pool.fetchval("SELECT count(*) FROM bot.received") == 1


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
async def test_an_old_signature_is_refused(
    http_bot: HttpFront, session: aiohttp.ClientSession, vector: dict[str, Any]
) -> None:
    assert await post(http_bot, session, vector, body_of(vector)) == 401


def spoken(event_id: str, channel: str, user: str, text: str = "help") -> dict[str, Any]:
    """A direct message as the Events API delivers it."""
    event = {"type": "message", "channel": channel, "channel_type": "im", "user": user, "text": text, "ts": "1.1"}
    authorizations = [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}]
    return {
        "type": "event_callback",
        "event_id": event_id,
        "team_id": "T1",
        "event": event,
        "authorizations": authorizations,
    }


async def deliver(app: AsyncApp, body: dict[str, Any], retry: int | None = None) -> int:
    headers = {"x-slack-retry-num": [str(retry)]} if retry else {}
    request = AsyncBoltRequest(mode="socket_mode", body=body, headers=headers)
    return (await app.async_dispatch(request)).status


async def until_finished(pool: Pool, key: str) -> None:
    async with asyncio.timeout(10):
        while not await pool.fetchval("SELECT finished_at IS NOT NULL FROM bot.received WHERE key = $1", key):
            await asyncio.sleep(0.01)


async def answers_to(amara: ScriptedPerson) -> int:
    return sum("What you can ask" in str(message) for message in await amara.history("@quartermaster"))


async def test_a_repeated_event_is_answered_once(bot: Parts, amara: ScriptedPerson, pool: Pool) -> None:
    body = spoken("Ev1", amara.channel("@quartermaster"), amara.user_id)
    assert [await deliver(bot.app, body, retry) for retry in (None, 1, 2)] == [200, 200, 200]
    await until_finished(pool, "event/Ev1")
    await amara.wait_for_message(lambda message: "What you can ask" in str(message))
    assert await bot.sender.send_next() is False
    assert await answers_to(amara) == 1
    assert await pool.fetchval("SELECT body IS NULL FROM bot.received WHERE key = 'event/Ev1'"), (
        "kept no longer than needed"
    )


async def test_an_event_left_unfinished_by_a_crash_is_taken_up_and_answered_once(
    bot: Parts, amara: ScriptedPerson, pool: Pool
) -> None:
    received = Received(pool)
    body = spoken("Ev2", amara.channel("@quartermaster"), amara.user_id)
    assert await received.accept("event", "event/Ev2", body)
    resumption = Resumption(bot.app, received, bot.underway, unfinished_after=timedelta(0))
    assert await resumption.resume() == 1
    await until_finished(pool, "event/Ev2")
    assert await resumption.resume() == 0
    await amara.wait_for_message(lambda message: "What you can ask" in str(message))
    assert await answers_to(amara) == 1


async def test_an_event_that_always_kills_is_given_up(pool: Pool) -> None:
    received = Received(pool)
    await received.accept("event", "event/Ev3", spoken("Ev3", "D1", "U1"))
    taken = [len(await received.take_unfinished(timedelta(0))) for _ in range(6)]
    assert taken == [1, 1, 1, 1, 0, 0]


async def test_an_unforeseen_failure_gives_a_reference_that_stands_in_the_log(
    bot: Parts, amara: ScriptedPerson, pool: Pool
) -> None:
    await pool.execute("ALTER TABLE register.devices RENAME TO hidden")
    seen = len(amara.updates)
    with structlog.testing.capture_logs() as logs:
        assert (await amara.slash("/kit")).outcome == "acknowledged"
        told = await amara.wait_for_message(lambda message: "quote reference" in str(message), after=seen)
    [failure] = [entry for entry in logs if entry["event"] == "a delivery failed"]
    assert failure["reference"] in told["text"]
    assert "hidden" not in told["text"]
    assert "register" not in told["text"]


async def test_slack_gets_no_acknowledgement_for_what_could_not_be_stored(bot: Parts, pool: Pool) -> None:
    await pool.execute("ALTER TABLE bot.received RENAME TO gone")
    assert await deliver(bot.app, spoken("Ev4", "D1", "U1")) == 500


async def test_a_closed_socket_is_opened_again(bot: Parts, workspace: Workspace, people: WorkspaceClient) -> None:
    assert workspace.connections("quartermaster") == 1
    await workspace.request_refresh()
    await until(lambda: workspace.connections("quartermaster") == 1, "the socket to be opened again")
    person = await people.as_user(email_of("Tom Whitfield"))
    assert (await person.slash("/kit help")).outcome == "acknowledged"
