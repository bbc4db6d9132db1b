"""One delivery through the door: prove, read within bounds, translate, make safe, and only then answer 2xx.

What the sender did wrong is a 4xx that says where. What is authentic is kept whatever it holds: an unreadable body is
answered 400 and lies in the dead letters, since most senders never send twice. Only our own passing fault is a 503.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import asyncpg
import structlog
from aiohttp import web

from services.clock import Clock, SystemClock
from services.database.pool import TEMPORARY_ERRORS, Pool
from services.intake.admission import Receipt, admit
from services.intake.door.answers import Live, Refused, in_json, taken
from services.intake.door.authenticity import Delivery, is_authentic
from services.intake.door.bodies import Refusal, read_body, unfolded
from services.intake.door.rates import Allowance
from services.intake.measures import REFUSED, LastWords
from services.intake.polling.wakes import Wake, wake
from services.intake.source import Webhook
from services.intake.translation import Context, Translated, translate_body

RETRY_AFTER_SECONDS = 5
LARGE_BODY_BYTES = 128 * 1024
"""From here on a body is translated beside the event loop."""

DATABASE_FAULTS: tuple[type[BaseException], ...] = (*TEMPORARY_ERRORS, asyncpg.PostgresError)

_real_time = SystemClock().now

log = structlog.stdlib.get_logger()


class WebhookDoor:
    """Handles the deliveries of one webhook."""

    def __init__(
        self,
        webhook: Webhook,
        pool: Callable[[], Pool],
        clock: Clock,
        units: Mapping[str, str],
        last_words: LastWords,
        allowance: Allowance,
        limit: int,
        now: Callable[[], datetime] = _real_time,
    ) -> None:
        """`limit` is the largest body in bytes; `now` is real time, by which senders sign, and not the scenario's."""
        self._webhook = webhook
        self._pool = pool
        self._clock = clock
        self._units = units
        self._last_words = last_words
        self._allowance = allowance
        self._limit = limit
        self._now = now

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        source = self._webhook.kind.source
        try:
            if (greeted := self._greeted(request)) is not None:
                return greeted
            body = await self._read(request)
            translated = await self._translate(body)
            receipt = await self._make_safe(translated, self._wakes(body))
        except Refusal as refusal:
            REFUSED.labels(source, str(refusal.status)).inc()
            log.warning("delivery refused", source=source, status=refusal.status, why=refusal.words)
            return in_json(Refused(error=refusal.words), refusal.status, refusal.headers)
        receipt.count()
        return self._answer(receipt)

    async def tested(self, request: web.Request) -> web.Response:
        """Answer a sender's test of the address by GET, for those that make one."""
        try:
            self._prove(request, b"")
        except Refusal as refusal:
            REFUSED.labels(self._webhook.kind.source, str(refusal.status)).inc()
            return in_json(Refused(error=refusal.words), refusal.status, refusal.headers)
        return in_json(Live(live=True))

    def _greeted(self, request: web.Request) -> web.Response | None:
        greeting = self._webhook.greeting
        echo = greeting(request.query) if greeting is not None else None
        if echo is None:
            return None
        # Whoever asks may write the echo, so no browser may take it for a page.
        unsniffed = {"X-Content-Type-Options": "nosniff"}
        return web.Response(text=echo, content_type="text/plain", charset="utf-8", headers=unsniffed)

    def _wakes(self, body: bytes) -> Sequence[Wake]:
        return self._webhook.wakes(body) if self._webhook.wakes is not None else ()

    async def _read(self, request: web.Request) -> bytes:
        webhook, raw = self._webhook, None
        if not self._is_proved(request, None):
            # Only a proof that lies in the body may still hold: then it is read first, within its bounds.
            readers = any(proof.needs_body for proof in webhook.proofs)
            raw = await read_body(request, self._limit) if readers else b""
            self._prove(request, raw)
        self._last_words.heard(webhook.kind.source)
        if wait := self._allowance.take(time.monotonic()):
            raise Refusal(429, "faster than agreed, send again later", {"Retry-After": str(math.ceil(wait))})
        if request.content_type not in webhook.content_types:
            raise Refusal(415, f"content type must be one of {', '.join(sorted(webhook.content_types))}")
        if raw is None:
            raw = await read_body(request, self._limit)
        body = unfolded(raw, request.headers.get("Content-Encoding", ""), self._limit)
        if not body.strip():
            raise Refusal(400, "the body is empty")
        return body

    def _prove(self, request: web.Request, body: bytes) -> None:
        if not self._is_proved(request, body):
            challenges = ", ".join(proof.challenge for proof in self._webhook.proofs)
            raise Refusal(401, "the credentials are not the agreed ones", {"WWW-Authenticate": challenges})

    def _is_proved(self, request: web.Request, body: bytes | None) -> bool:
        """By any proof; before the body is read, by any that needs none."""
        proofs = [proof for proof in self._webhook.proofs if body is not None or not proof.needs_body]
        return is_authentic(Delivery(request.headers, request.query, body or b"", self._now()), proofs)

    async def _translate(self, body: bytes) -> Translated:
        context = Context(self._clock.now(), self._units)
        if len(body) > LARGE_BODY_BYTES:
            return await asyncio.to_thread(translate_body, self._webhook.kind, body, context)
        return translate_body(self._webhook.kind, body, context)

    async def _make_safe(self, translated: Translated, wakes: Sequence[Wake]) -> Receipt:
        try:
            async with (
                self._pool().acquire(timeout=self._webhook.patience_seconds) as connection,
                connection.transaction(),
            ):
                await wake(connection, wakes)
                return await admit(connection, translated)
        except DATABASE_FAULTS as error:
            log.error("a delivery could not be made safe", source=translated.kind.source, error=repr(error))
            again = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            raise Refusal(self._webhook.busy_status, "not possible just now, send again", again) from None

    def _answer(self, receipt: Receipt) -> web.Response:
        status, answer = taken(receipt, self._webhook.accepted_status)
        for kept in receipt.kept:
            log.warning("dead letter", source=receipt.source, fingerprint=str(kept.fingerprint), reason=kept.reason)
        if status == 400:
            REFUSED.labels(receipt.source, "400").inc()
        return in_json(answer, status)
