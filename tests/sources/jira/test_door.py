from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.intake.door.authenticity import SecretInAddress, SignedBody
from tests.payloads import payload
from tests.sources.door import Door
from tests.sources.opened import open_webhooks

PATH = "/sources/jira/webhook"
VECTORS: list[dict[str, Any]] = msgspec.json.decode(payload("jira/signing_vectors.json"))


def _headers(vector: dict[str, Any], **others: str) -> dict[str, str]:
    return {"Content-Type": "application/json; charset=utf-8", **vector["headers"], **others}


@pytest.mark.integration
async def test_signed_bodies_are_taken_once_whoever_delivers_them_and_altered_ones_refused(door: Door) -> None:
    created, resolved = VECTORS
    body = payload(created["file"])
    status, answer, _ = await door.post(PATH, body, _headers(created))
    assert (status, answer["accepted"]) == (200, 1)
    # A retry, and the same change by another webhook of the site, a quarter of an hour later.
    for others in (
        {"X-Atlassian-Webhook-Retry": "1"},
        {"X-Atlassian-Webhook-Identifier": "other", "X-Atlassian-Webhook-Flow": "Secondary"},
    ):
        status, answer, _ = await door.post(PATH, body, _headers(created, **others))
        assert (status, answer["repeated"]) == (200, 1)
    for altered, headers in (
        (body + b" ", _headers(created)),
        (body, _headers(resolved)),
        (body, _headers(created, **{"X-Hub-Signature": created["headers"]["X-Hub-Signature"].removeprefix("sha256=")})),
        (body, {"Content-Type": "application/json"}),
    ):
        status, _, answered = await door.post(PATH, altered, headers)
        assert status == 401
        assert "X-Hub-Signature" in answered["WWW-Authenticate"]
    assert (await door.post(f"{PATH}?secret=nwh-jira-secret", body, {"Content-Type": "application/json"}))[0] == 401
    assert (await door.post(PATH, payload(resolved["file"]), _headers(resolved)))[0] == 200
    topics = await door.pool.fetch("SELECT topic, key FROM outbox ORDER BY transaction, position")
    assert [tuple(row) for row in topics] == [("desk-ticket", "jira:10234"), ("device-observed", "7QX4KL3")] * 2
    assert await door.letters() == []
    # A passing fault of ours is never a 4xx, after which Jira would not send again.
    async with door.pool.acquire() as connection:
        await connection.execute("ALTER TABLE inbox RENAME TO inbox_away")
    assert (await door.post(PATH, body, _headers(created)))[0] == 503


@pytest.mark.parametrize("signed", [True, False])
def test_a_site_that_does_not_sign_proves_itself_by_its_address_and_only_then(signed: bool) -> None:
    (webhook,) = open_webhooks({"jira_webhook_secrets": "one,two", "jira_signed": signed})
    (proof,) = webhook.proofs
    assert isinstance(proof, SignedBody if signed else SecretInAddress)
    assert webhook.busy_status == 503
