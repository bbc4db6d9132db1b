"""Whatever arrives, a translator answers events or Untranslatable, and what it answers can be stored."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.envelope import Event
from services.intake.doors import RECORD_KINDS
from services.intake.sources.finance.translation import COLUMNS
from services.intake.translation import Malformed, RecordKind, Untranslatable
from tests.payloads import FOLDER, payload, records
from tests.unit.intake.context import CONTEXT

EXTRACT = (
    ",".join(COLUMNS)
    + "\r\nINV-1,invoice,PO-1,refresh-and-bau,2024/25,laptop,Latitude 5440,1,100,20,Northwind,2024-07-04,"
    + "central-west,bau\r\n"
).encode()
SEEDS: list[tuple[str, bytes]] = [
    *(("intune", body) for body in records("intune/managedDevices_list_page1.json", "value")),
    *(("intune", body) for body in records("intune/managedDevices_list_lastpage.json", "value")),
    ("intune", payload("intune/managedDevice_beta_wipePending.json")),
    *(("jamf", path.read_bytes()) for path in sorted((FOLDER / "jamf").iterdir())),
    *(("servicenow/alm_hardware", body) for body in records("servicenow/alm_hardware_table_api.json", "result")),
    *(("servicenow/incident", body) for body in records("servicenow/incident_table_api.json", "result")),
    *(("servicenow/incident", body) for body in records("servicenow/incident_table_api_display_all.json", "result")),
    ("servicenow/push", payload("servicenow/outbound_business_rule_custom.json")),
    ("finance", EXTRACT),
]
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


def _check(kind: RecordKind, body: bytes) -> None:
    with contextlib.suppress(Malformed):
        kind.split(body)
    try:
        events = kind.translate(body, CONTEXT)
    except Untranslatable:
        return
    for event in events:
        assert isinstance(event, Event)
        assert event.id
        assert event.subject
        assert "\x00" not in event.subject + event.id
        written = msgspec.json.encode(event)
        assert msgspec.json.decode(written, type=type(event)) == event
        assert b"\\u0000" not in written


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.binary(max_size=6))
def test_broken_bytes(seed: tuple[str, bytes], chance: random.Random, junk: bytes) -> None:
    name, body = seed
    start = chance.randrange(len(body))
    end = min(len(body), start + chance.randrange(40))
    _check(RECORD_KINDS[name], body[:start] + junk + body[end:])


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
    _check(RECORD_KINDS[name], msgspec.json.encode(content))


@pytest.mark.parametrize("name", sorted(RECORD_KINDS))
@settings(max_examples=60, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200))
def test_any_bytes_at_all(name: str, body: bytes) -> None:
    _check(RECORD_KINDS[name], body)


@pytest.mark.parametrize("name", sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.*")))
def test_every_payload_given_to_every_translator(name: str) -> None:
    for kind in RECORD_KINDS.values():
        _check(kind, payload(name))
