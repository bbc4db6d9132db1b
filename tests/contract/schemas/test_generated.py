"""What is checked in is what the structs say, and every example is read by both kinds of reader."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from schemas.asyncapi import RELEASE
from schemas.envelope import Event, event_type
from schemas.examples import EXAMPLES
from schemas.generate import FOLDER, generated, write
from schemas.json_schemas import event_kinds, json_schema
from schemas.topics import TOPICS

ROOT = Path(__file__).parents[3]
by_type = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: event_type(type(example)))


def as_json(event: Event) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event))
    return decoded


def test_what_is_checked_in_is_what_would_be_generated() -> None:
    there = {f"json/{path.name}": path.read_bytes() for path in (FOLDER / "json").glob("*.json")}
    there["asyncapi.yaml"] = (FOLDER / "asyncapi.yaml").read_bytes()
    assert there == generated(), "run `make contracts` and check in what it writes"


def test_writing_removes_the_schema_of_a_type_that_is_gone(tmp_path: Path) -> None:
    stale = tmp_path / "json" / "quartermaster.nothing.happened.json"
    stale.parent.mkdir()
    stale.touch()
    write(tmp_path)
    assert not stale.exists()
    assert {path.name for path in (tmp_path / "json").iterdir()} == {
        f"{event_type(kind)}.json" for kind in event_kinds()
    }


def test_there_is_one_example_of_every_type() -> None:
    assert sorted(event_type(type(example)) for example in EXAMPLES) == [event_type(kind) for kind in event_kinds()]


def test_contracts_are_of_the_release_that_the_package_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == RELEASE


@by_type
def test_an_example_is_valid_under_its_own_schema(example: Event) -> None:
    schema = json_schema(type(example))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    validator.validate(as_json(example))
    assert [as_json(example)] == schema["examples"]


@by_type
def test_an_example_is_read_back_from_its_topic_as_it_was(example: Event) -> None:
    (topic,) = (topic for topic in TOPICS if type(example) in topic.event_types)
    assert msgspec.json.decode(msgspec.json.encode(example), type=topic.carries) == example


@by_type
@pytest.mark.parametrize("lacking", ["id", "source", "time", "subject", "type", "data"])
def test_both_readers_refuse_an_event_that_lacks_an_attribute(example: Event, lacking: str) -> None:
    broken = {name: value for name, value in as_json(example).items() if name != lacking}
    assert not Draft202012Validator(json_schema(type(example))).is_valid(broken)
    if lacking != "type":  # one class alone is decoded without its tag; a topic's union is not
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(msgspec.json.encode(broken), type=type(example))


@by_type
def test_an_unknown_field_is_no_obstacle(example: Event) -> None:
    newer = as_json(example)
    newer["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    newer["data"] = {**newer["data"], "colour": "black"}
    Draft202012Validator(json_schema(type(example))).validate(newer)
    assert msgspec.json.decode(msgspec.json.encode(newer), type=type(example)) == example


@by_type
def test_an_event_is_a_cloudevent(example: Event) -> None:
    attributes = as_json(example)
    assert attributes["specversion"] == "1.0"
    assert attributes["datacontenttype"] == "application/json"
    assert all(isinstance(attributes[name], str) and attributes[name] for name in ("id", "source", "type", "subject"))
    # Context attribute names: lower-case letters and digits only; and the time names its offset.
    assert all(name.isalnum() and name.islower() for name in attributes)
    assert example.time.utcoffset() is not None
    assert set(json_schema(type(example))["required"]) >= {
        "id",
        "source",
        "specversion",
        "type",
        "time",
        "subject",
        "data",
    }
    assert attributes["type"].startswith("quartermaster.")


@by_type
def test_a_time_without_an_offset_is_refused(example: Event) -> None:
    broken = as_json(example) | {"time": "2024-11-04T09:30:00"}
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(msgspec.json.encode(broken), type=type(example))
