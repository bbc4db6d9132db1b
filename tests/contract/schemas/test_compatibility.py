"""A released schema may be followed only by one that old and new readers can live with; each kind of break is told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.asyncapi import RELEASE
from schemas.compatibility import breaks, breaks_of_all, breaks_of_topics
from schemas.envelope import Moment
from schemas.generate import FOLDER
from schemas.json_schemas import event_kinds, file_name, json_schema
from schemas.topics import carriage
from schemas.vocabulary import Kind

Schema = dict[str, Any]
CURRENT = {file_name(kind): json_schema(kind) for kind in event_kinds()}
RELEASES = sorted(path for path in (FOLDER / "released").iterdir() if path.is_dir())


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_what_was_released_is_not_broken(release: Any) -> None:
    released = {path.name: msgspec.json.decode(path.read_bytes()) for path in release.glob("*.json")}
    assert released
    assert breaks_of_all(released, CURRENT) == []
    carried = msgspec.yaml.decode((release / "topics.yaml").read_bytes())
    assert breaks_of_topics(carried, carriage()) == []


def test_this_release_is_kept() -> None:
    assert RELEASE in [path.name for path in RELEASES]


class Part(msgspec.Struct, kw_only=True):
    name: str
    size: int | None = None


class Whole(msgspec.Struct, kw_only=True):
    """As it was released."""

    device: str
    kind: Kind
    parts: list[Part]
    outcome: Literal["done", "failed"]
    pair: tuple[int, str]
    words: dict[str, str]
    part: Part | None = None
    note: str | None = None
    times: int = 1


BASE: Schema = msgspec.json.schema(Whole)


def changed(change: Callable[[Schema, Schema], None]) -> Schema:
    """BASE after a change to (the whole, its parts by name)."""
    schema = copy.deepcopy(BASE)
    change(schema["$defs"]["Whole"], schema["$defs"])
    return schema


def test_the_same_may_follow_itself() -> None:
    assert breaks(BASE, copy.deepcopy(BASE)) == []


def test_optional_additions_may_follow_at_any_depth() -> None:
    def add(whole: Schema, parts: Schema) -> None:
        whole["properties"]["colour"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
        parts["Part"]["properties"]["weight"] = {"type": "integer", "default": 0}

    assert breaks(BASE, changed(add)) == []


def test_words_about_the_contract_may_change() -> None:
    def reword(whole: Schema, parts: Schema) -> None:
        whole["description"] = "As it reads better."
        parts["Part"]["title"] = "Piece"

    schema = changed(reword) | {"$id": "urn:other", "examples": [{}]}
    assert breaks(BASE, schema) == []


def test_a_definition_may_take_another_name() -> None:
    renamed = msgspec.json.decode(msgspec.json.encode(BASE).replace(b"$defs/Part", b"$defs/Piece"))
    renamed["$defs"]["Piece"] = renamed["$defs"].pop("Part")
    assert breaks(BASE, renamed) == []


def test_the_order_of_alternatives_says_nothing() -> None:
    def turn(whole: Schema, _: Schema) -> None:
        whole["properties"]["note"]["anyOf"].reverse()
        whole["properties"]["part"]["anyOf"].reverse()

    assert breaks(BASE, changed(turn)) == []


def removed_field(whole: Schema, _: Schema) -> None:
    del whole["properties"]["note"]


def removed_required_field(whole: Schema, _: Schema) -> None:
    del whole["properties"]["device"]
    whole["required"].remove("device")


def newly_required(whole: Schema, _: Schema) -> None:
    whole["required"].append("note")


def added_and_required(_: Schema, parts: Schema) -> None:
    parts["Part"]["properties"]["weight"] = {"type": "integer"}
    parts["Part"]["required"].append("weight")


def no_longer_required(whole: Schema, _: Schema) -> None:
    whole["required"].remove("device")


def another_type(whole: Schema, _: Schema) -> None:
    whole["properties"]["device"] = {"type": "integer"}


def narrowed(whole: Schema, _: Schema) -> None:
    whole["properties"]["device"]["minLength"] = 1


def null_no_longer_allowed(whole: Schema, _: Schema) -> None:
    whole["properties"]["note"] = {"type": "string", "default": None}


def null_newly_allowed(whole: Schema, _: Schema) -> None:
    whole["properties"]["device"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def another_alternative(whole: Schema, _: Schema) -> None:
    whole["properties"]["note"]["anyOf"].append({"type": "integer"})


def other_alternative(whole: Schema, _: Schema) -> None:
    whole["properties"]["note"]["anyOf"][0] = {"type": "integer"}


def other_items(whole: Schema, _: Schema) -> None:
    whole["properties"]["parts"]["items"] = {"type": "string"}


def other_pair(whole: Schema, _: Schema) -> None:
    whole["properties"]["pair"]["prefixItems"][1] = {"type": "integer"}


def other_values(whole: Schema, _: Schema) -> None:
    whole["properties"]["words"]["additionalProperties"] = {"type": "integer"}


def deep_break(_: Schema, parts: Schema) -> None:
    del parts["Part"]["properties"]["size"]


def word_removed(_: Schema, parts: Schema) -> None:
    parts["Kind"]["enum"].remove("tablet")


def word_added(_: Schema, parts: Schema) -> None:
    parts["Kind"]["enum"].append("watch")


def literal_removed(whole: Schema, _: Schema) -> None:
    whole["properties"]["outcome"]["enum"].remove("failed")


def other_default(whole: Schema, _: Schema) -> None:
    whole["properties"]["times"]["default"] = 2


def closed(whole: Schema, _: Schema) -> None:
    whole["additionalProperties"] = False


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (removed_field, ".note was removed"),
        (removed_required_field, ".device was removed"),
        (newly_required, ".note is newly required"),
        (added_and_required, ".parts[].weight is newly required"),
        (no_longer_required, ".device is no longer required"),
        (another_type, ".device: type was string and is integer"),
        (narrowed, ".device: minLength"),
        (null_no_longer_allowed, ".note: anyOf"),
        (null_newly_allowed, ".device: anyOf"),
        (another_alternative, ".note: anyOf had 2 alternatives and has 3"),
        (other_alternative, ".note: an alternative of anyOf"),
        (other_items, ".parts[]"),
        (other_pair, ".pair[1]: type"),
        (other_values, ".words[]: type"),
        (deep_break, ".parts[].size was removed"),
        (word_removed, "'tablet' was removed"),
        (word_added, "'watch' was added"),
        (literal_removed, "'failed' was removed"),
        (other_default, ".times: default was 1 and is 2"),
        (closed, "the event: additionalProperties"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_breaking_change_is_told_with_its_place(change: Callable[[Schema, Schema], None], place: str) -> None:
    reasons = breaks(BASE, changed(change))
    assert any(place in reason for reason in reasons), reasons


def test_a_released_type_stays_and_a_new_one_may_come() -> None:
    assert breaks_of_all({}, {"new": BASE}) == []
    assert breaks_of_all({"old": BASE}, {}) == ["old: the type is gone"]


def test_a_moment_that_need_not_say_its_offset_any_more_is_a_break() -> None:
    assert breaks(msgspec.json.schema(Moment), msgspec.json.schema(datetime)) == [
        "the event: format was date-time, and is no longer so"
    ]


@given(st.sampled_from(sorted(CURRENT)), st.data())
def test_taking_any_field_from_any_event_is_a_break(name: str, data: st.DataObject) -> None:
    schema = copy.deepcopy(CURRENT[name])
    # Definitions that are reached from the event; each has one place at least where its fields are missed.
    holders = [schema, *(part for part in schema["$defs"].values() if part.get("properties"))]
    holder = data.draw(st.sampled_from(holders))
    field = data.draw(st.sampled_from(sorted(holder["properties"])))
    del holder["properties"][field]
    assert breaks(CURRENT[name], schema)
