"""The policy's JSON Schema: fresh, true of the shipped one, and as strict about shapes as the code that reads it."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from services.refresh.policy_document import policy_of
from services.refresh.policy_schema import FILE as SCHEMA
from services.refresh.policy_schema import schema_text
from tests.unit.refresh.policies import FILE

VALIDATOR = Draft202012Validator(json.loads(schema_text()), format_checker=FormatChecker())
SHIPPED: Any = msgspec.to_builtins(msgspec.yaml.decode(FILE.read_bytes()))
WRONG = st.sampled_from([None, "", "x", "laptop", "2024-13-01", -1, 0, 1, 101, 241, 1001, 12.5, True, [], {}, ["x"]])


def test_the_committed_schema_is_fresh_and_named_by_the_policy() -> None:
    assert SCHEMA.read_text() == schema_text(), "run: python -m services.refresh.policy_schema"
    first = FILE.read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA.name}"
    assert (FILE.parent / SCHEMA.name).samefile(SCHEMA)


def test_the_shipped_policy_fits_and_every_block_is_described() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)
    VALIDATOR.validate(SHIPPED)
    blocks = [part for part in VALIDATOR.schema["$defs"].values() if part.get("type") == "object"]
    assert len(blocks) > 15
    assert all(block["description"] for block in blocks)


def _places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a document stands."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [place for key, value in inner for place in ((*path, key), *_places(value, (*path, key)))]


PLACES = _places(SHIPPED)


def _damaged(place: tuple[Any, ...], how: str, wrong: Any, key: str) -> Any:
    content = copy.deepcopy(SHIPPED)
    holder = content
    for step in place[:-1]:
        holder = holder[step]
    if how == "gone":
        del holder[place[-1]]
    elif how == "wrong":
        holder[place[-1]] = wrong
    elif isinstance(holder, dict):
        holder[key] = wrong
    return content


@settings(max_examples=500)
@given(
    place=st.sampled_from(PLACES),
    how=st.sampled_from(["gone", "wrong", "more"]),
    wrong=WRONG,
    key=st.sampled_from(["laptop", "toaster", "source", "assumed", "broken", "life_months", "points"]),
)
def test_schema_and_code_refuse_the_same_documents(place: tuple[Any, ...], how: str, wrong: Any, key: str) -> None:
    content = _damaged(place, how, wrong, key)
    try:
        policy_of(content)
        read = True
    except msgspec.ValidationError:
        read = False
    event("read" if read else "refused")
    assert VALIDATOR.is_valid(content) is read
