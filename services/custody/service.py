"""Custody as a running service."""

from __future__ import annotations

from schemas.topics import DEVICE_CHANGED, DEVICE_COMMAND_PROGRESS, DEVICE_WIPE
from services.access.directory import Directory
from services.clock import Clock
from services.custody.consumer import CustodyConsumer
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.settings import Settings


def build(settings: Settings, _clock: Clock, _directory: Directory) -> Service:
    """Listens, and publishes what follows."""
    return StreamService(
        "custody", settings, [DEVICE_CHANGED, DEVICE_COMMAND_PROGRESS, DEVICE_WIPE], CustodyConsumer().apply
    )
