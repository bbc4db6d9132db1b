"""The composition root: which services there are, and how a process is put together from some of them."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence

import structlog

from services.access.directory import Directory
from services.clock import Clock
from services.errors import ConfigurationError
from services.lifecycle import Service, run_until_stopped, settle_garbage_collection, stop_on_signals
from services.settings import Settings
from services.telemetry import HealthPage, configure_logging

Build = Callable[[Settings, Clock, Directory], Service]

SERVICES = {
    "intake": "services.intake.service",
    "register": "services.register.service",
    "requests": "services.requests.service",
    "refresh": "services.refresh.service",
    "budget": "services.budget.service",
    "desk": "services.desk.service",
    "losses": "services.losses.service",
    "custody": "services.custody.service",
    "mdm": "services.mdm.service",
    "watch": "services.watch.service",
    "bot": "bot.service",
}
"""Every service by the name it is run under, and the module whose `build` makes it.

Imported when chosen: a process for intake should not load Slack, Faust and a chart library.
"""

log = structlog.stdlib.get_logger()


def chosen(names: Sequence[str]) -> list[str]:
    """The services meant: `all` means every one. Raises ConfigurationError for a name there is none of."""
    if list(names) == ["all"]:
        return list(SERVICES)
    for name in names:
        if name not in SERVICES:
            raise ConfigurationError(f"there is no service {name!r}; there are {', '.join(SERVICES)}, and all")
    return list(dict.fromkeys(names))


def _builder(name: str) -> Build:
    build: Build = importlib.import_module(SERVICES[name]).build
    return build


async def run(names: Sequence[str], settings: Settings) -> None:
    """Run services in this process until SIGINT or SIGTERM."""
    configure_logging(settings.log_format, settings.log_level)
    clock, directory = settings.clock(), Directory.load(settings.directory_file)
    parts = [_builder(name)(settings, clock, directory) for name in chosen(names)]
    health = HealthPage(settings.health_port, lambda: {part.name: part.ready() for part in parts})
    stopped = asyncio.Event()
    stop_on_signals(stopped)
    settle_garbage_collection()
    await health.start()
    log.info("health page", port=health.port)
    try:
        await run_until_stopped(parts, stopped)
    finally:
        await health.stop()
