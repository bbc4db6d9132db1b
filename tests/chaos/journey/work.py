"""What one process does in its life: hear a batch, send what waits, or carry out one command. Then it ends."""

from __future__ import annotations

import dataclasses
import importlib
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import Channels
from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.people import People
from bot.sender import Sender as BotSender
from bot.service import HEARS
from bot.settings import BotSettings
from deploy.composition import SERVICES
from deploy.local.scenarios.directory import directory_path
from schemas.topics import Topic
from schemas.vocabulary import Kind
from services.access.directory import Directory
from services.access.viewer import viewer_for
from services.clock import FixedClock
from services.custody.commands import Custodies, Details
from services.custody.rules.machine import Cause as CustodyCause
from services.database.pool import Pool, open_pool
from services.desk.desks.servicenow import ServiceNow
from services.desk.sender import Sender as DeskSender
from services.eventlog.applying import Apply, RecordApplier
from services.eventlog.stream_service import StreamService
from services.losses.commands import Losses
from services.mdm.mdms.choice import chosen
from services.mdm.sender import Sender as MdmSender
from services.outbound.caller import Caller
from services.outbound.credentials import BasicAuthorisation
from services.outbound.workers import Pace
from services.requests.commands import Deliveries, Leaving, Requests
from services.requests.policy import own_policy
from services.requests.queries import Reason
from services.requests.sweep import WaitingSweep
from services.settings import Settings
from tests.fixtures.people import email_of
from tests.integration.desk.standins import PASSWORD, USER
from tests.integration.flow.joined import Record
from tests.integration.flow.run import BOROUGH
from tests.integration.mdm.conftest import settings_at
from tests.unit.refresh.policies import FILE as POLICY

DIRECTORY = Directory.load(directory_path(BOROUGH))
LISTENERS = ("register", "requests", "refresh", "budget", "desk", "losses", "custody", "mdm", "bot")


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is, and what time it is."""

    database_url: str
    slack_url: str
    slack_token: str
    servicenow_url: str
    vendors_url: str
    now: datetime

    @property
    def clock(self) -> FixedClock:
        return FixedClock(self.now)

    @property
    def settings(self) -> Settings:
        return Settings(
            DATABASE_URL=self.database_url,
            KAFKA_BOOTSTRAP_SERVERS="unused:9092",
            directory_file=Path("unused"),
            policy_file=POLICY,
        )


def heard_by(world: World, name: str) -> tuple[list[Topic], Apply]:
    """A service's topics and its effect, as its own `build` puts them together."""
    if name == "bot":
        return HEARS, BotConsumer(_bot_desk(world), _bot_settings(world), lambda: None).apply
    service: Any = importlib.import_module(SERVICES[name]).build(world.settings, world.clock, DIRECTORY)
    stream: StreamService = service if isinstance(service, StreamService) else service._stream
    assert stream._apply is not None, f"{name} hears nothing"
    return list(stream._topics), stream._apply


def _bot_settings(world: World) -> BotSettings:
    return BotSettings(SLACK_BOT_TOKEN=world.slack_token, SLACK_SIGNING_SECRET="unused", SLACK_BASE_URL=world.slack_url)


def _bot_desk(world: World) -> Desk:
    """What is heard is turned into messages without any command; of those of requests, their policy is asked."""
    nothing: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(Desk))
    requests = Requests(cast(Pool, None), world.clock, DIRECTORY)
    return Desk(**nothing | {"clock": world.clock, "directory": DIRECTORY, "commands": requests})


async def hear(world: World, service: str, records: list[tuple[str, str]]) -> None:
    """One batch, by way of the event log's applier; its offsets are committed by whoever started us, once we ended."""
    topics, apply = heard_by(world, service)
    async with _pool(world, service) as pool:
        applier = RecordApplier(service, topics, apply, pool, "")
        await applier.apply([Record(topic, b64decode(event)) for topic, event in records])


async def send(world: World, service: str) -> None:
    """Everything that waits to be carried to Slack or to the service desk."""
    async with _pool(world, service) as pool, aiohttp.ClientSession() as session:
        send_next = _senders[service](world, pool, session)
        while await send_next():
            pass


def _to_slack(world: World, pool: Pool, session: aiohttp.ClientSession) -> Callable[[], Awaitable[bool]]:
    client = AsyncWebClient(token=world.slack_token, base_url=world.slack_url, session=session)
    client.retry_handlers.clear()
    channels = Channels(client, People(client, DIRECTORY))
    return BotSender(pool, client, channels, lease=timedelta()).send_next


def _to_the_desk(world: World, pool: Pool, session: aiohttp.ClientSession) -> Callable[[], Awaitable[bool]]:
    caller = Caller(session, world.servicenow_url, BasicAuthorisation(USER, PASSWORD))
    desk = ServiceNow(caller, world.servicenow_url, "incident", settles=timedelta())
    return DeskSender(pool, desk, "quartermaster", pace=Pace(lease=0)).send_next


def _to_managements(world: World, pool: Pool, session: aiohttp.ClientSession) -> Callable[[], Awaitable[bool]]:
    mdms = chosen(settings_at(world.vendors_url), session)
    for mdm in mdms.values():
        mdm.settles = timedelta()
    return MdmSender(pool, mdms, world.clock, pace=Pace(lease=0)).send_next


_senders: dict[str, Callable[[World, Pool, aiohttp.ClientSession], Callable[[], Awaitable[bool]]]] = {
    "bot": _to_slack,
    "desk": _to_the_desk,
    "mdm": _to_managements,
}


async def command(world: World, name: str, who: str, arguments: dict[str, Any]) -> str:
    """One command of a person. The bot resumes it with the key of what Slack sent, so the key is the same each time."""
    return await _commands[name](world, who, **arguments)


async def _raise(world: World, who: str, device_id: str, key: str) -> str:
    async with _pool(world, "requests") as pool:
        raised = await Requests(pool, world.clock, DIRECTORY).raise_request(
            viewer_for(email_of(who), DIRECTORY),
            device_id=UUID(device_id),
            kind=Kind.LAPTOP,
            reason=Reason.BROKEN,
            needed_by=None,
            accessibility_needs=True,
            explanation="It fell",
            delivery_place="Charing Cross",
            idempotency_key=key,
        )
        return str(raised.request_id)


_Act = Callable[..., Awaitable[Any]]


def _decides(act: Callable[[Requests], _Act]) -> Callable[..., Awaitable[str]]:
    return _acts(lambda pool, world: act(Requests(pool, world.clock, DIRECTORY)))


def _delivers(act: Callable[[Deliveries], _Act]) -> Callable[..., Awaitable[str]]:
    return _acts(lambda pool, world: act(Deliveries(pool, world.clock, DIRECTORY)))


def _acts(bound: Callable[[Pool, World], _Act]) -> Callable[..., Awaitable[str]]:
    async def act(world: World, who: str, request_id: str, key: str, **given: str) -> str:
        async with _pool(world, "requests") as pool:
            run = bound(pool, world)
            done = await run(viewer_for(email_of(who), DIRECTORY), UUID(request_id), idempotency_key=key, **given)
            return str(done.request.status)

    return act


async def _leave(world: World, who: str, whose: str, key: str) -> str:
    async with _pool(world, "requests") as pool:
        left = await Leaving(pool, world.clock, DIRECTORY).leave(
            viewer_for(email_of(who), DIRECTORY), email_of(whose), idempotency_key=key
        )
        return str(len(left.due_back))


async def _clock_comes(world: World, who: str, days: int) -> str:
    """Nobody's command: what the clock does so many days later. `who` does not matter to it."""
    async with _pool(world, "requests") as pool:
        clock = FixedClock(world.now + timedelta(days=days))
        return str(await WaitingSweep(pool, clock, DIRECTORY, own_policy().patience).sweep())


async def _report(world: World, who: str, device_id: str, key: str) -> str:
    async with _pool(world, "losses") as pool:
        losses = Losses(pool, world.clock, DIRECTORY)
        reported = await losses.report(
            viewer_for(email_of(who), DIRECTORY), device_id=UUID(device_id), how="lost", idempotency_key=key
        )
        return str(reported.loss.loss_id)


def _about_loss(act: Callable[[Losses], _Act]) -> Callable[..., Awaitable[str]]:
    async def acts(world: World, who: str, loss_id: str, key: str, **given: str) -> str:
        async with _pool(world, "losses") as pool:
            run = act(Losses(pool, world.clock, DIRECTORY))
            done = await run(viewer_for(email_of(who), DIRECTORY), UUID(loss_id), idempotency_key=key, **given)
            return str(done.state)

    return acts


async def _keep_certificate(world: World, who: str) -> str:
    async with _pool(world, "custody") as pool:
        custodies = Custodies(pool, world.clock, DIRECTORY)
        kept = await custodies.keep_document(
            viewer_for(email_of(who), DIRECTORY), name="certificate.pdf", content=b"%PDF-1.7 wiped"
        )
        return str(kept.document_id)


async def _custody(world: World, who: str, cause: str, reference: str, key: str, details: dict[str, Any]) -> str:
    async with _pool(world, "custody") as pool:
        custodies = Custodies(pool, world.clock, DIRECTORY)
        done = await custodies.act(
            viewer_for(email_of(who), DIRECTORY),
            CustodyCause(cause),
            [reference],
            msgspec.convert(details, Details),
            idempotency_key=key,
        )
        return str(done.moved[0].state)


_commands: dict[str, Callable[..., Awaitable[str]]] = {
    "raise": _raise,
    "approve": _decides(lambda requests: requests.approve),
    "allocate": _delivers(lambda deliveries: deliveries.allocate),
    "ship": _delivers(lambda deliveries: deliveries.ship),
    "receive": _delivers(lambda deliveries: deliveries.receive),
    "check": _delivers(lambda deliveries: deliveries.check),
    "leave": _leave,
    "clock comes": _clock_comes,
    "keep certificate": _keep_certificate,
    "custody": _custody,
    "report": _report,
    "ask wipe": _about_loss(lambda losses: losses.ask_wipe),
    "confirm wipe": _about_loss(lambda losses: losses.confirm_wipe),
    "write off": _about_loss(lambda losses: losses.write_off),
}


@asynccontextmanager
async def _pool(world: World, schema: str) -> AsyncIterator[Pool]:
    pool = await open_pool(world.database_url, schema, size=1)
    try:
        yield pool
    finally:
        await pool.close()


WORK: dict[str, Callable[..., Awaitable[Any]]] = {"hear": hear, "send": send, "command": command}
