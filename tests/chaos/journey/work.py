"""What one process does in its life: hear a batch, send what waits, or carry out one command. Then it ends.

A batch comes from the outboxes, in the place of Kafka: what a relay publishes and a consumer reads twice is tested with
the log itself. So is Faust's edge around watch; here watch hears as it does behind that edge.
"""

from __future__ import annotations

import dataclasses
import importlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, cast

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import Channels
from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.people import People
from bot.sender import Sender as BotSender
from bot.service import HEARS
from bot.settings import BotSettings
from deploy.composition import SERVICES
from schemas.envelope import Event
from schemas.topics import Topic
from services.database.pool import Pool
from services.desk.desks.servicenow import ServiceNow
from services.desk.sender import Sender as DeskSender
from services.eventlog.applying import Apply, RecordApplier
from services.eventlog.stream_service import StreamService
from services.mdm.mdms.choice import chosen
from services.mdm.sender import Sender as MdmSender
from services.outbound.caller import Caller
from services.outbound.credentials import BasicAuthorisation
from services.outbound.workers import Pace
from services.requests.commands import Requests
from services.watch.consumer import WANTED, WatchConsumer
from services.watch.evaluation import Evaluation
from services.watch.service import TOPICS as HEARD_BY_WATCH
from services.watch.thresholds import load_thresholds
from tests.chaos.journey.commands import command
from tests.chaos.journey.door import door
from tests.chaos.journey.world import DIRECTORY, World
from tests.integration.desk.standins import PASSWORD, USER
from tests.integration.flow.joined import Record
from tests.integration.mdm.conftest import settings_at

LISTENERS = ("register", "requests", "refresh", "budget", "desk", "losses", "custody", "mdm", "watch", "bot")


class Hearing(NamedTuple):
    """A service's topics and its effect; `wanted` leaves out what it has no use for."""

    topics: Sequence[Topic]
    apply: Apply
    wanted: frozenset[type[Event]] | None = None


def heard_by(world: World, name: str) -> Hearing:
    """What a service hears, as its own `build` puts it together."""
    if name == "bot":
        return Hearing(HEARS, BotConsumer(_bot_desk(world), _bot_settings(world), lambda: None).apply)
    if name == "watch":
        evaluation = Evaluation(load_thresholds(), DIRECTORY)
        return Hearing(HEARD_BY_WATCH, WatchConsumer(evaluation, world.clock).apply, WANTED)
    service: Any = importlib.import_module(SERVICES[name]).build(world.settings, world.clock, DIRECTORY)
    stream: StreamService = service if isinstance(service, StreamService) else service._stream
    assert stream._apply is not None, f"{name} hears nothing"
    return Hearing(stream._topics, stream._apply)


def _bot_settings(world: World) -> BotSettings:
    return BotSettings(SLACK_BOT_TOKEN=world.slack_token, SLACK_SIGNING_SECRET="unused", SLACK_BASE_URL=world.slack_url)


def _bot_desk(world: World) -> Desk:
    """What is heard is turned into messages without any command; of those of requests, their policy is asked."""
    nothing: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(Desk))
    requests = Requests(cast(Pool, None), world.clock, DIRECTORY)
    return Desk(**nothing | {"clock": world.clock, "directory": DIRECTORY, "commands": requests})


async def hear(world: World, service: str, records: list[tuple[str, str]]) -> None:
    """One batch, by way of the event log's applier; its offsets are committed by whoever started us, once we ended."""
    hearing = heard_by(world, service)
    async with world.pool(service) as pool:
        applier = RecordApplier(service, hearing.topics, hearing.apply, pool, "", wanted=hearing.wanted)
        await applier.apply([Record(topic, b64decode(event)) for topic, event in records])


async def send(world: World, service: str) -> None:
    """Everything that waits to be carried to Slack or to the service desk."""
    async with world.pool(service) as pool, aiohttp.ClientSession() as session:
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


WORK: dict[str, Callable[..., Awaitable[Any]]] = {"hear": hear, "send": send, "command": command, "door": door}
