"""Which ServiceNow is read, as whom, and the secret of its business rules' pushes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import aiohttp
from pydantic import HttpUrl, SecretStr

from services.intake.door.authenticity import SecretHeader
from services.intake.polling.vendor_http import BasicAuthorisation, Credentials
from services.intake.settings import PositiveSeconds, SourceSettings, secrets_in
from services.intake.source import Described, PolledFeed, Source, Webhook
from services.intake.sources.servicenow.requests import ITEM, REQUEST
from services.intake.sources.servicenow.tables import table_feeds
from services.intake.sources.servicenow.translation import ASSET, INCIDENT, PUSH

PUSH_PATH = "/sources/servicenow/push"
PROOF_HEADER = "X-ServiceNow-Secret"
CONTENT_TYPES = frozenset({"application/json", "text/json"})


class ServiceNowSettings(SourceSettings):
    """A user who may read the polled tables, and what a business rule sends to prove itself."""

    TOGETHER: ClassVar = (("servicenow_url", "servicenow_user", "servicenow_password"),)
    SECRETS: ClassVar = ("servicenow_push_secrets",)

    servicenow_url: HttpUrl | None = None
    servicenow_user: str | None = None
    servicenow_password: SecretStr | None = None
    servicenow_poll_seconds: PositiveSeconds = 60.0
    servicenow_push_secrets: SecretStr | None = None


def _webhooks(settings: ServiceNowSettings) -> Sequence[Webhook]:
    secrets = secrets_in(settings.servicenow_push_secrets)
    return [Webhook(PUSH_PATH, PUSH, [SecretHeader(PROOF_HEADER, secrets)] if secrets else [], CONTENT_TYPES)]


def _feeds(settings: ServiceNowSettings) -> Sequence[PolledFeed]:
    if settings.servicenow_url is None or settings.servicenow_user is None or settings.servicenow_password is None:
        return []
    basic = BasicAuthorisation(settings.servicenow_user, settings.servicenow_password.get_secret_value())

    def always(_: aiohttp.ClientSession) -> Credentials:
        return basic

    every = settings.servicenow_poll_seconds
    return [PolledFeed(feed, every, always) for feed in table_feeds(str(settings.servicenow_url))]


DECLARATION = Source(
    name="servicenow",
    title="ServiceNow",
    settings=ServiceNowSettings,
    kinds=(ASSET, INCIDENT, REQUEST, ITEM, PUSH),
    described=Described(
        taken="hardware assets (`alm_hardware`) and incidents, requests (`sc_request`, `sc_req_item`), our own tickets",
        proved="a user of ours; pushes by a secret header",
        polled="Table API by (`sys_updated_on`, `sys_id`), 30 s of overlap; or pushed by a business rule",
        dropped="all that people wrote in a ticket, and every field that is not asked for by name",
    ),
    silent_after=timedelta(hours=6),
    webhooks=_webhooks,
    feeds=_feeds,
)
