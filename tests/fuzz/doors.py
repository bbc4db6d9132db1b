"""Intake with every source open, served on a real port over a real database; nobody has to name the sources.

Settings are placeholders, so the secrets are known. A proof that lies in the body cannot be given for a body that was
damaged, and a proof of our own stands beside it; polled kinds of records, which have no webhook, get one for the tests.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterable, Sequence

from aiohttp import web

from services.clock import FixedClock
from services.database.pool import Pool
from services.intake.door.app import make_application
from services.intake.door.authenticity import BasicCredentials, Proof, SecretHeader
from services.intake.measures import LastWords
from services.intake.settings import IntakeSettings
from services.intake.source import Webhook
from tests.fuzz.site import KINDS, OPENED
from tests.unit.intake.context import CONTEXT, NOW

OURS = SecretHeader("X-Test-Secret", ["open sesame"])
LIMIT = 150_000
"""Above the size from which a body is translated beside the event loop, so that both ways are gone."""

SETTINGS = IntakeSettings.model_validate(
    {"intake_maximum_body_bytes": LIMIT, "intake_rate_per_second": 1e9, "intake_burst": 10**9}
)
ANY_TYPE = frozenset({"application/json", "application/xml", "text/csv"})


def provable_webhooks() -> list[Webhook]:
    """Every webhook there is, each with a proof that can be given for any body."""
    return [
        webhook
        if any(isinstance(proof, SecretHeader | BasicCredentials) for proof in webhook.proofs)
        else dataclasses.replace(webhook, proofs=[OURS, *webhook.proofs])
        for opened in OPENED
        for webhook in opened.webhooks
    ]


def webhook_of_every_kind() -> dict[str, Webhook]:
    """A webhook for each kind of record by its name; where the source has none of its own, one for the tests."""
    own = {webhook.kind.name: webhook for webhook in provable_webhooks()}
    return {name: own.get(name) or Webhook(f"/test/{name}", kind, [OURS], ANY_TYPE) for name, kind in KINDS.items()}


def proof_of(webhook: Webhook) -> dict[str, str]:
    """Headers by which a delivery to a provable webhook is believed."""
    return _headers(next(proof for proof in webhook.proofs if isinstance(proof, SecretHeader | BasicCredentials)))


def _headers(proof: Proof) -> dict[str, str]:
    if isinstance(proof, SecretHeader):
        return {proof.name: proof.secrets[0]}
    assert isinstance(proof, BasicCredentials)
    words = f"{proof.user}:{proof.passwords[0]}".encode()
    return {"Authorization": f"Basic {base64.b64encode(words).decode()}"}


@contextlib.asynccontextmanager
async def served(pool: Pool, webhooks: Iterable[Webhook]) -> AsyncIterator[str]:
    """Serve as the service does; the base address."""
    clock = FixedClock(NOW)
    opened: Sequence[Webhook] = list(webhooks)
    last_words = LastWords(clock, {webhook.kind.source for webhook in opened})
    application = make_application(opened, lambda: pool, clock, CONTEXT.units, last_words, SETTINGS)
    runner = web.AppRunner(application, access_log=None, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
