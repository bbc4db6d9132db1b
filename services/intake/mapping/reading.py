"""Reading a mapping: strict, every error with its line and the word that is wrong.

YAML's guesses are switched off: `no`, `on` and `01` are the words that stand there, as in the tables they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from services.errors import BadInput
from services.intake.files.rows import column_name
from services.intake.mapping.structs import (
    CheckInFields,
    Cost,
    Day,
    DeviceFields,
    FinanceFields,
    Mapping,
    MomentText,
    RecordId,
    Text,
    Vat,
)

LARGEST = 256 * 1024
_PATH = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")


class UnusableMapping(BadInput):
    """The mapping is wrong; the message names the line and what stands there."""


def read_mapping(text: str, name: str) -> Mapping:
    """A mapping from the text of its file; `name` is what errors call it. Raises UnusableMapping."""
    if len(text) > LARGEST:
        raise UnusableMapping(f"a mapping is at most {LARGEST >> 10} KiB long", where=name)
    tree = _tree(text, name)
    try:
        mapping: Mapping = msgspec.convert(_plain(tree, name), Mapping, strict=False)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at ")
        path = path.strip("`")
        if unknown := _UNKNOWN.search(reason):
            path = f"{path or '$'}.{unknown[1]}"
        place = path.removeprefix("$").lstrip(".") or "the mapping"
        raise UnusableMapping(f"{place}: {reason}", where=f"{name}, line {_line(tree, path, reason)}") from None
    for path, reason in _mistakes(mapping):
        raise UnusableMapping(f"{path}: {reason}", where=f"{name}, line {_line(tree, f'$.{path}')}")
    return mapping


def text_fields(mapping: Mapping) -> dict[str, Text]:
    """The mapping's fields in their long form, by name."""
    found: dict[str, Text] = {}
    for name in mapping.fields.__struct_fields__:
        value: str | Text | None = getattr(mapping.fields, name)
        if value is not None:
            found[name] = _LONG.get(name, Text)(column=value) if isinstance(value, str) else value
    return found


def columns_of(field: Text) -> tuple[str, ...]:
    """The columns a field may stand in, as the mapping writes them."""
    if field.column is None:
        return ()
    return (field.column,) if isinstance(field.column, str) else tuple(field.column)


def _tree(text: str, name: str) -> yaml.Node:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.BaseLoader)):
            raise UnusableMapping("a mapping needs no aliases (*)", where=name)
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnusableMapping(f"{error.problem}", where=f"{name}, line {mark.line + 1 if mark else 1}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UnusableMapping(f"no readable YAML: {str(error).splitlines()[0]}", where=name) from None
    if not isinstance(tree, yaml.MappingNode):
        raise UnusableMapping("a mapping begins with `makes:`, see docs/importing.md", where=f"{name}, line 1")
    return tree


def _plain(node: yaml.Node, name: str) -> Any:
    """A tree as dictionaries, lists and texts. A key may stand once: of two, YAML itself would drop the first."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise UnusableMapping("a key is a word", where=f"{name}, line {key.start_mark.line + 1}")
            if key.value in found:
                raise UnusableMapping(f"{key.value!r} stands twice", where=f"{name}, line {key.start_mark.line + 1}")
            found[key.value] = _plain(value, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, name) for value in node.value]
    return node.value


def _line(tree: yaml.Node, path: str, reason: str = "") -> int:
    """The line of the deepest place on a path that there is. Of a table's entry only the reason says which it is."""
    node, line = tree, tree.start_mark.line
    for step in _PATH.finditer(path):
        if isinstance(node, yaml.MappingNode) and step[1]:
            pair = next(((key, value) for key, value in node.value if key.value == step[1]), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and (step[2] or "").isdigit() and int(step[2]) < len(node.value):
            node = node.value[int(step[2])]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            wrong = (key.start_mark.line for key, value in node.value if f"'{value.value}'" in reason)
            line = next(wrong, line)
            break
        else:
            break
    return line + 1


def _mistakes(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """What the types cannot say: place and reason."""
    if not _is_zone(mapping.time_zone):
        yield "time_zone", f"{mapping.time_zone!r} is no time zone such as Europe/London or UTC"
    fields = text_fields(mapping)
    for name, field in fields.items():
        for reason in _field_mistakes(field):
            yield f"fields.{name}", reason
    if isinstance(mapping.fields, DeviceFields):
        record = fields.get("record_id")
        known = isinstance(record, RecordId) and record.scheme is not None
        if not known and not {"serial", "asset_tag"} & fields.keys():
            yield "fields", "a device needs a name: map serial, asset_tag, or record_id with a scheme"
        if known and isinstance(record, RecordId) and record.scheme in ("serial", "asset_tag"):
            yield "fields.record_id", f"map {record.scheme} itself"
    if isinstance(mapping.fields, CheckInFields) and "updated_at" not in fields:
        yield "fields", "a check-in has a time: map updated_at"
    taken = {column_name(column) for field in fields.values() for column in columns_of(field)}
    for column in (*mapping.leave_out, *taken):
        if column_name(column) in {column_name(dropped) for dropped in mapping.drop}:
            yield "drop", f"{column!r} is dropped and used as well"


def _field_mistakes(field: Text) -> Iterator[str]:
    columns = columns_of(field)
    percent = isinstance(field, Vat) and field.percent_of_net is not None
    if (bool(columns) + (field.constant is not None) + percent) != 1:
        yield "say either `column`, or what stands in its place, and not both"
    if not all(column_name(column) for column in columns):
        yield "a column's name is empty"
    if isinstance(field, Cost) and (field.vat == "excluded") != (field.vat_percent is not None):
        yield "`vat_percent` is needed where VAT is excluded, and only there"
    if isinstance(field, MomentText) and field.zone is not None and not _is_zone(field.zone):
        yield f"{field.zone!r} is no time zone such as Europe/London or UTC"
    if isinstance(field, Day):
        yield from _format_mistakes([each for each in field.formats if each != "epoch"])


_PROBES = (datetime(2025, 4, 3, 2, 1), datetime(2031, 12, 11, 10, 9))  # noqa: DTZ001 - compared with each other only


def _format_mistakes(formats: list[str]) -> Iterator[str]:
    for each in formats:
        if not _keeps_its_day(each):
            yield f"{each!r} does not give a day, a month and a year in strptime's letters, as %d/%m/%Y does"
            return
    for first in formats:
        for second in formats:
            written = _PROBES[0].strftime(first)
            try:
                read = datetime.strptime(written, second)  # noqa: DTZ007 - only its day is looked at
            except ValueError:
                continue
            if read.date() != _PROBES[0].date():
                yield f"{written!r} is one day by {first!r} and another by {second!r}: keep the one the source uses"
                return


def _keeps_its_day(format_: str) -> bool:
    try:
        return all(
            datetime.strptime(probe.strftime(format_), format_).date() == probe.date()  # noqa: DTZ007 - as above
            for probe in _PROBES
        )
    except ValueError:
        return False


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return False


def _long_forms() -> dict[str, type[Text]]:
    """The struct that a field's short form, a bare column, stands for."""
    found: dict[str, type[Text]] = {}
    for struct in (*DeviceFields.__subclasses__(), FinanceFields):
        for field in msgspec.inspect.type_info(struct).fields:  # type: ignore[attr-defined]  # a struct's type has fields
            options = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
            for each in options:
                if isinstance(each, msgspec.inspect.StructType) and issubclass(each.cls, Text):
                    found[field.name] = each.cls
    return found


_LONG = _long_forms()
