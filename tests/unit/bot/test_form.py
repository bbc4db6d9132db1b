"""Reading the replacement form."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from bot import ids
from bot.render.replacement_values import Form, read_form
from schemas.vocabulary import Kind
from services.requests.queries import Reason

TODAY = date(2024, 11, 4)
DEVICE = UUID(int=9)


def filled(**changes: Any) -> dict[str, Any]:
    fields = {
        ids.BLOCK_DEVICE: {"selected_option": {"value": f"{DEVICE}|laptop"}},
        ids.BLOCK_KIND: {"selected_option": None},
        ids.BLOCK_REASON: {"selected_option": {"value": "broken"}},
        ids.BLOCK_EXPLANATION: {"value": " cracked "},
        ids.BLOCK_NEEDED_BY: {"selected_date": None},
        ids.BLOCK_DELIVERY: {"value": "Desk 4"},
        ids.BLOCK_ACCESSIBILITY: {"selected_options": []},
        **changes,
    }
    return {block: {block: value} for block, value in fields.items()}


def test_a_whole_form() -> None:
    form = read_form(filled(accessibility={"selected_options": [{"value": "needed"}]}), TODAY)
    assert form == Form(DEVICE, Kind.LAPTOP, Reason.BROKEN, None, True, "cracked", "Desk 4")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"device": {"selected_option": {"value": ids.NOT_LISTED}}}, {"kind"}),
        ({"device": {"selected_option": {"value": f"{DEVICE}|tablet"}}}, {"kind"}),
        ({"reason": {"selected_option": None}}, {"reason"}),
        ({"explanation": {"value": "  "}}, {"explanation"}),
        ({"delivery": {"value": None}}, {"delivery"}),
        ({"needed_by": {"selected_date": "2024-11-03"}}, {"needed_by"}),
    ],
)
def test_what_is_missing_is_named_by_its_block(changes: dict[str, Any], wrong: set[str]) -> None:
    errors = read_form(filled(**changes), TODAY)
    assert isinstance(errors, dict)
    assert set(errors) == wrong


def test_today_is_soon_enough() -> None:
    assert isinstance(read_form(filled(needed_by={"selected_date": "2024-11-04"}), TODAY), Form)
