"""Custody in chat: Slack takes whatever is drawn, the words are right, and forms ask what their act needs, no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.grammar import CustodyAct, CustodyList, Disposals
from bot.render import custody, custody_batch, custody_form_values, custody_forms, disposals
from bot.render import help as guidance
from bot.render.message import Message
from bot.render.spreadsheet import as_csv
from services.custody.commands import Details
from services.custody.queries import (
    BatchView,
    Cause,
    ChainLine,
    CharityRoute,
    CustodyCount,
    CustodyState,
    CustodyView,
    Document,
    QuarterView,
)
from tests.fixtures.custody_views import CAME, CERTIFICATE, PLANNER, done, held, returned
from tests.unit.bot import views as made
from tests.unit.bot.test_render import check, check_view, quick

ROUTES = [CharityRoute(key="digital-inclusion", name="Digital Inclusion Fund", what_for="People without a device")]
LINKS = st.builds(
    ChainLine,
    number=st.integers(1, 99),
    at=made.MOMENTS,
    what=made.WORDS,
    who=made.WORDS,
    place=made.WORDS,
    digest=st.just("0" * 64),
)
DOCUMENTS = st.builds(
    Document, document_id=made.IDS, name=made.WORDS, digest=st.just("1" * 64), size=st.integers(1, 10**7)
)
VIEWS = st.builds(
    CustodyView,
    custody_id=made.IDS,
    reference=st.just("C-12"),
    revision=st.integers(1, 99),
    device_id=made.IDS,
    state=st.sampled_from(CustodyState),
    serial=made.MAYBE,
    asset_tag=made.MAYBE,
    kind=st.none(),
    manufacturer=made.MAYBE,
    model=made.MAYBE,
    unit=made.MAYBE,
    purchased_on=st.none() | made.DAYS,
    came_at=made.MOMENTS,
    place=made.WORDS,
    chain=st.lists(LINKS, max_size=60).map(tuple),
    proof=st.sampled_from([None, "mdm", "certificate", "inspection", "destruction"]),
    proof_at=st.none() | made.MOMENTS,
    certificate=st.none() | DOCUMENTS,
    certificate_issuer=made.MAYBE,
    certificate_number=made.MAYBE,
    condition=st.sampled_from([None, "good", "fair", "poor"]),
    route=st.sampled_from([None, "resale", "redistribution", "recycling"]),
    review=made.MAYBE,
    residual_pence=st.none() | made.PENCE,
    charity=made.MAYBE,
    charity_name=made.MAYBE,
    weee_note=made.MAYBE,
    proceeds_pence=st.none() | made.PENCE,
    batch=st.sampled_from([None, "B-3"]),
    may=st.just(tuple(Cause)),
)
COUNTS = st.builds(
    CustodyCount, state=st.sampled_from(CustodyState), kind=st.none(), devices=made.NUMBERS, oldest_at=made.MOMENTS
)
BATCHES = st.builds(
    BatchView,
    batch=st.just("B-3"),
    cause=st.sampled_from(Cause),
    at=made.MOMENTS,
    who=made.WORDS,
    moved=made.many(VIEWS, 40).map(tuple),
    refused=made.many(st.tuples(made.WORDS, made.WORDS), 300).map(tuple),
)
QUARTERS = st.lists(
    st.builds(
        QuarterView,
        financial_year=st.just("2024/25"),
        quarter=st.integers(1, 4),
        resold=made.NUMBERS,
        redistributed=made.NUMBERS,
        recycled=made.NUMBERS,
        destroyed=made.NUMBERS,
        by_charity=st.lists(st.tuples(made.WORDS, made.NUMBERS), max_size=30).map(tuple),
        proceeds_pence=st.none() | made.PENCE,
    ),
    max_size=4,
)


@quick
@given(made.many(COUNTS, 40), st.lists(VIEWS, max_size=5), st.booleans())
def test_slack_takes_the_overview(counts: list[Any], waiting: list[Any], acts: bool) -> None:
    check(custody.render_overview(counts, waiting, made.NAMES, CAME, acts=acts))


@quick
@given(made.many(VIEWS, 40), made.NUMBERS, st.sampled_from(CustodyState))
def test_slack_takes_a_list(views: list[Any], total: int, state: CustodyState) -> None:
    check(custody.render_list(CustodyList(state), views, total, made.NAMES, tuple(Cause)))
    assert as_csv(disposals.custody_sheet("In custody", views, made.NAMES)).count(b"\r\n") >= len(views) + 1


@quick
@given(VIEWS)
def test_slack_takes_a_record(view: CustodyView) -> None:
    check(custody.render_record(view, made.NAMES, certifies=True))


@quick
@given(BATCHES)
def test_slack_takes_a_batch(batch: BatchView) -> None:
    check(custody_batch.render_batch(batch, {}))


@quick
@given(QUARTERS, st.booleans())
def test_slack_takes_a_year_s_disposals(quarters: list[QuarterView], priced: bool) -> None:
    check(disposals.render(Disposals(), "2024/25", quarters, priced=priced))
    assert as_csv(disposals.sheet("2024/25", quarters, priced=priced)).count(b"\r\n") == len(quarters) + 1


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("on", [None, "C-12", *CustodyState])
def test_slack_takes_every_form(cause: Cause, on: str | None) -> None:
    act = CustodyAct(cause, str(on) if on else None)
    check_view(custody_forms.act_form(act, cause, ROUTES, 12 if act.state else None), "modal")
    check_view(custody_forms.choice_form(CustodyAct(None, act.on), list(Cause), None), "modal")
    check(guidance.render_open_custody(act))


def text_of(told: Message) -> str:
    return str(told.blocks)


def test_the_overview_says_how_many_and_since_when() -> None:
    counts = [
        CustodyCount(state=CustodyState.RETURNED, kind=None, devices=300, oldest_at=CAME),
        CustodyCount(state=CustodyState.RETURNED, kind=None, devices=12, oldest_at=CAME - timedelta(days=3)),
        CustodyCount(state=CustodyState.WIPE_FAILED, kind=None, devices=1, oldest_at=CAME),
    ]
    told = custody.render_overview(counts, [returned()], made.NAMES, CAME + timedelta(days=10), acts=True)
    assert told.text == "313 devices in custody"
    for said in (
        "Returned",
        "'312'",
        "13 days",
        "Act on all returned…",
        "Act on a list…",
        "custody act on wipe_failed",
    ):
        assert said in text_of(told), said
    looks = custody.render_overview(counts, [], made.NAMES, CAME, acts=False)
    assert "Act on" not in text_of(looks)


def test_a_record_shows_its_chain_its_proof_and_the_next_steps() -> None:
    told = text_of(custody.render_record(held(may=(Cause.REVIEW, Cause.RESELL)), made.NAMES, certifies=True))
    for said in (
        "C-12 · Dell Inc. Latitude 7440",
        "device management wiped it, 4 Sep 2024, 10:51",
        "*Charity:* Digital Inclusion Fund",
        "3. 4 Sep 2024, 10:51 Device management tells that it is wiped _register_",
        "Review its value…",
        "custody act review on C-12",
        "'custody_certificate'",
        "custody batch B-3",
    ):
        assert said in told, said


def test_what_nothing_proves_empty_has_no_certificate() -> None:
    told = text_of(custody.render_record(returned(), made.NAMES, certifies=True))
    assert "nothing proves it empty" in told
    assert ids.CUSTODY_CERTIFICATE not in told
    assert ids.CUSTODY_CERTIFICATE not in text_of(custody_batch.render_batch(done(returned(), returned(13)), {}))


def test_sums_are_shown_only_where_the_view_has_them() -> None:
    assert "£" not in text_of(custody.render_record(held(), made.NAMES, certifies=True))
    told = text_of(custody.render_record(held(residual_pence=9_500, proceeds_pence=8_000), made.NAMES, certifies=True))
    assert "*Residual value:* £95" in told
    assert "*Proceeds:* £80" in told
    quarter = QuarterView(financial_year="2024/25", quarter=3, resold=2, redistributed=1, recycled=0, destroyed=0)
    assert "Proceeds" not in text_of(disposals.render(Disposals(), "2024/25", [quarter], priced=False))


def test_a_batch_says_how_many_moved_and_why_others_stayed() -> None:
    why = "Nothing proves it empty."
    refused = (*((f"C-{number}", why) for number in range(20, 40)), ("5CG9", "It is written off."))
    told = custody_batch.render_batch(done(held(1), held(2), refused=refused), {PLANNER: "Helen Marsh"})
    assert told.text == "B-3: Given to a charity: 2 devices moved; 21 stayed as they were."
    assert f"{why} *20*: C-20, C-21" in text_of(told)
    assert "and 5 more" in text_of(told)
    assert "It is written off. *1*: 5CG9" in text_of(told)
    assert "Helen Marsh" in text_of(told)


def test_a_review_of_many_says_how_many_go_which_way() -> None:
    reviewed = [held(1, route="resale"), held(2, route="recycling"), held(3, route="recycling")]
    told = text_of(custody_batch.render_batch(msgspec.structs.replace(done(*reviewed), cause=Cause.REVIEW), {}))
    assert "For resale: *1*" in told
    assert "For recycling under WEEE: *2*" in told
    assert "redistribution" not in told


def fields(cause: Cause, on: str | None = "C-12") -> set[str]:
    view = custody_forms.act_form(CustodyAct(cause, on), cause, ROUTES, None)
    return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def test_a_form_asks_what_its_act_needs_and_no_more() -> None:
    proof = {"document_id", "certificate_issuer", "certificate_number"}
    assert fields(Cause.CERTIFY) == fields(Cause.DESTROY) == proof | {"place", "note"}
    assert fields(Cause.REQUEST_WIPE) == {"note"}
    assert fields(Cause.REVIEW) == {"condition", "route", "note"}
    assert fields(Cause.REDISTRIBUTE) == {"charity", "place", "note"}
    assert fields(Cause.RECYCLE) == {"weee_note", "place", "note"}
    assert fields(Cause.RESELL) == {"proceeds_pence", "place", "note"}
    assert fields(Cause.REQUEST_WIPE, None) == {"devices", "devices_file", "note"}


def test_fields_are_named_as_the_details_they_fill() -> None:
    filled = {name for cause in Cause for name in fields(cause)}
    assert filled <= set(Details.__struct_fields__)


def given_in(**held_values: Any) -> dict[str, Any]:
    return {block: {block: value} for block, value in held_values.items()}


def option(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"value": value}}


def words(value: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def file(name: str = "a.pdf") -> dict[str, Any]:
    return {"type": "file_input", "files": [{"id": "F1", "name": name}]}


def test_a_form_is_read_into_the_details() -> None:
    values = given_in(
        document_id=file(), certificate_issuer=words("Blancco"), certificate_number=words("B1"), place=words("Depot 4")
    )
    form = custody_form_values.read_act("custody act certify on returned", values)
    assert isinstance(form, custody_form_values.ActForm)
    assert form.act == CustodyAct(Cause.CERTIFY, "returned")
    assert form.details == Details(certificate_issuer="Blancco", certificate_number="B1", place="Depot 4")
    assert form.document == {"id": "F1", "name": "a.pdf"}
    sale = custody_form_values.read_act("custody act resell on C-12", given_in(proceeds_pence=words("£1,250.50")))
    assert isinstance(sale, custody_form_values.ActForm)
    assert sale.details.proceeds_pence == 125_050
    nothing = custody_form_values.read_act("custody act resell on C-12", given_in(proceeds_pence=words("0")))
    assert isinstance(nothing, custody_form_values.ActForm)
    assert nothing.details.proceeds_pence == 0


@pytest.mark.parametrize(
    ("line", "values", "errors"),
    [
        ("certify on C-1", {}, {"document_id", "certificate_issuer", "certificate_number"}),
        ("certify", given_in(document_id=file()), {"devices", "certificate_issuer", "certificate_number"}),
        ("request_wipe", {}, {"devices"}),
        ("review on C-1", {}, {"condition"}),
        ("review on C-1", given_in(condition=option("good"), route=option("recycling")), {"note"}),
        ("redistribute on C-1", {}, {"charity"}),
        ("recycle on C-1", given_in(weee_note=words("  ")), {"weee_note"}),
        ("resell on C-1", given_in(proceeds_pence=words("plenty")), {"proceeds_pence"}),
        ("resell on C-1", {}, {"proceeds_pence"}),
    ],
)
def test_what_is_missing_is_told_at_its_field(line: str, values: dict[str, Any], errors: set[str]) -> None:
    found = custody_form_values.read_act(f"custody act {line}", values)
    assert isinstance(found, dict)
    assert set(found) == errors


def test_a_choice_keeps_what_it_is_about() -> None:
    chosen = custody_form_values.read_choice("custody act on wipe_failed", given_in(act=option("send_to_destruction")))
    assert chosen == CustodyAct(Cause.SEND_TO_DESTRUCTION, "wipe_failed")
    assert custody_form_values.read_choice("custody act", {}) == {"act": "Choose what is to be done."}


def test_a_document_is_shown_with_its_digest() -> None:
    told = text_of(
        custody.render_record(held(certificate=CERTIFICATE, proof="certificate"), made.NAMES, certifies=True)
    )
    assert CERTIFICATE.digest in told
