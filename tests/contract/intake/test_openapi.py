"""Intake's OpenAPI document: whole, as the sources declare, checked in, and what a running intake tells of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aiohttp
import msgspec
import pytest
import schemathesis
from jsonschema import Draft202012Validator

from services.database.pool import Pool
from services.intake.door.authenticity import SecretHeader, SecretInside
from services.intake.door.openapi import HEADING, PAGE, document, every_webhook, filled, page
from services.intake.doors import SOURCES
from services.intake.settings import IntakeSettings
from services.intake.source import Webhook
from services.intake.sources.jamf.translation import WEBHOOK
from tests.fuzz.doors import served

DOCUMENT: dict[str, Any] = msgspec.yaml.decode(PAGE.read_bytes())
SETTINGS = IntakeSettings.model_validate({"intake_maximum_body_bytes": 1234})


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def test_what_is_checked_in_is_what_would_be_generated() -> None:
    assert PAGE.read_bytes() == page(), "run `make contracts` and check in what it writes"
    assert PAGE.read_bytes().startswith(HEADING)


def test_it_is_an_openapi_document() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    assert DOCUMENT["openapi"] == "3.1.0"
    operations = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    found = set(references(DOCUMENT))
    for reference in found:
        node = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    parts = DOCUMENT["components"]
    assert {f"#/components/{part}/{name}" for part in ("schemas", "responses") for name in parts[part]} >= found
    used = {
        name
        for path in DOCUMENT["paths"].values()
        for each in path.values()
        for way in each["security"]
        for name in way
    }
    assert used == set(parts["securitySchemes"])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_webhook_of_every_source_stands_in_it(source: Any) -> None:
    for webhook in source.webhooks(filled(source.settings)):
        assert webhook.proofs, "placeholders for its settings must open it"
        told = DOCUMENT["paths"][webhook.path]["post"]
        assert set(told["requestBody"]["content"]) == webhook.content_types
        assert told["tags"] == [source.name]
        assert {"202", "400", "401", "408", "413", "415", "429", "503"} <= told["responses"].keys()
        assert {str(webhook.busy_status), str(webhook.accepted_status)} <= told["responses"].keys()
        assert ("200" in told["responses"]) == (webhook.accepted_status == 200 or webhook.greeting is not None)
        assert ("get" in DOCUMENT["paths"][webhook.path]) == webhook.answers_get
        assert len(told["security"]) == len([proof for proof in webhook.proofs if proof.described])


def test_answers_are_closed_schemas() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False or schema["type"] != "object", name
        assert set(schema["required"]) == set(schema["properties"]), name


def test_limits_and_oddities_of_a_webhook_are_told() -> None:
    odd = Webhook(
        "/odd",
        WEBHOOK,
        [SecretHeader("X-Odd", ["a"]), SecretInside(lambda _: (), ["b"])],
        frozenset({"text/odd"}),
        busy_status=429,
        greeting=lambda query: query.get("echo"),
        answers_get=True,
    )
    made = document([odd], SETTINGS)
    told = made["paths"]["/odd"]["post"]
    assert told["requestBody"]["x-maximum-bytes"] == 1234
    assert told["security"] == [{"jamf.X-Odd": []}]
    assert made["components"]["securitySchemes"] == {"jamf.X-Odd": {"type": "apiKey", "in": "header", "name": "X-Odd"}}
    for words in ("1234 bytes", "carries an agreed secret", "text it asks for", "answer is 429"):
        assert words in told["description"]
    assert "text/plain" in told["responses"]["200"]["content"]
    assert made["paths"]["/odd"]["get"]["security"] == told["security"]


async def test_a_running_intake_tells_what_is_open_and_no_more(pool: Pool) -> None:
    everything = every_webhook()
    for webhooks in (everything, everything[:1], []):
        async with (
            served(pool, webhooks) as base,
            aiohttp.ClientSession() as session,
            session.get(f"{base}/openapi.json") as answer,
        ):
            assert (answer.status, answer.content_type) == (200, "application/json")
            told = await answer.json()
        assert told["paths"].keys() == {"/health", "/openapi.json", *(webhook.path for webhook in webhooks)}
    assert "placeholder" not in PAGE.read_text()
