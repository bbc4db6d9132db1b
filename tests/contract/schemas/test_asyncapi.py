"""The AsyncAPI document: its references lead somewhere, and each topic and event type stands in it once.

No package ships the specification's own schema, so its rules that concern us are written out here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas import topics
from schemas.asyncapi import asyncapi_document
from schemas.envelope import event_type
from schemas.generate import FOLDER
from schemas.json_schemas import event_kinds
from schemas.participants import PARTICIPANTS, Participant
from schemas.topics import TOPICS, Topic

ROOT = Path(__file__).parents[3]
DOCUMENT: dict[str, Any] = msgspec.yaml.decode((FOLDER / "asyncapi.yaml").read_bytes())
CONSTANTS = {name: value for name, value in vars(topics).items() if isinstance(value, Topic)}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            assert len(node) == 1, "nothing may stand beside a reference"
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def resolve(reference: str) -> Any:
    place, _, pointer = reference.partition("#")
    found = DOCUMENT if not place else msgspec.json.decode((FOLDER / place).read_bytes())
    for step in pointer.split("/")[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def test_every_reference_leads_somewhere() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > len(TOPICS)
    assert all(resolve(reference) for reference in found)


def test_the_document_has_the_parts_that_asyncapi_3_asks_for() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    known = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert DOCUMENT.keys() <= known
    assert all({"host", "protocol"} <= server.keys() for server in DOCUMENT["servers"].values())
    for channel in DOCUMENT["channels"].values():
        assert channel.keys() <= {"address", "description", "messages", "bindings"}
    for name, operation in DOCUMENT["operations"].items():
        assert operation["action"] in {"send", "receive"}, name
        channel = resolve(operation["channel"]["$ref"])
        # An operation names its messages by way of its own channel.
        prefix = f"{operation['channel']['$ref']}/messages/"
        assert [each["$ref"] for each in operation["messages"]] == [prefix + each for each in channel["messages"]]


def test_every_topic_stands_in_it_once_with_its_lanes() -> None:
    assert [channel["address"] for channel in DOCUMENT["channels"].values()] == [
        f"quartermaster.{topic.name}" for topic in TOPICS
    ]
    lanes = {name: channel["bindings"]["kafka"]["partitions"] for name, channel in DOCUMENT["channels"].items()}
    assert lanes == {topic.name: topic.partitions for topic in TOPICS}


def test_every_event_type_travels_on_one_topic_and_has_its_schema() -> None:
    carried = [name for channel in DOCUMENT["channels"].values() for name in channel["messages"]]
    assert sorted(carried) == [event_type(kind) for kind in event_kinds()] == sorted(DOCUMENT["components"]["messages"])
    for name, message in DOCUMENT["components"]["messages"].items():
        schema = resolve(message["payload"]["schema"]["$ref"])
        assert schema["properties"]["type"]["enum"] == [name] == [message["name"]]


def test_every_topic_is_sent_by_one_service_and_has_a_reader() -> None:
    for topic in TOPICS:
        assert len([each for each in PARTICIPANTS if topic in each.sends]) == 1, topic.name
        # The queue's events are told to whoever keeps a record of them outside; no service of ours needs them yet.
        assert topic is topics.REFRESH or any(topic in each.receives for each in PARTICIPANTS), topic.name


def test_the_document_is_the_same_each_time() -> None:
    assert asyncapi_document() == asyncapi_document() == {**DOCUMENT}


@pytest.mark.parametrize("participant", PARTICIPANTS, ids=lambda each: each.name)
def test_what_is_declared_of_a_service_is_what_its_code_uses(participant: Participant) -> None:
    folder = ROOT / "bot" if participant.name == "bot" else ROOT / "services" / participant.name
    if not (folder / "service.py").exists():
        pytest.skip(f"{participant.name} is not in this tree")
    used: set[Topic] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "schemas.topics":
                used |= {CONSTANTS[each.name] for each in node.names if each.name in CONSTANTS}
    assert used == {*participant.sends, *participant.receives}
