"""The bot's composition: one bolt app and what runs beside it, from settings, a desk and a session."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import Channels
from bot.desk import Desk
from bot.front.http import HttpFront
from bot.front.socket_mode import SocketModeFront
from bot.listeners import (
    actions,
    acts,
    alerts,
    asking,
    commands,
    conflicts,
    covering,
    custody,
    dead_letters,
    deciding,
    delivery,
    events,
    failures,
    files,
    losses,
    photos,
    reclaiming,
    waves,
)
from bot.listeners.room import Room
from bot.middleware.finished import Finished
from bot.middleware.legible import make_legible
from bot.middleware.once import Once
from bot.middleware.reaching import reaching
from bot.middleware.underway import Underway
from bot.people import People
from bot.photos import Photos
from bot.received import Received
from bot.resumption import Resumption
from bot.sender import Sender
from bot.settings import BotSettings
from bot.uploads import Uploads

CALL_SECONDS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """What runs; in the order in which it starts."""

    app: AsyncApp
    underway: Underway
    sender: Sender
    resumption: Resumption
    photos: Photos
    front: SocketModeFront | HttpFront


def assemble(settings: BotSettings, desk: Desk, session: aiohttp.ClientSession) -> Parts:
    """Put the parts together; opens nothing."""
    client, posting = slack_client(settings, session), slack_client(settings, session)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    posting.retry_handlers.clear()
    people = People(client, desk.directory)
    sender = Sender(desk.pool, posting, Channels(client, people))
    uploads = Uploads(session, settings.bot_token.get_secret_value(), settings.base_url)
    underway = Underway()
    keep = timedelta(days=desk.commands.policy.days.photo_copies)
    photos = Photos(desk.pool, desk.clock, client, uploads, keep)
    received = Received(desk.pool)
    room = Room(
        desk, people, sender.wake, settings.security_destination, uploads, photos, settings.destination_for, received
    )
    app = build_app(settings, client, room, underway)
    front: SocketModeFront | HttpFront
    if settings.app_token is not None:
        front = SocketModeFront(app, settings.app_token.get_secret_value())
    else:
        front = HttpFront(app, settings.host, settings.port)
    return Parts(app, underway, sender, Resumption(app, received, underway), photos, front)


def slack_client(settings: BotSettings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client of Slack's Web API over the process's one session."""
    return AsyncWebClient(
        token=settings.bot_token.get_secret_value(),
        base_url=settings.base_url,
        session=session,
        timeout=CALL_SECONDS,
    )


def build_app(settings: BotSettings, client: AsyncWebClient, room: Room, underway: Underway) -> AsyncApp:
    """The bolt app with our middleware and listeners."""
    secret = settings.signing_secret.get_secret_value() if settings.signing_secret else ""
    app = AsyncApp(name="quartermaster", client=client, signing_secret=secret)
    app.use(make_legible)
    app.use(Once(room.received).handle)
    app.use(reaching(room.say_directly))
    app.listener_runner.listener_start_handler = underway
    app.listener_runner.listener_completion_handler = Finished(room.received, underway)
    surfaces = (
        *(commands, events, actions, asking, deciding, covering, delivery, reclaiming, losses),
        *(files, photos, waves, acts, custody, conflicts, dead_letters, alerts, failures),
    )
    for surface in surfaces:
        surface.register(app, room)
    return app
