"""Which Snipe-IT is read, with whose token, in which zone its clock stands, and what its labels mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
from pydantic import Field, HttpUrl, SecretStr, field_validator

from schemas.vocabulary import DeviceState
from services.intake.polling.vendor_http import BearerAuthorisation, Credentials
from services.intake.settings import PositiveSeconds, SourceSettings
from services.intake.source import Described, PolledFeed, Source
from services.intake.sources.snipeit.hardware import hardware_feeds
from services.intake.sources.snipeit.translation import HARDWARE, STATES, Site, hardware
from services.intake.translation import RecordKind

RecordedState = Literal["ordered", "in_stock", "deployed", "in_repair", "returned", "written_off"]
"""What a label may mean. Sanitised and what follows it need a proof."""


class SnipeItSettings(SourceSettings):
    """A personal token of a user who may view assets; the zone is `APP_TIMEZONE` of the server.

    `snipeit_states` adds to or changes what labels and types of labels mean, as JSON: {"in cupboard b": "in_stock"}.
    """

    TOGETHER: ClassVar = (("snipeit_url", "snipeit_api_token"),)

    snipeit_url: HttpUrl | None = None
    snipeit_api_token: SecretStr | None = None
    snipeit_time_zone: str = "UTC"
    snipeit_states: dict[str, RecordedState] = Field(default_factory=dict)
    snipeit_poll_seconds: PositiveSeconds = 300.0

    @field_validator("snipeit_time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone, such as Europe/London") from None
        return name


def _site(settings: SnipeItSettings) -> Site:
    own = {label.strip().lower(): DeviceState(state) for label, state in settings.snipeit_states.items()}
    return Site(zone=ZoneInfo(settings.snipeit_time_zone), states=STATES | own)


def _kinds(settings: SnipeItSettings) -> Sequence[RecordKind]:
    return [hardware(_site(settings))]


def _feeds(settings: SnipeItSettings) -> Sequence[PolledFeed]:
    if settings.snipeit_url is None or settings.snipeit_api_token is None:
        return []
    token = BearerAuthorisation(settings.snipeit_api_token.get_secret_value())
    site = _site(settings)

    def always(_: aiohttp.ClientSession) -> Credentials:
        return token

    feeds = hardware_feeds(str(settings.snipeit_url), hardware(site), site.zone)
    return [PolledFeed(feed, settings.snipeit_poll_seconds, always) for feed in feeds]


DECLARATION = Source(
    name="snipeit",
    title="Snipe-IT",
    settings=SnipeItSettings,
    kinds=(HARDWARE,),
    kinds_with=_kinds,
    described=Described(
        taken="hardware: model, state by its label, unit, dates, cost, the holder's e-mail address",
        proved="a personal token of ours",
        polled="the whole list by id, then changes by `updated_at`, 2 h of overlap; archived and deleted assets too",
        dropped="names of people and places, notes, orders, suppliers, custom fields, and assets that people own",
    ),
    silent_after=timedelta(hours=6),
    feeds=_feeds,
)
