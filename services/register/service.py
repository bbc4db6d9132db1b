"""The register as a running service."""

from __future__ import annotations

from schemas.topics import CUSTODY, DEVICE_OBSERVED, LOSS, PERSON
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.register.consumer import RegisterConsumer
from services.settings import Settings

TOPICS = (DEVICE_OBSERVED, PERSON, LOSS, CUSTODY)


def build(settings: Settings, _clock: Clock, _directory: Directory) -> Service:
    """Listens to observations of devices, records of people, losses and custody, and tells what follows from them."""
    return StreamService("register", settings, TOPICS, RegisterConsumer().apply, lanes=2)
