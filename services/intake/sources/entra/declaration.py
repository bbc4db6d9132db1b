"""Which directory of Microsoft Entra ID is read, with which app registration, and where Graph may notify us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

import aiohttp
from pydantic import Field, HttpUrl, SecretStr, model_validator

from services.clock import SystemClock
from services.database.pool import Pool
from services.intake.door.authenticity import SecretInside
from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.polling.feeds import Feed
from services.intake.polling.vendor_http import Credentials, Vendor
from services.intake.settings import PositiveSeconds, SourceSettings, secrets_in
from services.intake.source import Described, Errand, PolledFeed, Source, Webhook
from services.intake.sources.entra.feeds import MOST_GROUPS, GroupFeed, UserFeed
from services.intake.sources.entra.keeper import SubscriptionKeeper
from services.intake.sources.entra.notifications import (
    GROUPS,
    SUBSCRIPTIONS,
    USERS,
    client_states,
    greeting,
    wakes_for,
)
from services.intake.sources.entra.subscriptions import LONGEST_CLIENT_STATE, Wanted
from services.intake.sources.entra.translation import NOTIFICATION, PERSON_ROW

PATH = "/sources/entra/notifications"
CONTENT_TYPES = frozenset({"application/json"})
PATIENCE_SECONDS = 2.0
"""Graph calls an answer slow after 2.9 seconds, and slows down itself for those who are slow often."""


class EntraSettings(SourceSettings):
    """An app registration with the application permissions User.Read.All and, for groups, Group.Read.All."""

    TOGETHER: ClassVar = (
        ("entra_tenant_id", "entra_client_id", "entra_client_secret"),
        ("entra_client_states", "entra_notification_url"),
    )
    SECRETS: ClassVar = ("entra_client_states",)

    entra_tenant_id: str | None = None
    entra_client_id: str | None = None
    entra_client_secret: SecretStr | None = None
    entra_graph_url: HttpUrl = HttpUrl("https://graph.microsoft.com")
    entra_login_url: HttpUrl = HttpUrl("https://login.microsoftonline.com")
    entra_scope: str = "https://graph.microsoft.com/.default"
    entra_poll_seconds: PositiveSeconds = 300.0
    """Real seconds between two readings that nobody called for."""
    entra_notification_url: HttpUrl | None = None
    """Where Graph reaches `/sources/entra/notifications` from outside, by https. Without it there is only polling."""
    entra_client_states: SecretStr | None = None
    """Secrets that notifications carry. The first goes into new subscriptions."""
    entra_unit_groups: dict[str, str] | None = Field(default=None, max_length=MOST_GROUPS)
    """Groups that stand for a business unit, as JSON: {"group's id": "unit code"}. Without, departments name units."""

    @model_validator(mode="after")
    def _notified_of_what_is_read(self) -> EntraSettings:
        if self.entra_notification_url is not None and self.entra_tenant_id is None:
            raise ValueError("ENTRA_TENANT_ID must be set too where ENTRA_NOTIFICATION_URL is")
        if any(len(secret) > LONGEST_CLIENT_STATE for secret in secrets_in(self.entra_client_states)):
            raise ValueError(f"ENTRA_CLIENT_STATES may have {LONGEST_CLIENT_STATE} characters each")
        if any("'" in group for group in self.entra_unit_groups or ()):
            raise ValueError("ENTRA_UNIT_GROUPS is keyed by the ids of groups")
        return self


def _wanted(settings: EntraSettings) -> list[Wanted]:
    return [Wanted(USERS, "users"), *([Wanted(GROUPS, "groups")] if settings.entra_unit_groups else [])]


def _webhooks(settings: EntraSettings) -> Sequence[Webhook]:
    secrets = secrets_in(settings.entra_client_states)
    return [
        Webhook(
            PATH,
            NOTIFICATION,
            [SecretInside(client_states, secrets)] if secrets else [],
            CONTENT_TYPES,
            greeting=greeting,
            accepted_status=202,
            patience_seconds=PATIENCE_SECONDS,
            wakes=wakes_for([wanted.feed for wanted in _wanted(settings)]),
        )
    ]


def _tokens(settings: EntraSettings) -> Callable[[aiohttp.ClientSession], Credentials] | None:
    if settings.entra_tenant_id is None or settings.entra_client_id is None or settings.entra_client_secret is None:
        return None
    login = str(settings.entra_login_url).rstrip("/")
    token_url = f"{login}/{settings.entra_tenant_id}/oauth2/v2.0/token"
    client_id, client_secret = settings.entra_client_id, settings.entra_client_secret.get_secret_value()

    def tokens(session: aiohttp.ClientSession) -> Credentials:
        return BearerTokens(session, token_url, client_id, client_secret, settings.entra_scope)

    return tokens


def _feeds(settings: EntraSettings) -> Sequence[PolledFeed]:
    tokens = _tokens(settings)
    if tokens is None:
        return []
    graph, units = str(settings.entra_graph_url), settings.entra_unit_groups
    users = UserFeed(graph, departments=not units)
    feeds: list[Feed] = [users, GroupFeed(graph, units)] if units else [users]
    return [PolledFeed(feed, settings.entra_poll_seconds, tokens, wakeable=True) for feed in feeds]


def _errands(settings: EntraSettings) -> Sequence[Errand]:
    tokens, secrets = _tokens(settings), secrets_in(settings.entra_client_states)
    if tokens is None or settings.entra_notification_url is None or not secrets:
        return []
    graph, address = str(settings.entra_graph_url), str(settings.entra_notification_url)

    async def keep(session: aiohttp.ClientSession, pool: Callable[[], Pool]) -> None:
        vendor = Vendor(session, tokens(session), asyncio.sleep)
        now = SystemClock().now
        await SubscriptionKeeper(graph, address, secrets[0], _wanted(settings), vendor, pool, now, asyncio.sleep).run()

    return [Errand(SUBSCRIPTIONS, keep)]


DECLARATION = Source(
    name="entra",
    title="Microsoft Entra ID",
    settings=EntraSettings,
    kinds=(PERSON_ROW, NOTIFICATION),
    described=Described(
        taken="people: id, e-mail address, whether the account lives, business unit by department or by group",
        proved="OAuth2 client credentials of ours; notifications by `clientState` in every element",
        polled="delta queries of users, and of groups that stand for a unit; a change notification only wakes them",
        dropped="names, titles, telephone numbers, places, managers, and what a notification says",
    ),
    silent_after=timedelta(hours=6),
    webhooks=_webhooks,
    feeds=_feeds,
    errands=_errands,
)
