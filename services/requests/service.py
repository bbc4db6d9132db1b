"""Requests as a running service."""

from __future__ import annotations

from schemas.topics import BUDGET, DESK_PROGRESS
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.requests.consumer import RequestsConsumer
from services.settings import Settings


def build(settings: Settings, _clock: Clock, _directory: Directory) -> Service:
    """Listens to the budget's decisions and the service desk's tickets, publishes what people asked and decided."""
    return StreamService("requests", settings, [BUDGET, DESK_PROGRESS], RequestsConsumer().apply)
