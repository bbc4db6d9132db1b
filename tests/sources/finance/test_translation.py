from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from schemas.events.finance import DocumentType, FinanceDocumentRecorded
from schemas.vocabulary import Demand, FundingLine, Kind
from services.intake.sources.finance.translation import COLUMNS, ROW, split, translate
from services.intake.translation import Malformed, Record, Untranslatable, translate_records
from tests.unit.intake.context import CONTEXT

HEADER = ",".join(COLUMNS)
ORDER = {
    "document_id": "PO-1",
    "document_type": "purchase_order",
    "order_id": "PO-1",
    "line": "refresh-and-bau",
    "financial_year": "2024/25",
    "kind": "laptop",
    "model": "Latitude 5440",
    "quantity": "10",
    "net_pence": "1025000",
    "vat_pence": "205000",
    "supplier": "Northwind Supplies",
    "document_date": "2024-07-04",
    "unit": "central-west",
    "demand": "refresh",
}


def _row(**fields: str) -> str:
    return ",".join({**ORDER, **fields}[column] for column in COLUMNS)


def _extract(*rows: str, end: str = "\r\n") -> bytes:
    return end.join([HEADER, *rows, ""]).encode()


def _one(**fields: str) -> FinanceDocumentRecorded:
    (event,) = translate(_extract(_row(**fields)), CONTEXT)
    assert isinstance(event, FinanceDocumentRecorded)
    return event


def test_an_order() -> None:
    event = _one()
    document = event.data
    assert (document.document_type, document.line) == (DocumentType.PURCHASE_ORDER, FundingLine.REFRESH_AND_BAU)
    assert (document.kind, document.quantity, document.demand) == (Kind.LAPTOP, 10, Demand.REFRESH)
    assert (document.net_pence, document.vat_pence) == (1_025_000, 205_000)
    assert document.document_date == date(2024, 7, 4)
    assert event.time == datetime(2024, 7, 3, 23, 0, tzinfo=UTC)  # midnight in London, in summer
    assert event.subject == "PO-1"


def test_an_approval_has_no_order_and_is_keyed_by_its_line() -> None:
    event = _one(document_type="approval", order_id="", kind="", model="", quantity="0", unit="", demand="")
    assert event.subject == "refresh-and-bau"
    assert (event.data.quantity, event.data.kind) == (None, None)


def test_a_repeat_has_the_same_id_however_it_is_quoted_and_a_correction_has_another() -> None:
    assert _one().id == _one(supplier='"Northwind Supplies"').id
    assert _one().id != _one(net_pence="1025001").id


def test_a_unit_may_be_named_or_coded() -> None:
    assert _one(unit="Central West").data.unit == "central-west"


def test_a_credit_note_may_be_negative() -> None:
    assert _one(document_type="credit_note", net_pence="-500", vat_pence="-100").data.net_pence == -500


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"document_id": ""}, "document_id"),
        ({"document_type": "gift"}, "document_type"),
        ({"order_id": ""}, "order_id"),
        ({"line": "petty-cash"}, "line"),
        ({"financial_year": "2024/26"}, "financial_year"),
        ({"financial_year": "2024-25"}, "financial_year"),
        ({"kind": "toaster"}, "kind"),
        ({"quantity": "ten"}, "quantity"),
        ({"quantity": ""}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"net_pence": "10250.00"}, "net_pence"),
        ({"net_pence": "-5"}, "net_pence"),
        ({"net_pence": "9" * 30}, "net_pence"),
        ({"net_pence": "١٢"}, "net_pence"),
        ({"vat_pence": ""}, "vat_pence"),
        ({"document_date": "04/07/2024"}, "document_date"),
        ({"document_date": "2024-02-30"}, "document_date"),
        ({"unit": "Atlantis"}, "unit"),
        ({"demand": "whim"}, "demand"),
    ],
)
def test_a_bad_row_says_which_column(fields: dict[str, str], where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        _one(**fields)
    assert caught.value.where == where


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_good_rows_pass_and_bad_ones_are_named_by_line(end: str) -> None:
    body = _extract(_row(), _row(document_id="PO-2", net_pence="x"), _row(document_id="PO-3", order_id="PO-3"), end=end)
    result = translate_records(ROW, split(body), CONTEXT)
    assert len(result.events) == 2
    assert [rejected.where for rejected in result.rejected] == ["line 3 net_pence"]


def test_lines_are_counted_through_quoted_line_breaks() -> None:
    body = _extract(_row(supplier='"Northwind\r\nSupplies"'), _row(demand="whim"))
    assert [record.where for record in split(body)] == ["line 2", "line 4"]


def test_a_kept_row_can_be_translated_by_itself() -> None:
    body = _extract(_row(), _row(document_id="PO-2", kind="toaster"))
    (rejected,) = translate_records(ROW, split(body), CONTEXT).rejected
    mended = rejected.letter.body.replace(b"toaster", b"desktop")
    result = translate_records(ROW, split(mended), CONTEXT)
    assert [len(result.events), len(result.rejected)] == [1, 0]
    assert [record.body for record in split(rejected.letter.body)] == [rejected.letter.body]


def test_an_open_quote_swallows_the_rest_and_all_of_it_is_kept() -> None:
    body = _extract(_row(), _row(supplier='"never closed'), _row(document_id="PO-3"))
    good, rest = split(body)
    assert isinstance(good, Record)
    assert b"PO-3" in rest.body
    assert len(translate_records(ROW, [rest], CONTEXT).rejected) == 1


def test_an_empty_extract_holds_nothing() -> None:
    assert split(_extract()) == []


def test_a_byte_order_mark_and_blank_lines_do_no_harm() -> None:
    assert len(split(b"\xef\xbb\xbf" + _extract("", _row(), ""))) == 1


@pytest.mark.parametrize(
    "body",
    [b"document_id,line\r\n1,2\r\n", b'"never closed', b"\x00\x01", HEADER.encode() + b",kind\r\n", b"{}"],
)
def test_a_file_without_our_header_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        split(body)


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(Untranslatable, match="15 fields"):
        translate(_extract(_row() + ",more"), CONTEXT)
