"""A delivery's own name: the same for each repeat, another for each new thing a person does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.errors import explain
from bot.received import delivery_key
from services.errors import NotAllowed

PAYLOADS = Path(__file__).parents[2] / "payloads" / "slack"


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / name).read_text())
    return body


def test_an_event_is_named_by_its_id() -> None:
    assert delivery_key(recorded("event_callback_message.json")) == ("event", "event/Ev0NWH0001")


def test_a_press_is_named_by_place_person_button_and_moment() -> None:
    body = recorded("block_actions.json")
    first = delivery_key(body)
    assert first == ("interaction", "action/1793467300.000200/U0DANA001/approve_wipe/1793467355.120001")
    body["actions"][0]["action_ts"] = "1793467356.000000"
    assert delivery_key(body) != first


def test_a_form_sent_again_after_its_errors_is_new() -> None:
    body = recorded("view_submission.json")
    first = delivery_key(body)
    assert first is not None
    assert delivery_key({**body, "trigger_id": "another"}) != first
    assert delivery_key(body) == first


def test_what_has_no_id_is_let_through() -> None:
    assert delivery_key(recorded("url_verification.json")) is None
    assert delivery_key({"ssl_check": "1"}) is None


def test_our_own_errors_are_sentences_and_others_get_a_reference() -> None:
    assert explain(NotAllowed("Ask your manager.")).sentence == "Ask your manager."
    unforeseen = explain(KeyError("secret"), lambda: "abcd1234")
    assert unforeseen.reference == "abcd1234"
    assert "abcd1234" in unforeseen.sentence
    assert "secret" not in unforeseen.sentence
    assert "try again" in explain(ConnectionResetError(), lambda: "r").sentence.lower()
