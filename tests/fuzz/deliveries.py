"""A mutant on its way to the door: mostly as its sender would send it, now and then with something wrong about it."""

from __future__ import annotations

import gzip
from random import Random
from typing import NamedTuple

from services.intake.source import Webhook
from tests.fuzz.doors import LIMIT, proof_of
from tests.fuzz.expectation import Expected, expected, unread
from tests.fuzz.mutants import Mutant

FITTING = {b"<": ("application/xml", "text/xml"), b"{": ("application/json",), b"[": ("application/json",)}


class DeliveryOf(NamedTuple):
    """A request to a webhook, and what must come of it."""

    mutant: Mutant
    webhook: Webhook
    headers: dict[str, str]
    body: bytes
    expected: Expected


def delivery(run: int, mutant: Mutant, webhook: Webhook) -> DeliveryOf:
    """The request for a mutant; its number and the run's seed alone decide how. Raises Fault for a translator's."""
    chance = Random(f"{run}/{mutant.number}/delivery")
    fitting = [each for each in FITTING.get(mutant.body.lstrip()[:1], ()) if each in webhook.content_types]
    content_type = (fitting or sorted(webhook.content_types))[0]
    headers, body = proof_of(webhook) | {"Content-Type": content_type}, mutant.body
    # A webhook's own limit, where it has one, is larger than any mutant.
    limit = webhook.maximum_bytes or LIMIT
    oddity = chance.random()
    if oddity < 0.02:
        name, words = next(iter(proof_of(webhook).items()))
        # A proof that lies in the body may still hold, so the body is read before this one is believed to be wrong.
        first = len(body) > limit and any(proof.needs_body for proof in webhook.proofs)
        return DeliveryOf(mutant, webhook, headers | {name: words[:-1] + "?"}, body, unread(413 if first else 401))
    if oddity < 0.04:
        odd = chance.choice(("image/png", "application", "multipart/form-data; boundary=x", "text/html; charset=utf-7"))
        return DeliveryOf(mutant, webhook, headers | {"Content-Type": odd}, body, unread(415))
    if oddity < 0.05:
        outcome = unread(413 if len(body) > limit else 415)
        return DeliveryOf(mutant, webhook, headers | {"Content-Encoding": "br"}, body, outcome)
    if oddity < 0.07 and not body.startswith((b"\x1f\x8b", b"\x78")):
        outcome = unread(413 if len(body) > limit else 400)
        return DeliveryOf(mutant, webhook, headers | {"Content-Encoding": "gzip"}, body, outcome)
    if oddity < 0.10:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, mtime=0)
    elif oddity < 0.15:
        headers["Content-Type"] += chance.choice(("; charset=utf-16", "; charset=nonsense", ";charset=UTF-8", "; x"))
    if len(mutant.body) > limit:
        return DeliveryOf(mutant, webhook, headers, body, unread(413))
    if not mutant.body.strip():
        return DeliveryOf(mutant, webhook, headers, body, unread(400))
    return DeliveryOf(mutant, webhook, headers, body, expected(webhook.kind, mutant.body, webhook.accepted_status))
