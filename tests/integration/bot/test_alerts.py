"""An alert is one message: posted once, changed in place, cleared once, whatever dies in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels import Channels
from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.outgoing import OutgoingMessage, put
from bot.people import People
from bot.render.message import message, section
from bot.sender import Sender
from bot.settings import BotSettings
from bot.wiring import slack_client
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json
from schemas.events.alert import Alert, AlertCleared, AlertRaised, AlertUpdated
from schemas.vocabulary import AlertSeverity
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.people import email_of

pytestmark = pytest.mark.integration


def alert(revision: int, headline: str, *, cleared: bool = False) -> AlertRaised | AlertUpdated | AlertCleared:
    data = Alert(
        key="budget/2024/25/refresh-and-bau/75",
        episode=1,
        condition="budget",
        severity=AlertSeverity.WARNING,
        audience="budget",
        headline=headline,
        detail="£18.9m of £25.0m is committed or invoiced.",
        raised_at=NOW,
        revision=revision,
        cleared_at=NOW + timedelta(hours=1) if cleared else None,
    )
    kind = AlertCleared if cleared else AlertRaised if revision == 1 else AlertUpdated
    return kind(id=f"a{revision}", source="quartermaster/watch", time=NOW, subject=data.key, data=data)


@pytest.fixture
def sender(settings: BotSettings, desk: Desk, session: aiohttp.ClientSession) -> Sender:
    return new_sender(settings, desk, session)


def new_sender(settings: BotSettings, desk: Desk, session: aiohttp.ClientSession, cls: type[Sender] = Sender) -> Sender:
    client = slack_client(settings, session)
    client.retry_handlers.clear()
    return cls(desk.pool, client, Channels(client, People(client, desk.directory)), lease=timedelta(0))


async def send_all(sender: Sender) -> None:
    while await sender.send_next():
        pass


async def in_channel(people: WorkspaceClient) -> list[Json]:
    idris = await people.as_user(email_of("Idris Bello"))
    return await idris.history("budget")


async def test_raised_updated_cleared_is_one_message(
    people: WorkspaceClient, desk: Desk, settings: BotSettings, sender: Sender, pool: Pool
) -> None:
    consumer = BotConsumer(desk, settings, sender.wake)
    shown = []
    for event in (alert(1, "75 % used"), alert(2, "80 % used"), alert(3, "80 % used", cleared=True)):
        await deliver(pool, consumer.apply, [event, event])
        await send_all(sender)
        [only] = await in_channel(people)
        shown.append(only)
    assert "75 % used" in str(shown[0])
    assert "80 % used" in str(shown[1])
    assert "Cleared" in str(shown[2])
    assert len({each["ts"] for each in shown}) == 1


async def test_a_late_older_revision_changes_nothing(
    people: WorkspaceClient, desk: Desk, settings: BotSettings, sender: Sender, pool: Pool
) -> None:
    consumer = BotConsumer(desk, settings, sender.wake)
    for event in (alert(3, "over", cleared=True), alert(1, "75 % used")):
        await deliver(pool, consumer.apply, [event])
        await send_all(sender)
    [only] = await in_channel(people)
    assert "Cleared" in str(only)


class DiesAfterPosting(Sender):
    """Ends between Slack's answer and the row that would remember it, as a killed process does."""

    async def send_next(self) -> bool:
        held = await self._store.claim()
        assert held is not None
        await self._deliver(held)
        return False


async def test_posted_once_across_a_death_between_post_and_store(
    people: WorkspaceClient, desk: Desk, settings: BotSettings, session: aiohttp.ClientSession, pool: Pool
) -> None:
    await deliver(pool, BotConsumer(desk, settings, lambda: None).apply, [alert(1, "75 % used")])
    await new_sender(settings, desk, session, DiesAfterPosting).send_next()
    assert len(await in_channel(people)) == 1
    assert await pool.fetchval("SELECT state FROM bot.outgoing") == "sending"
    await send_all(new_sender(settings, desk, session))
    assert len(await in_channel(people)) == 1
    row = await pool.fetchrow("SELECT state, ts FROM bot.outgoing")
    assert row is not None
    assert (row["state"], row["ts"]) == ("sent", (await in_channel(people))[0]["ts"])


async def test_a_death_before_posting_loses_nothing(
    people: WorkspaceClient, desk: Desk, settings: BotSettings, sender: Sender, pool: Pool
) -> None:
    await deliver(pool, BotConsumer(desk, settings, lambda: None).apply, [alert(1, "75 % used")])
    assert await sender._store.claim() is not None
    await send_all(sender)
    assert len(await in_channel(people)) == 1


async def test_many_senders_post_each_message_once(
    people: WorkspaceClient, desk: Desk, settings: BotSettings, session: aiohttp.ClientSession, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        await put(
            connection,
            [OutgoingMessage(f"m{n}", "name:budget", 1, message(f"m{n}", [section(f"m{n}")])) for n in range(12)],
        )
    client = slack_client(settings, session)
    client.retry_handlers.clear()
    channels = Channels(client, People(client, desk.directory))
    await asyncio.gather(*(send_all(Sender(pool, client, channels)) for _ in range(3)))
    assert sorted(each["text"] for each in await in_channel(people)) == sorted(f"m{n}" for n in range(12))


async def test_slacks_pace_is_kept(
    people: WorkspaceClient,
    desk: Desk,
    settings: BotSettings,
    session: aiohttp.ClientSession,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sender = new_sender(settings, desk, session)

    async def too_fast(**_: object) -> AsyncSlackResponse:
        response = AsyncSlackResponse(
            client=sender._client,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False, "error": "ratelimited"},
            headers={"Retry-After": "7"},
            status_code=429,
        )
        return response.validate()

    monkeypatch.setattr(sender._client, "chat_postMessage", too_fast)
    await deliver(pool, BotConsumer(desk, settings, lambda: None).apply, [alert(1, "75 % used")])
    before = await pool.fetchval("SELECT clock_timestamp()")
    await send_all(sender)
    after = await pool.fetchval("SELECT clock_timestamp()")
    row = await pool.fetchrow("SELECT state, last_error, not_before FROM bot.outgoing")
    assert row is not None
    assert (row["state"], row["last_error"]) == ("waiting", "ratelimited")
    assert before <= row["not_before"] - timedelta(seconds=7) <= after
