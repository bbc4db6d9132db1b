"""How Jamf Pro's webhooks are known to be its own, and with which API client its finished wipes are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import aiohttp
from pydantic import HttpUrl, SecretStr

from services.intake.door.authenticity import BasicCredentials, Proof, SecretHeader
from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.polling.vendor_http import Credentials
from services.intake.settings import PositiveSeconds, SourceSettings, secrets_in
from services.intake.source import Described, PolledFeed, Source, Webhook
from services.intake.sources.jamf.erasure_translation import ERASURE
from services.intake.sources.jamf.erasures import ErasureFeed
from services.intake.sources.jamf.translation import WEBHOOK

PATH = "/sources/jamf/webhook"
CONTENT_TYPES = frozenset({"application/json", "text/json", "application/xml", "text/xml"})


class JamfSettings(SourceSettings):
    """What Jamf Pro sends to prove itself, and an API client that may read commands and inventory."""

    TOGETHER: ClassVar = (
        ("jamf_basic_user", "jamf_basic_password"),
        ("jamf_url", "jamf_client_id", "jamf_client_secret"),
    )
    SECRETS: ClassVar = ("jamf_webhook_secrets", "jamf_basic_password")

    jamf_webhook_secrets: SecretStr | None = None
    jamf_proof_header: str = "X-Quartermaster-Secret"
    jamf_basic_user: str | None = None
    jamf_basic_password: SecretStr | None = None
    jamf_url: HttpUrl | None = None
    jamf_client_id: str | None = None
    jamf_client_secret: SecretStr | None = None
    jamf_poll_seconds: PositiveSeconds = 300.0
    """Real seconds."""


def _webhooks(settings: JamfSettings) -> Sequence[Webhook]:
    proofs: list[Proof] = []
    if secrets := secrets_in(settings.jamf_webhook_secrets):
        proofs.append(SecretHeader(settings.jamf_proof_header, secrets))
    if settings.jamf_basic_user is not None:
        proofs.append(BasicCredentials(settings.jamf_basic_user, secrets_in(settings.jamf_basic_password)))
    return [Webhook(PATH, WEBHOOK, proofs, CONTENT_TYPES)]


def _feeds(settings: JamfSettings) -> Sequence[PolledFeed]:
    if settings.jamf_url is None or settings.jamf_client_id is None or settings.jamf_client_secret is None:
        return []
    url = str(settings.jamf_url).rstrip("/")
    client_id, client_secret = settings.jamf_client_id, settings.jamf_client_secret.get_secret_value()

    def tokens(session: aiohttp.ClientSession) -> Credentials:
        return BearerTokens(session, f"{url}/api/oauth/token", client_id, client_secret)

    return [PolledFeed(ErasureFeed(url), settings.jamf_poll_seconds, tokens)]


DECLARATION = Source(
    name="jamf",
    title="Jamf Pro",
    settings=JamfSettings,
    kinds=(WEBHOOK, ERASURE),
    described=Described(
        taken="check-ins, inventory, computers added, mobile devices enrolled and unenrolled; how wipes ended",
        proved="webhooks, JSON or XML, by a secret header or HTTP Basic; the API by an API client of ours",
        polled="finished wipes by when they ended, 15 min of overlap, each device looked up in the inventory",
        dropped="names of people and rooms, telephone numbers, network addresses, command results without a command",
    ),
    silent_after=timedelta(days=1),
    webhooks=_webhooks,
    feeds=_feeds,
)
