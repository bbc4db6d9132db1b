"""The register as a running service."""

from __future__ import annotations

from schemas.topics import DEVICE_OBSERVED, PERSON
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.register.consumer import RegisterConsumer
from services.settings import Settings


def build(settings: Settings, _clock: Clock, _directory: Directory) -> Service:
    """Listens to observations of devices and records of people, publishes changes and conflicts."""
    return StreamService("register", settings, [DEVICE_OBSERVED, PERSON], RegisterConsumer().apply, lanes=2)
