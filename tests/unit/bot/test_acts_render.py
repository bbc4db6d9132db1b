"""Contracts, acts and reversals as they are drawn: taken by Slack, narrow enough, and true to what was read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot import ids
from bot.grammar import Override, Reverse, RollOver, Virement, parse
from bot.render import act_forms, acts, contracts
from bot.render import help as guidance
from bot.render.contracts import Procurement
from schemas.vocabulary import FundingLine, Kind
from services.budget.queries import (
    ActView,
    ContractView,
    DelegationView,
    EntryView,
    GateRules,
    ReversalView,
    UngatedOrder,
)
from tests.fixtures.people import viewer
from tests.unit.bot import budget_views, views
from tests.unit.bot.test_render import check, check_view, quick

PEOPLE = {"catherine.doyle@metropolitan.example": "Catherine Doyle"}
TODAY = date(2024, 11, 4)
AT = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)
GATES = GateRules(route_from_pence=21_347_700, approval_from_pence=50_000_000, window_days=90)
CONTRACT = ContractView(
    contract_id="C-7",
    supplier="Northgate Systems",
    kinds=[Kind.LAPTOP, Kind.DESKTOP],
    ceiling_pence=1_000_000_00,
    called_pence=250_000_00,
    starts_on=date(2020, 4, 1),
    ends_on=date(2024, 3, 31),
    procurement_route=None,
    approval_reference=None,
    assumed=["supplier", "ceiling_pence"],
)
DELEGATION = DelegationView(
    delegation_id="DIRECTOR-2024/25",
    financial_year="2024/25",
    lines=[FundingLine.REFRESH_AND_BAU, FundingLine.TABLET_REPLACEMENT],
    total_pence=2_500_000_000,
    released_pence=400_000_000,
    source="the paper",
    emails=["catherine.doyle@metropolitan.example"],
)
UNGATED = UngatedOrder(
    order_id="PO-9",
    supplier="Northgate Systems",
    placed_on=date(2024, 6, 3),
    gross_pence=80_000_000,
    lacks_route=True,
    lacks_approval=True,
)
FOUND = Procurement(contracts=[CONTRACT], gates=GATES, delegations=[DELEGATION], ungated=[UNGATED])
ENTRY = EntryView(
    entry=42,
    document_id="PO-100",
    entry_type="committed",
    financial_year="2024/25",
    line=FundingLine.REFRESH_AND_BAU,
    kind=Kind.LAPTOP,
    unit=None,
    demand=None,
    month=date(2024, 6, 1),
    document_date=date(2024, 6, 3),
    net_pence=10_000_000,
    vat_pence=2_000_000,
    quantity=100,
    from_account="available",
    to_account="committed",
    order_id="PO-100",
    reverses=None,
    posted_at=AT,
)
REVERSAL = ReversalView(document_id="PO-100", document_type="purchase_order", entries=[ENTRY], reversed_by=None)
ACTS = st.builds(
    ActView,
    act_id=views.IDS,
    act=st.sampled_from(["override_line", "override_cap", "move", "roll_over", "reverse"]),
    financial_year=st.just("2024/25"),
    line=st.sampled_from([None, *FundingLine]),
    to_line=st.sampled_from([None, *FundingLine]),
    kind=st.sampled_from([None, *Kind]),
    pence=views.PENCE,
    devices=views.NUMBERS,
    document_id=views.MAYBE,
    reason=views.WORDS,
    email=views.WORDS,
    at=views.MOMENTS,
)
PROCUREMENT = st.builds(
    Procurement,
    contracts=views.many(
        st.builds(
            ContractView,
            contract_id=views.WORDS,
            supplier=views.WORDS,
            kinds=st.lists(st.sampled_from(Kind)),
            ceiling_pence=views.PENCE,
            called_pence=views.PENCE,
            starts_on=views.DAYS,
            ends_on=views.DAYS,
            procurement_route=views.MAYBE,
            approval_reference=views.MAYBE,
            assumed=st.lists(st.sampled_from(["supplier", "ceiling_pence"])),
        )
    ),
    gates=st.builds(
        GateRules, route_from_pence=views.PENCE, approval_from_pence=views.PENCE, window_days=views.NUMBERS
    ),
    delegations=views.many(
        st.builds(
            DelegationView,
            delegation_id=views.WORDS,
            financial_year=st.just("2024/25"),
            lines=st.lists(st.sampled_from(FundingLine), unique=True),
            total_pence=views.PENCE,
            released_pence=views.PENCE,
            source=views.WORDS,
            emails=views.many(views.WORDS),
        )
    ),
    ungated=views.many(
        st.builds(
            UngatedOrder,
            order_id=views.WORDS,
            supplier=views.MAYBE,
            placed_on=st.one_of(st.none(), views.DAYS),
            gross_pence=views.PENCE,
            lacks_route=st.booleans(),
            lacks_approval=st.booleans(),
        ).filter(lambda order: order.lacks_route or order.lacks_approval)
    ),
)


@quick
@given(PROCUREMENT, views.many(ACTS))
def test_contracts_and_acts(found: Procurement, done: list[Any]) -> None:
    check(contracts.render(found, TODAY, {}))
    check(acts.render_acts(done, "2024/25", {}))


@quick
@given(
    st.builds(
        ReversalView,
        document_id=st.text(min_size=1, max_size=200),
        document_type=st.sampled_from([None, "invoice", "move"]),
        entries=views.many(budget_views.ENTRIES),
        reversed_by=st.one_of(st.none(), ACTS),
    )
)
def test_any_reversal_is_taken(found: ReversalView) -> None:
    against = acts.stands_against(found, {})
    form = act_forms.reverse_form(found.document_id, acts.reversal_lines(found), against)
    check_view(form, "modal")
    assert ("submit" in form) is (against is None)


def test_a_contract_says_what_is_assumed() -> None:
    told = str(contracts.render(FOUND, TODAY, PEOPLE).blocks)
    for words in (
        "£1,000,000",
        "£250,000",
        "£750,000",
        "`C-7` Northgate Systems, until 31 Mar 2024 (over): laptops, desktops",
        "published them: ceiling pence, supplier",
    ):
        assert words in told


def test_the_table_of_contracts_fits_a_message() -> None:
    """At the workspace's 640 px four columns of these widths were measured at 546 px, pence and all."""
    dearest = structs.replace(
        CONTRACT, contract_id="EUD-DESKTOPS", ceiling_pence=1_300_000_099, called_pence=1_200_000_088
    )
    told = contracts.render(structs.replace(FOUND, contracts=[dearest]), TODAY, PEOPLE)
    (table,) = [block for block in told.blocks if block["type"] == "table"]
    widest = [max(len(cell["text"]) for cell in column) for column in zip(*table["rows"], strict=True)]
    assert widest == [12, 14, 14, 13]


def test_gates_delegations_and_orders_without_stand_below() -> None:
    told = contracts.render(FOUND, TODAY, PEOPLE)
    drawn = str(told.blocks)
    for words in (
        "from £213,477 an order needs a procurement route",
        "from £500,000 it needs the reference of an approval too",
        "orders to one supplier within 90 days count together",
        "2024/25, all lines: £4,000,000 of £25,000,000 released, £21,000,000 left · Catherine Doyle",
        "`PO-9` £800,000, Northgate Systems, 3 Jun 2024: no procurement route and no approval reference",
    ):
        assert words in drawn, words
    assert told.text == "1 contract; 1 order without what their worth asks for"
    approval_only = structs.replace(UNGATED, lacks_route=False, supplier=None, placed_on=None)
    drawn = str(contracts.render(structs.replace(FOUND, ungated=[approval_only] * 12), TODAY, PEOPLE).blocks)
    assert "supplier not told: no approval reference" in drawn
    assert "_and 2 more_" in drawn
    empty = structs.replace(FOUND, contracts=[], delegations=[], ungated=[])
    drawn = str(contracts.render(empty, TODAY, PEOPLE).blocks)
    for words in ("No contract is on record", "nobody can release an order", "what their worth asks for*: none"):
        assert words in drawn, words


def test_a_reversal_shows_what_it_undoes() -> None:
    (line,) = acts.reversal_lines(REVERSAL)
    assert line == (
        "• #42 3 Jun 2024: committed *£120,000* incl. £20,000 VAT, available → committed · 100 laptops · "
        "Refresh and business as usual 2024/25"
    )
    assert acts.stands_against(REVERSAL, PEOPLE) is None
    form = act_forms.reverse_form("PO-100", [line], None)
    assert form["private_metadata"] == "PO-100"
    assert [block["block_id"] for block in form["blocks"] if block["type"] == "input"] == [ids.BLOCK_WHY]


def test_what_cannot_be_reversed_says_why() -> None:
    done = ActView(
        act_id=views.UUID(int=1),
        act="reverse",
        financial_year="2024/25",
        line=FundingLine.REFRESH_AND_BAU,
        to_line=None,
        kind=None,
        pence=0,
        devices=0,
        document_id="PO-100",
        reason="Booked twice",
        email="catherine.doyle@metropolitan.example",
        at=AT,
    )
    against = acts.stands_against(structs.replace(REVERSAL, reversed_by=done), PEOPLE)
    assert (
        against == "It was reversed by Catherine Doyle, 4 Nov 2024, 09:30; a document is reversed once.\n> Booked twice"
    )
    ours = acts.stands_against(structs.replace(REVERSAL, document_type=None), PEOPLE)
    assert ours is not None
    assert "finance can cancel the order" in ours
    told = str(acts.render_acts([done], "2024/25", PEOPLE).blocks)
    assert "Catherine Doyle: `PO-100` reversed" in told
    assert "£0" not in told
    rolled = structs.replace(done, act="roll_over", pence=48_000_000)
    assert "£480,000 of open commitments rolled over" in str(acts.render_acts([rolled], "2024/25", PEOPLE).blocks)


@pytest.mark.parametrize("asked", [Override(), Virement(), RollOver("2023/24"), Reverse("rollover/2023/24/PO 1")])
def test_a_button_opens_the_form_that_was_asked_for(asked: Any) -> None:
    told = guidance.render_open_act(asked)
    check(told)
    assert parse(told.blocks[-1]["elements"][0]["value"]) == asked


@pytest.mark.parametrize(
    ("name", "may"), [("Idris Bello", True), ("Catherine Doyle", True), ("Ruth Adeyemi", False), ("Helen Marsh", False)]
)
def test_help_names_reversals_to_those_who_may(name: str, may: bool) -> None:
    assert ("/kit reverse" in str(guidance.render_help(viewer(name)).blocks)) is may
