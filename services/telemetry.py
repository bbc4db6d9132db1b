"""How a process is watched from outside: structured logs, Prometheus metrics, and a health page on loopback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest

EVENTS_APPLIED = Counter("quartermaster_events_applied_total", "Events whose effect was written", ["service"])
EVENTS_REPEATED = Counter("quartermaster_events_repeated_total", "Deliveries that changed nothing", ["service"])
EVENTS_DEAD = Counter("quartermaster_events_dead_lettered_total", "Events put in the dead-letter store", ["service"])
EVENTS_PUBLISHED = Counter("quartermaster_events_published_total", "Events the relay published", ["service"])
BATCH_SECONDS = Histogram("quartermaster_batch_seconds", "Seconds a batch took, commit included", ["service"])
CONSUMER_LAG = Gauge("quartermaster_consumer_lag", "Records not yet read", ["service"])

log = structlog.stdlib.get_logger()


def configure_logging(log_format: str, level: str) -> None:
    """One line a fact, JSON for machines or coloured for people; the standard library's loggers join in."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "faust", "mode", "slack_bolt", "slack_sdk", "aiohttp.access", "kafka"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class HealthPage:
    """Serves /health/live, /health/ready and /metrics. Ready means that every part says so."""

    def __init__(self, port: int, parts: Callable[[], dict[str, bool]]) -> None:
        self._wanted_port = port
        self._parts = parts
        self._runner: web.AppRunner | None = None
        self.port = port

    async def start(self) -> None:
        """Bind. Raises OSError if the port is taken."""
        application = web.Application()
        application.router.add_get("/health/live", self._live)
        application.router.add_get("/health/ready", self._ready)
        application.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._wanted_port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, _: web.Request) -> web.Response:
        parts = self._parts()
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
