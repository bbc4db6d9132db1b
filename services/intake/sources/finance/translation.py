"""Finance's extracts: a CSV file, one document a row, money in whole pence. One bad row never holds up the others.

A row's dead letter holds the header and the row, so that it can be translated again by itself. An event's id is the
document's id and a hash of what it says: the same extract sent twice changes nothing, a corrected document counts.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import msgspec

from schemas.envelope import Event
from schemas.events.finance import DocumentType, FinanceDocument, FinanceDocumentRecorded
from schemas.topics import FINANCE_DOCUMENT
from services.clock import LONDON
from services.intake.reading.fields import text
from services.intake.translation import Context, Malformed, Record, RecordKind, Untranslatable

SOURCE = "quartermaster/intake/finance"

COLUMNS = (
    "document_id",
    "document_type",
    "order_id",
    "line",
    "financial_year",
    "kind",
    "model",
    "quantity",
    "net_pence",
    "vat_pence",
    "supplier",
    "document_date",
    "unit",
    "demand",
)
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEAR = re.compile(r"(\d{4})/(\d\d)", re.ASCII)
_MAY_BE_NEGATIVE = frozenset({DocumentType.CREDIT_NOTE, DocumentType.CANCELLATION})
_encoder = msgspec.json.Encoder()


class _Lines:
    """Hands lines to the CSV reader and keeps those of the present row, so that a bad row is kept as it came."""

    def __init__(self, words: str) -> None:
        self._lines = io.StringIO(words, newline="")
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            self.taken.append(line)
            yield line


def split(body: bytes) -> list[Record]:
    """The rows of an extract, each with its header and its line number. Raises Malformed if the header is not ours."""
    words = _decode(body)
    lines = _Lines(words)
    reader = csv.reader(iter(lines), strict=True)
    try:
        _check_header(next(reader, []))
    except csv.Error as error:
        raise Malformed(str(error), "line 1") from None
    header = "".join(lines.taken)
    if not header.endswith(("\n", "\r")):
        header += "\r\n"
    records: list[Record] = []
    lines.taken.clear()
    while True:
        first = lines.number + 1
        try:
            row = next(reader, None)
        except csv.Error:
            row = ["unreadable"]  # kept as it came; translate() will say what is wrong with it
        if row is None:
            return records
        if row:
            records.append(Record((header + "".join(lines.taken)).encode(), f"line {first}"))
        lines.taken.clear()


def translate(body: bytes, context: Context) -> Sequence[Event]:
    """A header and one row → the document."""
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(_decode(body), newline=""), strict=True) if row]
    except (csv.Error, ValueError) as error:
        raise Untranslatable(f"no readable CSV row: {error}") from None
    _check_header(header)
    if len(rows) != 1 or len(rows[0]) != len(header):
        raise Untranslatable(f"the row has {len(rows[0]) if rows else 0} fields, the header {len(header)}")
    row = {name: text(value) for name, value in zip((name.strip() for name in header), rows[0], strict=True)}
    document = _document(row, context)
    content = hashlib.blake2b(_encoder.encode(document), digest_size=12).hexdigest()
    midnight = datetime(
        document.document_date.year, document.document_date.month, document.document_date.day, tzinfo=LONDON
    )
    return [
        FinanceDocumentRecorded(
            id=f"{document.document_id}/{content}",
            source=SOURCE,
            time=midnight.astimezone(context.now.tzinfo),
            subject=document.order_id or document.line.value,
            data=document,
        )
    ]


def _document(row: dict[str, str | None], context: Context) -> FinanceDocument:
    kind = _word(row, "document_type")
    document_type = _one_of(DocumentType, kind, "document_type")
    signed = document_type in _MAY_BE_NEGATIVE
    unit = row["unit"]
    if unit is not None and (unit := context.units.get(unit.lower())) is None:
        raise Untranslatable(f"{row['unit']!r} is no unit of the directory", "unit")
    if document_type is not DocumentType.APPROVAL:
        _word(row, "order_id")
    quantity = _whole(row["quantity"], "quantity", signed=signed) if row["quantity"] else 0
    if document_type is DocumentType.PURCHASE_ORDER and not quantity:
        raise Untranslatable("an order needs a quantity", "quantity")
    try:
        return msgspec.convert(
            {
                **row,
                "document_id": _word(row, "document_id"),
                "document_date": _day(_word(row, "document_date")),
                "financial_year": _year(_word(row, "financial_year")),
                "net_pence": _whole(_word(row, "net_pence"), "net_pence", signed=signed),
                "vat_pence": _whole(_word(row, "vat_pence"), "vat_pence", signed=signed),
                "quantity": quantity or None,
                "unit": unit,
            },
            FinanceDocument,
        )
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at ")
        raise Untranslatable(reason, path.strip("`").removeprefix("$.")) from None


def _one_of(kind: type[DocumentType], word: str, column: str) -> DocumentType:
    try:
        return kind(word)
    except ValueError:
        raise Untranslatable(f"{word!r} is not one of {', '.join(kind)}", column) from None


def _word(row: dict[str, str | None], column: str) -> str:
    if (value := row[column]) is None:
        raise Untranslatable("is empty", column)
    return value


def _whole(words: str, column: str, *, signed: bool) -> int:
    if not _WHOLE.fullmatch(words):
        raise Untranslatable(f"{words!r} is no whole number", column)
    if (number := int(words)) < 0 and not signed:
        raise Untranslatable(f"{words} is negative", column)
    return number


def _day(words: str) -> date:
    try:
        if _DAY.fullmatch(words) and 1990 <= (day := date.fromisoformat(words)).year < 2200:
            return day
    except ValueError:
        pass
    raise Untranslatable(f"{words!r} is no date written YYYY-MM-DD", "document_date")


def _year(words: str) -> str:
    match = _YEAR.fullmatch(words)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise Untranslatable(f"{words!r} is no financial year written like 2024/25", "financial_year")
    return words


def _check_header(header: list[str]) -> None:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise Malformed(f"the header lacks {', '.join(missing)}", "line 1")
    if len(set(names)) != len(names):
        raise Malformed("the header names a column twice", "line 1")


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


ROW = RecordKind("finance", "finance", (FINANCE_DOCUMENT,), translate, split)
