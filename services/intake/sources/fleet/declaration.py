"""The secret in the address that Fleet's automations send to, and with which token its API is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import aiohttp
from pydantic import HttpUrl, SecretStr

from services.intake.door.authenticity import SecretInAddress
from services.intake.polling.vendor_http import BearerAuthorisation, Credentials
from services.intake.settings import PositiveSeconds, SourceSettings, secrets_in
from services.intake.source import Described, PolledFeed, Source, Webhook
from services.intake.sources.fleet.lists import list_feeds
from services.intake.sources.fleet.translation import ACTIVITY, HOST, WEBHOOK

PATH = "/sources/fleet/webhook"
PARAMETER = "secret"
CONTENT_TYPES = frozenset({"application/json", "text/json"})
TOO_MANY_REQUESTS = 429
"""The only answer after which Fleet sends again, for half an hour."""


class FleetSettings(SourceSettings):
    """The secret of the webhooks' address, and the token of an API-only user with the role observer."""

    TOGETHER: ClassVar = (("fleet_url", "fleet_api_token"),)
    SECRETS: ClassVar = ("fleet_webhook_secrets",)

    fleet_webhook_secrets: SecretStr | None = None
    fleet_url: HttpUrl | None = None
    fleet_api_token: SecretStr | None = None
    fleet_poll_seconds: PositiveSeconds = 120.0
    """For the activities."""
    fleet_hosts_poll_seconds: PositiveSeconds = 900.0
    """For the hosts, which are read to the last one each time."""


def _webhooks(settings: FleetSettings) -> Sequence[Webhook]:
    secrets = secrets_in(settings.fleet_webhook_secrets)
    proofs = [SecretInAddress(PARAMETER, secrets)] if secrets else []
    return [Webhook(PATH, WEBHOOK, proofs, CONTENT_TYPES, busy_status=TOO_MANY_REQUESTS)]


def _feeds(settings: FleetSettings) -> Sequence[PolledFeed]:
    if settings.fleet_url is None or settings.fleet_api_token is None:
        return []
    token = BearerAuthorisation(settings.fleet_api_token.get_secret_value())

    def always(_: aiohttp.ClientSession) -> Credentials:
        return token

    activities, hosts = list_feeds(str(settings.fleet_url))
    return [
        PolledFeed(activities, settings.fleet_poll_seconds, always),
        PolledFeed(hosts, settings.fleet_hosts_poll_seconds, always),
    ]


DECLARATION = Source(
    name="fleet",
    title="Fleet",
    settings=FleetSettings,
    kinds=(WEBHOOK, ACTIVITY, HOST),
    described=Described(
        taken="hosts enrolled, un-enrolled, deleted, wipes asked for and failed; check-ins with systems from the API",
        proved="webhooks by a secret in the address (`?secret=…`); the API by a token of ours",
        polled="activities by id, 500 ids of overlap; hosts by id, all of them each time",
        dropped="who did it, host names, networks, software, policies, and devices that people own themselves",
    ),
    silent_after=timedelta(days=1),
    webhooks=_webhooks,
    feeds=_feeds,
)
