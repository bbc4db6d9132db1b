"""Custody as a running service."""

from __future__ import annotations

from schemas.topics import DEVICE_CHANGED, DEVICE_COMMAND_PROGRESS, DEVICE_WIPE
from services.access.directory import Directory
from services.clock import Clock
from services.custody.consumer import CustodyConsumer
from services.custody.disposal import disposal_policy
from services.custody.forgetting import ForgetsPeople
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.settings import Settings

TOPICS = (DEVICE_CHANGED, DEVICE_COMMAND_PROGRESS, DEVICE_WIPE)


def build(settings: Settings, clock: Clock, _directory: Directory) -> Service:
    """Listens, and publishes what follows."""
    return StreamService(
        "custody", settings, TOPICS, CustodyConsumer().apply, people=ForgetsPeople(disposal_policy(), clock)
    )
