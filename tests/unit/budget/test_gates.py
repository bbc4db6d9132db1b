"""Gates, at their edges: a penny below, and at, each published sum; the first and last day of a term."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from schemas.vocabulary import Kind
from services.budget.rules.caps import within_cap
from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.gates import Case, Contract, Delegation, GateRules, contract_for, judge
from services.budget.rules.standing import Placed, Standing

ROUTE, APPROVAL = 21_347_700, 50_000_000
RULES = GateRules(route_from_pence=ROUTE, approval_from_pence=APPROVAL, window_days=90)
TODAY = date(2024, 11, 4)
CONTRACT = Contract(
    contract_id="C",
    supplier="S",
    kinds=[Kind.LAPTOP],
    ceiling_pence=1_000,
    starts_on=date(2024, 11, 4),
    ends_on=date(2028, 11, 3),
    procurement_route=None,
    approval_reference=None,
)
CASE = Case(
    gross_pence=1,
    placed_on=TODAY,
    supplier_pence=0,
    contract=None,
    called_pence=0,
    procurement_route=None,
    approval_reference=None,
    needs_delegation=False,
    delegation=None,
    delegated_pence=0,
)


def gates(**change: object) -> dict[str, bool]:
    return {each.name: each.passed for each in judge(msgspec.structs.replace(CASE, **change), RULES)}


def test_a_small_order_meets_no_gate() -> None:
    assert gates(gross_pence=ROUTE - 1) == {}


@pytest.mark.parametrize(
    ("pence", "needs"),
    [
        (ROUTE, {"procurement_route"}),
        (APPROVAL - 1, {"procurement_route"}),
        (APPROVAL, {"procurement_route", "approval_reference"}),
    ],
)
def test_from_the_published_sums_on_an_order_carries_more(pence: int, needs: set[str]) -> None:
    assert gates(gross_pence=pence) == dict.fromkeys(needs, False)
    assert all(gates(gross_pence=pence, procurement_route="R", approval_reference="A").values())
    if pence >= APPROVAL:
        assert gates(gross_pence=pence, procurement_route="R") == {
            "procurement_route": True,
            "approval_reference": False,
        }


def test_orders_to_one_supplier_count_together() -> None:
    assert gates(gross_pence=1, supplier_pence=ROUTE - 2) == {}
    assert gates(gross_pence=1, supplier_pence=ROUTE - 1) == {"splitting": False}
    assert gates(gross_pence=1, supplier_pence=ROUTE - 1, procurement_route="R") == {"splitting": True}
    assert gates(gross_pence=1, supplier_pence=APPROVAL - 1, procurement_route="R") == {"splitting": False}
    assert gates(gross_pence=1, supplier_pence=APPROVAL - 1, procurement_route="R", approval_reference="A") == {
        "splitting": True
    }


@pytest.mark.parametrize(("called", "passed"), [(999, True), (1_000, False)])
def test_a_contract_keeps_its_ceiling(called: int, passed: bool) -> None:
    assert gates(contract=CONTRACT, called_pence=called)["contract_ceiling"] is passed


@pytest.mark.parametrize(
    ("day", "passed"),
    [
        (date(2024, 11, 3), False),
        (date(2024, 11, 4), True),
        (date(2028, 11, 3), True),
        (date(2028, 11, 4), False),
    ],
)
def test_a_call_is_placed_within_the_term(day: date, passed: bool) -> None:
    assert gates(contract=CONTRACT, placed_on=day)["contract_term"] is passed


def test_a_failed_gate_does_not_tell_a_contract_s_days() -> None:
    late = msgspec.structs.replace(CASE, contract=CONTRACT, placed_on=date(2028, 11, 4))
    (told,) = [each.explanation for each in judge(late, RULES) if not each.passed]
    assert "outside the term of its contract" in told
    assert not any(letter.isdigit() for letter in told)


def test_a_release_is_within_the_delegated_total() -> None:
    delegation = Delegation(
        delegation_id="D", financial_year="2024/25", lines=["refresh-and-bau"], total_pence=100, emails=["d@x"]
    )
    assert gates(needs_delegation=True) == {"delegation": False}
    assert gates(needs_delegation=True, delegation=delegation, delegated_pence=99) == {"delegation": True}
    assert gates(needs_delegation=True, delegation=delegation, delegated_pence=100) == {"delegation": False}
    assert gates(delegation=delegation, delegated_pence=100) == {}, "a request is released by nobody"


def test_explanations_name_no_sum_but_published_ones() -> None:
    case = msgspec.structs.replace(
        CASE, gross_pence=APPROVAL + 77, contract=CONTRACT, supplier_pence=4, placed_on=date(2030, 1, 1)
    )
    words = " ".join(each.explanation for each in judge(case, RULES) if not each.passed)
    assert "£213,477 " in words
    assert "£500,000 " in words
    assert words.count("£") == 3
    assert "can" in words


def test_the_contract_in_its_term_is_called_before_another() -> None:
    ended = msgspec.structs.replace(CONTRACT, contract_id="E", ends_on=date(2024, 12, 1))
    longer = msgspec.structs.replace(CONTRACT, contract_id="F", ends_on=date(2030, 1, 1))
    to_come = msgspec.structs.replace(CONTRACT, contract_id="G", starts_on=date(2029, 1, 1), ends_on=date(2033, 1, 1))
    known = [to_come, CONTRACT, longer, ended]
    assert contract_for(known, "S", Kind.LAPTOP, TODAY) is longer
    assert contract_for([ended], "S", Kind.LAPTOP, date(2025, 1, 1)) is ended, "the term's gate then says so"
    assert contract_for(known, "S", Kind.MONITOR, TODAY) is None
    assert contract_for(known, "T", Kind.LAPTOP, TODAY) is None


def test_a_cap_holds_but_for_what_finance_ordered_beyond_it() -> None:
    assert within_cap(10, 9, 10)
    assert not within_cap(10, 10, 11)
    assert within_cap(10, 12, 12)
    assert not within_cap(10, 12, 13)
    assert within_cap(None, 0, 10**6)


def test_sums_of_others_are_without_the_order_itself() -> None:
    standing = Standing(today=TODAY, rules=RULES, contracts={"C": CONTRACT}, windows={"S": 500}, called={"C": 300})
    near = Placed(order_id="O", supplier="S", contract_id="C", placed_on=TODAY)
    standing.place(near)
    part = Part("2024/25", "refresh-and-bau", "laptop")
    standing.take(
        [
            Entry(
                document_id="P",
                entry_type=EntryType.COMMITTED,
                part=part,
                amount=Amount(100, 20, 3),
                document_date=TODAY,
                order_id="O",
            )
        ]
    )
    case = standing.case(standing.order("O"), needs_delegation=False)
    assert (case.gross_pence, case.supplier_pence, case.called_pence) == (120, 500, 300)
    assert (standing.windows, standing.called, standing.ordered) == ({"S": 620}, {"C": 420}, {("2024/25", "laptop"): 3})
    standing.place(msgspec.structs.replace(standing.order("O"), placed_on=date(2024, 8, 5)))
    assert (standing.windows, standing.called) == ({"S": 500}, {"C": 420}), "91 days apart"
