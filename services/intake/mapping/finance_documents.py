"""Rows as finance documents, by the same rules as the finance extract: a row is written as one of its rows.

So a document has one id whichever way it comes, and is refused for the same reasons.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from schemas.envelope import Event
from services.intake.files.rows import column_name
from services.intake.mapping.naming import Stamp
from services.intake.mapping.reading import text_fields
from services.intake.mapping.structs import (
    Day,
    DemandText,
    DocumentTypeText,
    FinanceMapping,
    KindText,
    LineText,
    Money,
    Text,
    UnitText,
    Vat,
)
from services.intake.mapping.values import (
    Cells,
    Reader,
    day_of,
    pence_of,
    place_of,
    share_of,
    text_reader,
    value_reader,
    zone_named,
)
from services.intake.reading.kinds import kind_named
from services.intake.sources.finance import translation as finance
from services.intake.translation import Context, Untranslatable

_NAMES = {"net_pence": "net", "vat_pence": "vat"}
_TABLED = (DocumentTypeText, LineText, DemandText, UnitText, KindText)


def finance_translation(mapping: FinanceMapping) -> Callable[[Cells, Context, Stamp], Sequence[Event]]:
    """How this mapping's rows become documents."""
    fields = text_fields(mapping)
    readers = {name: _reader(mapping, field) for name, field in fields.items() if name != "vat"}
    vat, net = _vat(mapping, fields["vat"]), _reader(mapping, fields["net"])
    columns = [(column, readers.get(_NAMES.get(column, column))) for column in finance.COLUMNS]

    def translate(cells: Cells, context: Context, _: Stamp) -> Sequence[Event]:
        row = []
        for column, read in columns:
            row.append(vat(cells, net(cells)) if column == "vat_pence" else (read(cells) or "") if read else "")
        written = io.StringIO(newline="")
        csv.writer(written).writerows((finance.COLUMNS, row))
        return finance.translate(written.getvalue().encode(), context)

    return translate


def _reader(mapping: FinanceMapping, field: Text) -> Reader[str]:
    where, escaped = place_of(field), mapping.html_escaped
    if isinstance(field, Money):
        pence = pence_of(mapping.decimal, field.unit, where)
        return value_reader(field, lambda words: str(pence(words)))
    if isinstance(field, Day):
        day = day_of(field, zone_named(mapping.time_zone), where)
        return value_reader(field, lambda words: str(day(words) or ""))
    if isinstance(field, _TABLED):
        table: dict[str, str] = {column_name(label): value for label, value in field.table.items()}
        is_kind = isinstance(field, KindText)
        return value_reader(
            field,
            lambda words: table.get(column_name(words), (is_kind and kind_named(words)) or words),
            html_escaped=escaped,
        )
    return text_reader(field, html_escaped=escaped)


def _vat(mapping: FinanceMapping, field: Text) -> Callable[[Cells, str | None], str]:
    """VAT in pence as text, by its column or as a share of the net sum."""
    if isinstance(field, Vat) and (percent := field.percent_of_net) is not None:
        where = "VAT"

        def share(_: Cells, net: str | None) -> str:
            if net is None:
                raise Untranslatable("there is no net sum to take it of", where)
            return str(share_of(int(net), percent))

        return share
    read = _reader(mapping, field)
    return lambda cells, _: read(cells) or ""
