"""Whatever arrives, a translator answers events or Untranslatable, and what it answers can be stored."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.expectation import checked
from tests.fuzz.running import directly
from tests.fuzz.seeds import seeds_of_kinds
from tests.fuzz.site import KINDS
from tests.payloads import FOLDER, payload

SEEDS = [(name, seed.body) for name, seeds in sorted(seeds_of_kinds().items()) for seed in seeds]
JSON_SEEDS = [(name, body) for name, body in SEEDS if body.lstrip().startswith(b"{")]
ANY_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(
        ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-13-01T00:00:00Z", "0", "\x00", "-1"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def test_damaged_in_every_way_that_is_known() -> None:
    outcomes = directly(2024, range(4_000))
    assert (
        min(outcomes[name] for name in ("translated", "ignored", "dead-lettered", "pages read", "pages refused")) > 40
    )


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(JSON_SEEDS), st.data())
def test_other_values(seed: tuple[str, bytes], data: st.DataObject) -> None:
    name, body = seed
    content: dict[str, Any] = msgspec.json.decode(body)
    target = content
    while (
        isinstance(inner := target[(key := data.draw(st.sampled_from(sorted(target))))], dict)
        and inner
        and data.draw(st.booleans())
    ):
        target = inner
    target[key] = data.draw(ANY_VALUE)
    checked(KINDS[name], msgspec.json.encode(content))


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=60, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200))
def test_any_bytes_at_all(name: str, body: bytes) -> None:
    checked(KINDS[name], body)


@pytest.mark.parametrize("name", sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.*")))
def test_every_payload_given_to_every_translator(name: str) -> None:
    for kind in KINDS.values():
        checked(kind, payload(name))
