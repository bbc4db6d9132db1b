"""The comparison with the last release, tried on what it guards: each released schema, broken at every place."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from schemas.asyncapi import RELEASE
from schemas.compatibility import breaks, breaks_of_all, breaks_of_topics
from schemas.generate import FOLDER
from schemas.topics import TOPICS, Topic, carriage

Schema = dict[str, Any]
Change = tuple[str, Callable[[Schema], None]]

RELEASED: dict[str, Schema] = {
    path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted((FOLDER / "released" / RELEASE).glob("*.json"))
}
CARRIED = msgspec.yaml.decode((FOLDER / "released" / RELEASE / "topics.yaml").read_bytes())

SCALARS = ("string", "integer", "number", "boolean", "null")


def nodes(schema: Schema, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every subschema, the root's first."""
    yield place
    for name in schema.get("properties", {}):
        yield from nodes(schema["properties"][name], (*place, "properties", name))
    for name in schema.get("$defs", {}):
        yield from nodes(schema["$defs"][name], (*place, "$defs", name))
    for number, each in enumerate(schema.get("anyOf", ())):
        yield from nodes(each, (*place, "anyOf", str(number)))
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from nodes(schema[keyword], (*place, keyword))


def at(schema: Schema, place: tuple[str, ...]) -> Any:
    found: Any = schema
    for step in place:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def damages(node: Schema) -> Iterator[Change]:
    """Every way in which one subschema can stop being what was promised."""
    for name in node.get("properties", {}):
        yield f"{name} removed", lambda each, name=name: each["properties"].pop(name)
        yield f"{name} renamed", lambda each, name=name: each["properties"].update(new=each["properties"].pop(name))
        if name not in node["required"]:
            yield f"{name} newly required", lambda each, name=name: each["required"].append(name)
    for name in node.get("required", ()):
        yield f"{name} no longer required", lambda each, name=name: each["required"].remove(name)
    for word in node.get("enum", ()):
        yield f"word {word} removed", lambda each, word=word: each["enum"].remove(word)
    if "enum" in node:
        yield "word added", lambda each: each["enum"].append("unheard-of")
        yield "any word", lambda each: each.update(type="string") or each.pop("enum")
    if (before := node.get("type")) in SCALARS:
        for after in SCALARS:
            if after != before:
                yield f"{before} is {after}", lambda each, after=after: each.update(type=after)
        yield f"{before} or null", lambda each, before=before: each.update(type=[before, "null"])
        yield "any type", lambda each: each.pop("type")
        yield "narrowed", lambda each: each.update(minLength=1) if before == "string" else each.update(maximum=9)
    if "format" in node:
        yield "any format", lambda each: each.pop("format")
        yield "another format", lambda each: each.update(format="hostname")
    elif before == "string":
        yield "a format", lambda each: each.update(format="uuid")
    for number in range(len(node.get("anyOf", ()))):
        yield f"alternative {number} removed", lambda each, number=number: each["anyOf"].pop(number)
    if "anyOf" in node:
        yield "alternative added", lambda each: each["anyOf"].append({"type": "array"})
    if "default" in node:
        yield "another default", lambda each: each.update(default="another")
        yield "no default", lambda each: each.pop("default")
    if "$ref" in node:
        yield "another part", lambda each: each.clear() or each.update(type="object", properties={}, required=[])
        yield "less than the part", lambda each: each.update(maxProperties=1)
    if "properties" in node:
        yield "closed", lambda each: each.update(additionalProperties=False)
    if isinstance(node.get("additionalProperties"), dict):
        yield "any values", lambda each: each.pop("additionalProperties")
        yield "other values", lambda each: each.update(additionalProperties={"type": "array"})
    if "items" in node:
        yield "any items", lambda each: each.pop("items")
        yield "bounded", lambda each: each.update(maxItems=1)


def harmless(node: Schema) -> Iterator[Change]:
    yield "other words", lambda each: each.update(description="As it reads better.", title="Other")
    if "properties" in node:
        optional = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
        yield "optional field added", lambda each: each["properties"].update(colour=copy.deepcopy(optional))
    if "anyOf" in node:
        yield "alternatives turned", lambda each: each["anyOf"].reverse()


def tried(schema: Schema, changes: Callable[[Schema], Iterator[Change]]) -> Iterator[tuple[str, list[str]]]:
    """Each change at each place, and what the comparison says of it."""
    for place in nodes(schema):
        for label, change in changes(at(schema, place)):
            changed = copy.deepcopy(schema)
            change(at(changed, place))
            yield f"{'/'.join(place)}: {label}", breaks(schema, changed)


@pytest.mark.parametrize("name", RELEASED)
def test_no_damage_to_a_released_schema_is_overlooked(name: str) -> None:
    found = dict(tried(RELEASED[name], damages))
    assert len(found) > 50
    assert [label for label, reasons in found.items() if not reasons] == []


@pytest.mark.parametrize("name", RELEASED)
def test_nothing_harmless_is_refused(name: str) -> None:
    found = dict(tried(RELEASED[name], harmless))
    assert len(found) > 10
    assert {label: reasons for label, reasons in found.items() if reasons} == {}


def test_a_type_that_is_gone_or_renamed_is_told() -> None:
    for name in RELEASED:
        rest = {each: schema for each, schema in RELEASED.items() if each != name}
        assert breaks_of_all(RELEASED, rest) == [f"{name}: the type is gone"]
        assert breaks_of_all(RELEASED, {**rest, f"{name}_again": RELEASED[name]}) == [f"{name}: the type is gone"]


def test_every_released_type_stands_on_a_released_topic() -> None:
    assert {name for topic in CARRIED.values() for name in topic["carries"]} == set(RELEASED)


def test_a_type_that_travels_elsewhere_is_told() -> None:
    for topic in TOPICS:
        for change in (_without, _renamed, _repartitioned, _emptied):
            assert breaks_of_topics(CARRIED, change(topic)), (topic.name, change.__name__)


def test_a_topic_and_a_type_on_a_topic_may_be_added() -> None:
    more = carriage() | {"colour": {"partitions": 1, "carries": ["quartermaster.colour.seen"]}}
    more["alert"]["carries"] = [*more["alert"]["carries"], "quartermaster.alert.muted"]
    assert breaks_of_topics(CARRIED, more) == []


def _without(topic: Topic) -> dict[str, Any]:
    return {name: each for name, each in carriage().items() if name != topic.name}


def _renamed(topic: Topic) -> dict[str, Any]:
    return _without(topic) | {f"{topic.name}-again": carriage()[topic.name]}


def _repartitioned(topic: Topic) -> dict[str, Any]:
    return carriage() | {topic.name: {**carriage()[topic.name], "partitions": topic.partitions + 1}}


def _emptied(topic: Topic) -> dict[str, Any]:
    return carriage() | {topic.name: {**carriage()[topic.name], "carries": carriage()[topic.name]["carries"][1:]}}
