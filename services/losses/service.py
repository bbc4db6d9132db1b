"""Losses as a running service."""

from __future__ import annotations

from schemas.topics import DEVICE_CHANGED, DEVICE_COMMAND_PROGRESS, DEVICE_WIPE, REQUEST
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.losses.consumer import LossesConsumer
from services.losses.forgetting import ForgetsPeople
from services.losses.policy import load_policy
from services.settings import Settings

TOPICS = (DEVICE_CHANGED, DEVICE_COMMAND_PROGRESS, DEVICE_WIPE, REQUEST)


def build(settings: Settings, clock: Clock, _directory: Directory) -> Service:
    """Listens, and publishes what follows."""
    return StreamService(
        "losses", settings, TOPICS, LossesConsumer(clock).apply, people=ForgetsPeople(load_policy(), clock)
    )
