"""Which tenant of Intune is read, with which app registration, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import aiohttp
from pydantic import HttpUrl, SecretStr

from services.intake.bearer_tokens import BearerTokens
from services.intake.settings import PositiveSeconds, SourceSettings
from services.intake.source import Described, PolledFeed, Source
from services.intake.sources.intune.devices import DeviceFeed
from services.intake.sources.intune.translation import MANAGED_DEVICE
from services.intake.vendor_http import Credentials


class IntuneSettings(SourceSettings):
    """An app registration with the application permission DeviceManagementManagedDevices.Read.All."""

    TOGETHER: ClassVar = (("intune_tenant_id", "intune_client_id", "intune_client_secret"),)

    intune_tenant_id: str | None = None
    intune_client_id: str | None = None
    intune_client_secret: SecretStr | None = None
    intune_graph_url: HttpUrl = HttpUrl("https://graph.microsoft.com")
    intune_login_url: HttpUrl = HttpUrl("https://login.microsoftonline.com")
    intune_scope: str = "https://graph.microsoft.com/.default"
    intune_poll_seconds: PositiveSeconds = 300.0
    """Real seconds, as all of these."""


def _feeds(settings: IntuneSettings) -> Sequence[PolledFeed]:
    if settings.intune_tenant_id is None or settings.intune_client_id is None or settings.intune_client_secret is None:
        return []
    login = str(settings.intune_login_url).rstrip("/")
    token_url = f"{login}/{settings.intune_tenant_id}/oauth2/v2.0/token"
    client_id, client_secret = settings.intune_client_id, settings.intune_client_secret.get_secret_value()

    def tokens(session: aiohttp.ClientSession) -> Credentials:
        return BearerTokens(session, token_url, client_id, client_secret, settings.intune_scope)

    return [PolledFeed(DeviceFeed(str(settings.intune_graph_url)), settings.intune_poll_seconds, tokens)]


DECLARATION = Source(
    name="intune",
    title="Microsoft Intune",
    settings=IntuneSettings,
    kinds=(MANAGED_DEVICE,),
    described=Described(
        taken="managed devices with their check-ins, systems, holders and remote wipes",
        proved="OAuth2 client credentials of ours",
        polled="Graph's list, from the last check-in read, a little earlier each time",
        dropped="names, telephone numbers, network addresses, and devices that people own themselves",
    ),
    silent_after=timedelta(hours=6),
    feeds=_feeds,
)
