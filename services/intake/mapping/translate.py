"""A mapping at work: rows of a file, or bodies that somebody pushes, become events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from schemas.envelope import Event
from schemas.topics import DEVICE_OBSERVED, FINANCE_DOCUMENT, Topic
from services.errors import ConfigurationError
from services.intake.files.json_rows import LIST_NAMES, Unflattenable, flattened
from services.intake.files.rows import Table, UnreadableFile, column_name
from services.intake.mapping.devices import device_translation
from services.intake.mapping.finance_documents import finance_translation
from services.intake.mapping.naming import Stamp
from services.intake.mapping.reading import columns_of, text_fields
from services.intake.mapping.structs import FinanceMapping, Mapping
from services.intake.mapping.values import Cells
from services.intake.translation import Context, Record, RecordKind, Untranslatable, decode_json

UNREADABLE = "(unreadable)"
"""Under this name a row's record says that it could not even be read, and why."""

PUSHED = "push/"
"""What the dead letters of pushed records are filed under; the source follows."""

_row = msgspec.json.Decoder(dict[str, str])
_any_object = msgspec.json.Decoder(dict[str, Any])
_any_list = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw])
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])


def row_kind(mapping: Mapping, stamp: Stamp) -> RecordKind:
    """A kind of record whose bytes are a file's row: a JSON object of texts, its columns named as they are compared."""
    translate = _by(mapping)

    def translate_row(body: bytes, context: Context) -> Sequence[Event]:
        cells = decode_json(_row, body)
        if fault := cells.get(UNREADABLE):
            raise Untranslatable(fault)
        return translate(cells, context, stamp)

    name = row_kind_name(stamp.source)
    return RecordKind(name, name, (_topic(mapping),), translate_row)


def row_kind_name(source: str) -> str:
    """Under which name the dead letters of a source's files are filed."""
    return f"import/{source}"


def push_kind(mapping: Mapping, source: str) -> RecordKind:
    """A kind of record whose bytes are JSON that somebody pushes: an object, or a list of them in any usual wrapping.

    Raises ConfigurationError for a mapping that does not say when a record was true: a push has no as-of date.
    """
    if not isinstance(mapping, FinanceMapping) and "updated_at" not in text_fields(mapping):
        raise ConfigurationError(f"the mapping of {source} must map updated_at: what is pushed says no other time")
    translate = translate_mapped(mapping, source)
    return RecordKind(PUSHED + source, source, (_topic(mapping),), translate, split_mapped)


def translate_mapped(mapping: Mapping, source: str) -> Callable[[bytes, Context], Sequence[Event]]:
    """A pure function from one JSON record's bytes to the mapping's events."""
    return partial(_translate_json, _by(mapping), Stamp(source))


def split_mapped(body: bytes) -> Sequence[Record]:
    """The records of a body: those of its list, or the body itself. Raises Malformed."""
    content = decode_json(_any_list, body)
    if isinstance(content, dict):
        lists = [value for name, value in content.items() if name in LIST_NAMES and bytes(value).lstrip()[:1] == b"["]
        if not lists:
            return [Record(body)]
        content = decode_json(_raw_list, bytes(lists[0]))
    return [Record(bytes(record), f"record {number}") for number, record in enumerate(content, 1)]


def _translate_json(
    translate: Callable[[Cells, Context, Stamp], Sequence[Event]], stamp: Stamp, body: bytes, context: Context
) -> Sequence[Event]:
    try:
        cells = flattened(decode_json(_any_object, body))
    except Unflattenable as error:
        raise Untranslatable(str(error)) from None
    return translate(cells, context, stamp)


def _by(mapping: Mapping) -> Callable[[Cells, Context, Stamp], Sequence[Event]]:
    translate = finance_translation(mapping) if isinstance(mapping, FinanceMapping) else device_translation(mapping)
    if not mapping.leave_out:
        return translate
    left_out = [
        (column_name(column), frozenset(map(column_name, values))) for column, values in mapping.leave_out.items()
    ]

    def unless_left_out(cells: Cells, context: Context, stamp: Stamp) -> Sequence[Event]:
        if any(column_name(cells.get(column, "")) in values for column, values in left_out):
            return []
        return translate(cells, context, stamp)

    return unless_left_out


def _topic(mapping: Mapping) -> Topic:
    return FINANCE_DOCUMENT if isinstance(mapping, FinanceMapping) else DEVICE_OBSERVED


class Fit(msgspec.Struct, frozen=True):
    """Which of a table's columns a mapping takes, drops by name, and does not mention (and so drops too)."""

    taken: tuple[str, ...]
    dropped: tuple[str, ...]
    unmentioned: tuple[str, ...]


def fit(mapping: Mapping, table: Table, name: str) -> Fit:
    """How a mapping fits a table's header. Raises UnreadableFile naming the columns that the header lacks."""
    columns = table.columns or ()
    there = {column_name(column) for column in columns}
    missing, taken = [], {column_name(column) for column in mapping.leave_out}
    for field in text_fields(mapping).values():
        wanted = {column_name(column) for column in columns_of(field)}
        taken |= wanted
        if wanted and not field.optional and not wanted & there:
            missing.append(" or ".join(columns_of(field)))
    missing += [column for column in mapping.leave_out if column_name(column) not in there]
    if table.columns is not None and missing:
        raise UnreadableFile(
            f"the header lacks {', '.join(map(repr, missing))}, which the mapping takes; it has "
            f"{', '.join(column for column in columns if column)}",
            where=name,
        )
    dropped = {column_name(column) for column in mapping.drop}
    return Fit(
        tuple(column for column in columns if column_name(column) in taken),
        tuple(column for column in columns if column_name(column) in dropped),
        tuple(column for column in columns if column and column_name(column) not in taken | dropped),
    )
