"""The algebra of orders: whatever the order of arrival, the ledger ends at the same penny."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.finance import DocumentType as Type
from schemas.events.finance import FinanceDocument
from schemas.vocabulary import Kind
from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.limits import LineSums, fits
from services.budget.rules.matching import Order, match
from services.budget.rules.posting import check, post, reserve
from services.errors import BadInput
from tests.fixtures.finance import document, some_documents

PART = Part("2024/25", "refresh-and-bau", "laptop", "central-west", "bau")


def reservation(number: int, pence: int = 100_000) -> Entry:
    return Entry(
        document_id=f"request/R-{number}",
        entry_type=EntryType.COMMITTED,
        part=PART,
        amount=Amount(pence, pence // 5, 1),
        document_date=date(2024, 6, 3),
        order_id=f"QM-R-{number}",
    )


def post_all(documents: list[FinanceDocument | Entry]) -> list[Entry]:
    orders: dict[str | None, Order] = defaultdict(Order)
    entries: list[Entry] = []
    for each in documents:
        order = orders[each.order_id] if each.order_id else Order()
        entries += reserve([each], order) if isinstance(each, Entry) else post(each, order)
    return entries


def balances(entries: list[Entry]) -> dict[tuple[Part, EntryType], Amount]:
    sums: dict[tuple[Part, EntryType], Amount] = defaultdict(Amount)
    for entry in entries:
        key = entry.part, entry.entry_type
        sums[key] = sums[key].plus(entry.amount)
    return {key: amount for key, amount in sums.items() if any(amount)}


def committed(entries: list[Entry]) -> int:
    return LineSums().after(entries).committed_pence


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_any_order_of_documents_ends_at_the_same_sums(seed: int, chance: Random) -> None:
    documents: list[FinanceDocument | Entry] = [*some_documents(seed), reservation(0), reservation(3)]
    straight = balances(post_all(documents))
    chance.shuffle(documents)
    assert balances(post_all(documents)) == straight


@given(st.integers(0, 10_000))
def test_an_order_releases_what_was_settled_and_never_more_than_was_promised(seed: int) -> None:
    documents = [each for each in some_documents(seed, orders=1) if each.order_id]
    entries = post_all([*documents])
    gross = {kind: sum(abs(d.net_pence + d.vat_pence) for d in documents if d.document_type is kind) for kind in Type}
    whole = any(d.document_type is Type.CANCELLATION and d.net_pence + d.vat_pence == 0 for d in documents)
    settled = gross[Type.INVOICE] + gross[Type.CANCELLATION]
    promised = gross[Type.PURCHASE_ORDER]
    assert committed(entries) == promised - (promised if whole else min(promised, settled))
    by_part = balances(entries)
    for (part, kind), amount in by_part.items():
        if kind is EntryType.RELEASED:
            promise = by_part[part, EntryType.COMMITTED]
            assert 0 <= amount.gross_pence <= promise.gross_pence
            assert 0 <= amount.vat_pence <= promise.vat_pence


@given(
    st.dictionaries(st.sampled_from([PART, PART._replace(kind="monitor"), PART._replace(unit="x")]), st.integers(0, 99))
)
def test_matching_a_promise_with_itself_leaves_nothing(promised: dict[Part, int]) -> None:
    assert match(promised, promised) == {part: pence for part, pence in promised.items() if pence}


def test_an_invoice_redeems_its_own_kind_first() -> None:
    laptop, monitor = PART, PART._replace(kind="monitor")
    assert match({laptop: 100, monitor: 50}, {monitor._replace(unit="elsewhere"): 50}) == {monitor: 50}
    assert match({laptop: 100, monitor: 50}, {laptop: 120}) == {laptop: 100, monitor: 20}


def test_an_invoice_before_its_purchase_order() -> None:
    invoice = document("I", Type.INVOICE, 100_000, order_id="PO", kind=Kind.LAPTOP)
    order = document("P", Type.PURCHASE_ORDER, 150_000, order_id="PO", kind=Kind.LAPTOP)
    early = post_all([invoice, order])
    assert [(entry.entry_type, entry.amount.gross_pence) for entry in early] == [
        (EntryType.INVOICED, 120_000),
        (EntryType.COMMITTED, 180_000),
        (EntryType.RELEASED, 120_000),
    ]
    assert balances(early) == balances(post_all([order, invoice]))


def test_finances_purchase_order_takes_the_place_of_the_reservation() -> None:
    dearer = document("P", Type.PURCHASE_ORDER, 110_000, order_id="QM-R-1", kind=Kind.LAPTOP, quantity=1)
    entries = post_all([reservation(1), dearer])
    assert committed(entries) == 132_000
    assert sum(e.amount.quantity * (1 if e.entry_type is EntryType.COMMITTED else -1) for e in entries) == 1


def test_a_credit_note_gives_back_and_renews_no_promise() -> None:
    order = document("P", Type.PURCHASE_ORDER, 100_000, order_id="PO")
    invoice = document("I", Type.INVOICE, 100_000, order_id="PO")
    for net, vat in ((10_000, 2_000), (-10_000, -2_000)):
        credit = document("C", Type.CREDIT_NOTE, net, vat, order_id="PO")
        sums = LineSums().after(post_all([order, invoice, credit]))
        assert (sums.committed_pence, sums.invoiced_pence) == (0, 108_000)


@pytest.mark.parametrize(
    "wrong",
    [
        document("P", Type.PURCHASE_ORDER, 1),
        document("I", Type.INVOICE, -1, 0, order_id="PO"),
        document("I", Type.INVOICE, 1, -1, order_id="PO"),
        document("C", Type.CREDIT_NOTE, -1, 1, order_id="PO"),
        document("I", Type.INVOICE, 1, financial_year="2024-25"),
        document("I", Type.INVOICE, 1, quantity=-1),
    ],
)
def test_what_cannot_be_posted_says_why(wrong: FinanceDocument) -> None:
    with pytest.raises(BadInput):
        check(wrong)


def test_we_promise_nothing_beyond_the_approved_sum() -> None:
    before = LineSums(approved_pence=100, committed_pence=60, invoiced_pence=30)
    assert fits(before, LineSums(approved_pence=100, committed_pence=70, invoiced_pence=30))
    assert not fits(before, LineSums(approved_pence=100, committed_pence=71, invoiced_pence=30))
    over = LineSums(approved_pence=100, invoiced_pence=130)
    assert not fits(over, LineSums(approved_pence=100, committed_pence=1, invoiced_pence=130))
    assert fits(over, over)
