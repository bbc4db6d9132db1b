"""One delivery through the door: prove, read within bounds, translate, make safe, and only then answer 2xx.

What the sender did wrong is a 4xx that says where. What is authentic is kept whatever it holds: an unreadable body is
answered 400 and lies in the dead letters, since most senders never send twice. Only our own passing fault is a 503.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence

import asyncpg
import structlog
from aiohttp import web

from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Pool
from services.intake.admission import Receipt, admit
from services.intake.authenticity import Proof, is_authentic
from services.intake.measures import REFUSED, LastWords
from services.intake.translation import Context, RecordKind, Translated, translate_body

READ_SECONDS = 60.0
WAIT_FOR_DATABASE_SECONDS = 5.0
RETRY_AFTER_SECONDS = 5
LARGE_BODY_BYTES = 128 * 1024
"""From here on a body is translated beside the event loop."""

MOST_LETTERS_NAMED = 100

DATABASE_FAULTS: tuple[type[BaseException], ...] = (*TEMPORARY_ERRORS, asyncpg.PostgresError)

log = structlog.stdlib.get_logger()


@dataclasses.dataclass(frozen=True)
class Webhook:
    """A source that speaks by itself. `busy_status` is what makes this sender try again; most know 503."""

    path: str
    kind: RecordKind
    proofs: Sequence[Proof]
    content_types: frozenset[str]
    maximum_bytes: int
    busy_status: int = 503


class Refusal(Exception):
    """The request is answered with this status and these words, and nothing of it is kept."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = headers or {}


class WebhookDoor:
    """Handles the deliveries of one webhook."""

    def __init__(
        self,
        webhook: Webhook,
        pool: Callable[[], Pool],
        clock: Clock,
        units: Mapping[str, str],
        last_words: LastWords,
    ) -> None:
        self._webhook = webhook
        self._pool = pool
        self._clock = clock
        self._units = units
        self._last_words = last_words

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        source = self._webhook.kind.source
        try:
            body = await self._read(request)
            translated = await self._translate(body)
            receipt = await self._make_safe(translated)
        except Refusal as refusal:
            REFUSED.labels(source, str(refusal.status)).inc()
            log.warning("delivery refused", source=source, status=refusal.status, why=refusal.words)
            return web.json_response({"error": refusal.words}, status=refusal.status, headers=refusal.headers)
        receipt.count()
        return self._answer(receipt)

    async def _read(self, request: web.Request) -> bytes:
        webhook = self._webhook
        if not is_authentic(request.headers, webhook.proofs):
            challenges = ", ".join(proof.challenge for proof in webhook.proofs)
            raise Refusal(401, "the credentials are not the agreed ones", {"WWW-Authenticate": challenges})
        self._last_words.heard(webhook.kind.source)
        if request.content_type not in webhook.content_types:
            raise Refusal(415, f"content type must be one of {', '.join(sorted(webhook.content_types))}")
        if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            # A compressed body may unfold without bound, and none of these senders compresses.
            raise Refusal(415, "compressed bodies are not accepted", {"Accept-Encoding": "identity"})
        body = await self._read_bounded(request)
        if not body.strip():
            raise Refusal(400, "the body is empty")
        return body

    async def _read_bounded(self, request: web.Request) -> bytes:
        limit = self._webhook.maximum_bytes
        too_large = Refusal(413, f"the body is larger than {limit} bytes", {"Connection": "close"})
        if request.content_length is not None and request.content_length > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(READ_SECONDS):
                async for chunk in request.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > limit:
                        raise too_large
        except TimeoutError:
            raise Refusal(408, f"the body took longer than {READ_SECONDS:.0f} s", {"Connection": "close"}) from None
        except (web.RequestPayloadError, ConnectionError):
            raise Refusal(400, f"the body broke off after {len(body)} bytes") from None
        return bytes(body)

    async def _translate(self, body: bytes) -> Translated:
        context = Context(self._clock.now(), self._units)
        if len(body) > LARGE_BODY_BYTES:
            return await asyncio.to_thread(translate_body, self._webhook.kind, body, context)
        return translate_body(self._webhook.kind, body, context)

    async def _make_safe(self, translated: Translated) -> Receipt:
        try:
            async with (
                self._pool().acquire(timeout=WAIT_FOR_DATABASE_SECONDS) as connection,
                connection.transaction(),
            ):
                return await admit(connection, translated)
        except DATABASE_FAULTS as error:
            log.error("a delivery could not be made safe", source=translated.kind.source, error=repr(error))
            again = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            raise Refusal(self._webhook.busy_status, "not possible just now, send again", again) from None

    def _answer(self, receipt: Receipt) -> web.Response:
        letters = [
            {"dead_letter": str(kept.fingerprint), "where": kept.where, "reason": kept.reason}
            for kept in receipt.kept[:MOST_LETTERS_NAMED]
        ]
        answer = {
            "accepted": receipt.accepted,
            "repeated": receipt.repeated,
            "ignored": receipt.ignored,
            "refused": len(receipt.kept),
            "dead_letters": letters,
        }
        for kept in receipt.kept:
            log.warning("dead letter", source=receipt.source, fingerprint=str(kept.fingerprint), reason=kept.reason)
        if any(kept.malformed for kept in receipt.kept):
            REFUSED.labels(receipt.source, "400").inc()
            return web.json_response({"error": receipt.kept[0].reason, **answer}, status=400)
        return web.json_response(answer, status=202 if receipt.kept else 200)
