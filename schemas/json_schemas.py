"""The JSON Schema (2020-12) of each event type, made from its struct, for readers who are not written in Python."""

from __future__ import annotations

import inspect
import sys
from typing import Any, TypeAlias

import msgspec

from schemas.envelope import Event, event_type
from schemas.examples import EXAMPLES
from schemas.field_words import words_of
from schemas.topics import TOPICS

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_kinds() -> list[type[Event]]:
    """Every event class that some topic carries, by its type's name."""
    return sorted({kind for topic in TOPICS for kind in topic.event_types}, key=event_type)


def file_name(kind: type[Event]) -> str:
    """Under what name the schema of an event type is kept."""
    return f"{event_type(kind)}.json"


def json_schema(kind: type[Event]) -> Schema:
    """The schema of one event type, whole: the envelope at its root, an example in it."""
    # As it stands in a file, where a default that is a tuple is a list.
    made = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(kind)))
    parts = {name: _with_words(kind, name, part) for name, part in made["$defs"].items()}
    root = parts.pop(kind.__name__)
    example = next(each for each in EXAMPLES if type(each) is kind)
    return {
        "$schema": DIALECT,
        "$id": f"urn:{event_type(kind).replace('.', ':')}",
        **root,
        # It has a default for those who write events here, but it is always sent, and CloudEvents asks for it.
        "required": [*root["required"], "specversion"],
        "$defs": parts,
        "examples": [msgspec.json.decode(msgspec.json.encode(example))],
    }


def _with_words(kind: type[Event], name: str, part: Schema) -> Schema:
    """A definition with what its struct's source says of it and of each of its fields."""
    described = part | {"description": inspect.cleandoc(part["description"])}
    if "properties" in part:
        struct = vars(sys.modules[kind.__module__])[name]
        described["properties"] = {
            field: schema | {"description": words_of(struct, field)} for field, schema in part["properties"].items()
        }
    return described
