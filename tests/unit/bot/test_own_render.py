"""What is answered to sentences, and the buttons on people's own rows."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import Fault, Wish, parse
from bot.render import help as guidance
from bot.render import mine, own, replacement
from bot.render.prefill import Prefill, prefilled
from schemas.vocabulary import DeviceState, Kind
from services.register.queries import DeviceView
from services.requests.queries import Reason
from tests.fixtures.people import viewer
from tests.unit.bot import views as made
from tests.unit.bot.test_render import DIRECTOR, check, quick

PLAIN = DeviceView(
    device_id=UUID(int=1),
    serial="K4C1000",
    asset_tag=None,
    kind=Kind.LAPTOP,
    manufacturer=None,
    model="Latitude 7400",
    state=DeviceState.DEPLOYED,
    unit=None,
    holder_email="amara.osei@metropolitan.example",
    os=None,
    os_version=None,
    purchased_on=None,
    warranty_ends_on=None,
    last_seen_at=None,
    cost_pence=None,
    age_months=38,
)


@quick
@given(made.many(made.REQUESTS), made.many(made.REQUESTS))
def test_requests_of_ones_own(found: list[Any], waiting: list[Any]) -> None:
    check(own.render_requests(DIRECTOR, found, waiting, {}))


@quick
@given(
    made.many(made.DEVICES), st.sampled_from([Reason.LOST, Reason.STOLEN]), st.sampled_from([None, *Kind]), made.WORDS
)
def test_what_is_gone(devices: list[Any], reason: Reason, kind: Kind | None, said: str) -> None:
    check(own.render_gone(Fault(reason, said, kind), devices))


@quick
@given(st.sampled_from([None, *Reason]), st.sampled_from([None, *Kind]), made.WORDS)
def test_a_wish(reason: Reason | None, kind: Kind | None, said: str) -> None:
    check(own.render_wish(Wish(said, kind, reason)))


@given(made.WORDS)
def test_where_there_is_nothing_to_show_the_next_step_is_said(name: str) -> None:
    check(own.render_no_requests(name))
    for told in (own.render_no_requests(None), own.render_losses([]), own.render_elsewhere()):
        check(told)
        assert told.blocks[-1]["type"] == "actions"
    check(own.render_thanks())


def test_what_is_gone_is_reported_by_one_press_of_somebody_who_is_sure() -> None:
    row = own.render_gone(Fault(Reason.STOLEN, "it was stolen", Kind.LAPTOP), [PLAIN]).blocks[1]["elements"]
    assert (row[0]["text"]["text"], row[0]["value"]) == ("Latitude 7400 K4C1000", "stolen K4C1000")
    assert row[0]["confirm"]["confirm"]["text"] == "Report it"
    assert prefilled(row[1]["value"]) == Prefill(Reason.STOLEN, Kind.LAPTOP, "it was stolen")


def test_a_row_of_ones_own_opens_the_form_with_that_device() -> None:
    other = DeviceView(**{name: getattr(PLAIN, name) for name in PLAIN.__struct_fields__} | {"device_id": UUID(int=2)})
    told = mine.render(viewer("Amara Osei"), [PLAIN, other], [])
    pressed = [block["accessory"]["value"] for block in told.blocks if "accessory" in block]
    known = prefilled(pressed[1])
    assert known == Prefill(kind=Kind.LAPTOP, device_id=UUID(int=2))
    form = replacement.form([PLAIN, other], known, "Desk 4", date(2024, 11, 4))
    chosen = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert chosen["device"]["initial_option"]["value"] == f"{UUID(int=2)}|laptop"
    assert "initial_option" not in chosen["kind"]


def test_a_command_that_lacks_something_is_shown_whole() -> None:
    asked: Any = parse("find")
    assert "It goes like this: `/kit find SERIAL, TAG or PERSON`" in str(guidance.render_unknown(asked).blocks)
