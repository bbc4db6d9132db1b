"""Mdm as a running service."""

from __future__ import annotations

from schemas.topics import CUSTODY, LOSS
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.mdm.consumer import MdmConsumer
from services.settings import Settings


def build(settings: Settings, _clock: Clock, _directory: Directory) -> Service:
    """Listens, and publishes what follows."""
    return StreamService("mdm", settings, [CUSTODY, LOSS], MdmConsumer().apply)
