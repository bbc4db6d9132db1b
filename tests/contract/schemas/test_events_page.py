"""The page of events for people: as the structs say, whole, and with links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event, event_type
from schemas.events_page import events_page, type_in_words
from schemas.examples import EXAMPLES
from schemas.field_words import SAME_EVERYWHERE, words_of
from schemas.generate import PAGE, write
from schemas.json_schemas import event_kinds, json_schema
from schemas.topics import TOPICS

WORDS = PAGE.read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0].strip("# "): part for part in re.split(r"^(?=#{1,3} )", WORDS, flags=re.M)}


def slug(heading: str) -> str:
    """As GitHub makes an anchor of a heading, written apart from the page's own."""
    kept = [letter for letter in heading.lower() if letter.isalnum() or letter in " -_"]
    return "".join(kept).replace(" ", "-")


def properties(kind: type[Event]) -> dict[str, Any]:
    schema = json_schema(kind)
    fields: dict[str, Any] = schema["$defs"][schema["properties"]["data"]["$ref"].rpartition("/")[2]]["properties"]
    return fields


def test_what_is_checked_in_is_what_would_be_generated(tmp_path: Path) -> None:
    write(tmp_path, tmp_path / "events.md")
    assert (tmp_path / "events.md").read_text(encoding="utf-8") == events_page() == WORDS, "run `make contracts`"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: event_type(type(each)))
def test_every_event_type_stands_there_with_its_fields_and_its_example(example: Event) -> None:
    section = SECTIONS[f"`{event_type(type(example))}`"]
    (block,) = re.findall(r"```json\n(.*?)```", section, flags=re.S)
    assert msgspec.json.decode(block, type=type(example)) == example
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (?:yes|no: \S+) \| ([^|]+) \|$", section, flags=re.M)
    assert [name for name, _, _ in rows] == list(properties(type(example)))
    assert all(words.strip() for row in rows for words in row)


def test_every_topic_stands_there_with_its_key_its_partitions_and_its_types() -> None:
    for topic in TOPICS:
        assert f"Key: {topic.keyed_by}. Partitions: {topic.partitions}.\n" in SECTIONS[f"Topic {topic.name}"]
        (row,) = (line for line in SECTIONS["Topics"].splitlines() if line.startswith(f"| [`{topic.name}`]"))
        assert re.findall(r"\[`(quartermaster\.[\w.]+)`\]", row) == [event_type(kind) for kind in topic.event_types]
        assert f"| {topic.keyed_by} | {topic.partitions} |" in row


def test_every_closed_vocabulary_is_listed_word_by_word() -> None:
    named = {
        name: part for kind in event_kinds() for name, part in json_schema(kind)["$defs"].items() if "enum" in part
    }
    assert len(named) > 5
    for name, part in named.items():
        assert re.findall(r"^- `(.+)`$", SECTIONS[name], flags=re.M) == part["enum"]


def test_every_link_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", WORDS, flags=re.S), flags=re.M)
    anchors = [slug(heading) for heading in headings]
    assert len(set(anchors)) == len(anchors), "GitHub would number them"
    links = re.findall(r"\]\(([^)]+)\)", WORDS)
    assert {slug(event_type(kind)) for kind in event_kinds()} <= {link[1:] for link in links if link.startswith("#")}
    for link in links:
        if link.startswith("#"):
            assert link[1:] in anchors, link
        elif not link.startswith("https://"):
            assert (PAGE.parent / link).exists(), link


def test_the_page_can_be_found() -> None:
    root = PAGE.parents[1]
    assert "(docs/events.md)" in (root / "README.md").read_text(encoding="utf-8")
    assert "(events.md)" in (root / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_no_words_are_kept_for_a_field_that_there_is_no_more() -> None:
    fields = {name for kind in event_kinds() for name in (*properties(kind), *json_schema(kind)["properties"])}
    assert SAME_EVERYWHERE.keys() <= fields


class Described(msgspec.Struct):
    """A thing. `named` is named, here; `other` and `named` None at last. Nothing of the rest."""

    named: int
    other: int
    beside: int
    """Said beside
    it."""
    kind: int
    unsaid: int


def test_a_field_s_words_are_taken_from_beside_it_then_from_the_docstring_then_from_those_shared_by_all() -> None:
    assert words_of(Described, "beside") == "Said beside it."
    assert words_of(Described, "other") == "`other` and `named` null at last."
    assert words_of(Described, "named") == "`named` is named, here. `other` and `named` null at last."
    assert words_of(Described, "kind") == SAME_EVERYWHERE["kind"]
    with pytest.raises(LookupError, match=r"Described\.unsaid"):
        words_of(Described, "unsaid")


def test_types_are_said_in_words() -> None:
    parts = {"Kind": {"enum": ["laptop"]}, "Moment": {"type": "string", "format": "date-time"}}
    for schema, words in (
        ({"$ref": "#/$defs/Kind"}, "[Kind](#kind)"),
        ({"$ref": "#/$defs/Moment"}, "moment"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number or null"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of text to whole number"),
        ({"enum": ["1.0"]}, "always `1.0`"),
        ({"enum": ["done", "failed"]}, "one of `done`, `failed`"),
    ):
        assert type_in_words(schema, parts) == words
