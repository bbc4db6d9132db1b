"""The aiohttp application: a path a webhook, a health page, what is open in words, a JSON answer for every mistake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog
from aiohttp import web

from services.clock import Clock
from services.database.pool import Pool
from services.intake.door import openapi
from services.intake.door.answers import Live, Refused, in_json
from services.intake.door.rates import Allowance
from services.intake.door.webhooks import WebhookDoor
from services.intake.measures import REFUSED, LastWords
from services.intake.settings import IntakeSettings
from services.intake.source import Webhook

log = structlog.stdlib.get_logger()


def make_application(
    webhooks: Iterable[Webhook],
    pool: Callable[[], Pool],
    clock: Clock,
    units: Mapping[str, str],
    last_words: LastWords,
    settings: IntakeSettings,
) -> web.Application:
    """An application with these webhooks; nothing is opened."""
    application = web.Application(middlewares=[_answer_in_json])
    application.router.add_get("/health", _health)
    webhooks = list(webhooks)
    described = openapi.document(webhooks, settings)

    async def describe(_: web.Request) -> web.Response:
        return web.json_response(described)

    application.router.add_get(openapi.PATH, describe)
    allowances: dict[str, Allowance] = {}
    for webhook in webhooks:
        source = webhook.kind.source
        if source not in allowances:  # one for all the webhooks of a source
            per_second = settings.intake_rates.get(source, settings.intake_rate_per_second)
            allowances[source] = Allowance(per_second, settings.intake_burst)
        limit = webhook.maximum_bytes or settings.intake_maximum_body_bytes
        door = WebhookDoor(webhook, pool, clock, units, last_words, allowances[source], limit)
        application.router.add_post(webhook.path, door.handle)
        if webhook.answers_get:
            application.router.add_get(webhook.path, door.tested, allow_head=False)
    return application


async def _health(_: web.Request) -> web.Response:
    """For a vendor's test of the connection, and for load balancers."""
    return in_json(Live(live=True))


@web.middleware
async def _answer_in_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Errors without a page or a stack trace. What we did not foresee is logged here and nowhere told."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        REFUSED.labels("unknown", str(error.status)).inc()
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return in_json(Refused(error=error.reason), error.status, allow)
    except Exception:
        log.exception("a delivery met a fault of ours", path=request.path)
        REFUSED.labels("unknown", "503").inc()
        return in_json(Refused(error="a fault of ours, send again"), 503, {"Retry-After": "60"})
