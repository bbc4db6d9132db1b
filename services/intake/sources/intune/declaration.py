"""Which tenant of Intune is read, with which app registration, how often, and from which Event Hubs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import aiohttp
from pydantic import HttpUrl, SecretStr, field_validator

from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.polling.vendor_http import Credentials
from services.intake.settings import PositiveSeconds, SourceSettings
from services.intake.source import Described, PolledFeed, Source
from services.intake.sources.intune.absence import ABSENCE
from services.intake.sources.intune.complete import CompleteFeed
from services.intake.sources.intune.devices import DeviceFeed
from services.intake.sources.intune.diagnostics import DIAGNOSTIC
from services.intake.sources.intune.export import ExportFeed
from services.intake.sources.intune.export_translation import EXPORTED
from services.intake.sources.intune.translation import MANAGED_DEVICE
from services.intake.streaming.stream import Stream

KAFKA_PORT = 9093
"""Where Event Hubs speak the Kafka protocol."""

_NAMESPACE = re.compile(r"(?:^|;)\s*Endpoint=sb://([A-Za-z0-9.-]+)/?\s*(?:;|$)")


class IntuneSettings(SourceSettings):
    """An app registration with the application permission DeviceManagementManagedDevices.Read.All.

    The Event Hubs are those that Intune's diagnostic settings name, with commas between; the connection string is that
    of a policy of their namespace with the right to listen.
    """

    TOGETHER: ClassVar = (
        ("intune_tenant_id", "intune_client_id", "intune_client_secret"),
        ("intune_event_hubs", "intune_event_hubs_connection_string"),
    )

    intune_tenant_id: str | None = None
    intune_client_id: str | None = None
    intune_client_secret: SecretStr | None = None
    intune_graph_url: HttpUrl = HttpUrl("https://graph.microsoft.com")
    intune_login_url: HttpUrl = HttpUrl("https://login.microsoftonline.com")
    intune_scope: str = "https://graph.microsoft.com/.default"
    intune_poll_seconds: PositiveSeconds = 300.0
    """Real seconds, as all of these."""
    intune_complete_poll_seconds: PositiveSeconds = 6 * 3600.0
    intune_export: bool = False
    intune_export_seconds: PositiveSeconds = 24 * 3600.0
    intune_event_hubs: str | None = None
    intune_event_hubs_connection_string: SecretStr | None = None

    @field_validator("intune_event_hubs")
    @classmethod
    def _names(cls, words: str | None) -> str | None:
        if words is not None and not _hubs(words):
            raise ValueError("it names no Event Hub")
        return words

    @field_validator("intune_event_hubs_connection_string")
    @classmethod
    def _names_its_namespace(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and _NAMESPACE.search(secret.get_secret_value()) is None:
            raise ValueError("it does not begin as a connection string does: Endpoint=sb://NAMESPACE/;…")
        return secret


def _feeds(settings: IntuneSettings) -> Sequence[PolledFeed]:
    if settings.intune_tenant_id is None or settings.intune_client_id is None or settings.intune_client_secret is None:
        return []
    login = str(settings.intune_login_url).rstrip("/")
    token_url = f"{login}/{settings.intune_tenant_id}/oauth2/v2.0/token"
    client_id, client_secret = settings.intune_client_id, settings.intune_client_secret.get_secret_value()

    def tokens(session: aiohttp.ClientSession) -> Credentials:
        return BearerTokens(session, token_url, client_id, client_secret, settings.intune_scope)

    graph = str(settings.intune_graph_url)
    feeds = [
        PolledFeed(DeviceFeed(graph), settings.intune_poll_seconds, tokens),
        PolledFeed(CompleteFeed(graph), settings.intune_complete_poll_seconds, tokens),
    ]
    if settings.intune_export:
        feeds.append(PolledFeed(ExportFeed(graph), settings.intune_export_seconds, tokens))
    return feeds


def _streams(settings: IntuneSettings) -> Sequence[Stream]:
    if settings.intune_event_hubs is None or settings.intune_event_hubs_connection_string is None:
        return []
    secret = settings.intune_event_hubs_connection_string.get_secret_value()
    namespace = _NAMESPACE.search(secret)
    assert namespace is not None, "the settings were read without being checked"
    return [
        Stream(
            name="intune/event-hubs",
            kind=DIAGNOSTIC,
            bootstrap_servers=f"{namespace[1]}:{KAFKA_PORT}",
            topics=_hubs(settings.intune_event_hubs),
            user="$ConnectionString",
            password=secret,
        )
    ]


def _hubs(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in words.split(",") if (name := part.strip())))


DECLARATION = Source(
    name="intune",
    title="Microsoft Intune",
    settings=IntuneSettings,
    kinds=(MANAGED_DEVICE, ABSENCE, EXPORTED, DIAGNOSTIC),
    described=Described(
        taken="managed devices with their check-ins, enrolments, systems and holders; remote wipes as Intune reports "
        "them, or as its audit log has them asked for, or as done when a device with a wipe under way is gone from two "
        "complete lists and unknown by its id; finished retires, as leaving management and never as a wipe",
        proved="OAuth2 client credentials of ours; for Event Hubs, a connection string of ours",
        polled="Graph's list, from the last check-in read, a little earlier each time, and the complete list every "
        "few hours; if asked to, the `Devices` report as an export job; diagnostic records as they come, from Event "
        "Hubs by the Kafka protocol",
        dropped="names, telephone numbers, network addresses, who asked for a wipe, and devices that people own "
        "themselves",
    ),
    silent_after=timedelta(hours=6),
    feeds=_feeds,
    streams=_streams,
)
