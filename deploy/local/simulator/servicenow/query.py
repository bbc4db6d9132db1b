"""The part of ServiceNow's encoded queries that a careful poller needs, with ServiceNow's own precedence.

Understood: conditions on `sys_updated_on` (>=, >, <=, <, =) and, beside `sys_updated_on=…`, on `sys_id` (the
same), joined by `^`; alternatives of whole groups joined by `^NQ`; at the end, if anything,
`^ORDERBYsys_updated_on^ORDERBYsys_id`. A cursor is therefore written

    sys_updated_on>T^NQsys_updated_on=T^sys_id>S^ORDERBYsys_updated_on^ORDERBYsys_id

`^OR` is refused: it binds to the single condition before it, so that the same cursor written with `^OR` would
read (sys_updated_on>T or sys_updated_on=T) and sys_id>S, and silently leave out half of the rows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from deploy.local.simulator.moments import MICROSECONDS, parse_desk_moment
from deploy.local.simulator.servicenow.update_order import UpdateOrder

_ORDER = "ORDERBYsys_updated_on^ORDERBYsys_id"
_CONDITION = re.compile(r"(sys_updated_on|sys_id)(>=|<=|>|<|=)(.+)")
_SYS_ID = re.compile(r"[0-9a-f]{32}")


class QueryError(ValueError):
    """A query this stand-in does not answer; the text says which part and why."""


class Condition(NamedTuple):
    field: str
    operator: str
    value: str


def ranges_of(query: str, order: UpdateOrder) -> list[tuple[int, int]]:
    """The stretches `[low, high)` of the table's order that match, apart and in order. Raises QueryError."""
    groups = _groups(query)
    if not groups:
        return [(0, len(order))]
    found = sorted(_stretch(group, order) for group in groups)
    merged: list[tuple[int, int]] = []
    for low, high in found:
        if low >= high:
            continue
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _groups(query: str) -> list[list[Condition]]:
    if not query:
        return []
    conditions, found, order = query.partition("ORDERBY")
    if found and found + order != _ORDER:
        raise QueryError(f"order by sys_updated_on and then sys_id, not by '{found}{order}'")
    conditions = conditions.removesuffix("^")
    if not conditions:
        return []
    if "^OR" in conditions:
        raise QueryError("^OR binds to the one condition before it; write alternatives of groups with ^NQ")
    return [[_condition(part) for part in group.split("^")] for group in conditions.split("^NQ")]


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise QueryError(f"no such condition is understood here: '{text}'")
    field, operator, value = match.groups()
    if field == "sys_id" and not _SYS_ID.fullmatch(value):
        raise QueryError(f"'{value}' is no sys_id")
    return Condition(field, operator, value)


def _stretch(group: list[Condition], order: UpdateOrder) -> tuple[int, int]:
    low, high = 0, len(order)
    second = _equal_second(group)
    for condition in group:
        if condition.field == "sys_updated_on":
            below, above = _by_second(_moment(condition.value), condition.operator, order)
        elif second is None:
            raise QueryError("sys_id is compared only beside sys_updated_on=…")
        else:
            below, above = _by_id(second, condition, order)
        low, high = max(low, below), min(high, above)
    return low, high


def _equal_second(group: list[Condition]) -> int | None:
    for condition in group:
        if condition.field == "sys_updated_on" and condition.operator == "=":
            return _moment(condition.value)
    return None


def _moment(text: str) -> int:
    try:
        return parse_desk_moment(text)
    except ValueError as error:
        raise QueryError(f"'{text}' is no moment: write YYYY-MM-DD HH:MM:SS in UTC") from error


def _by_second(at: int, operator: str, order: UpdateOrder) -> tuple[int, int]:
    begins, ends = order.index_of(at), order.index_of(at + MICROSECONDS)
    return {
        ">=": (begins, len(order)),
        ">": (ends, len(order)),
        "<": (0, begins),
        "<=": (0, ends),
        "=": (begins, ends),
    }[operator]


def _by_id(at: int, condition: Condition, order: UpdateOrder) -> tuple[int, int]:
    begins = order.index_of(at, condition.value)
    ends = order.index_of(at, condition.value, after=True)
    return {
        ">=": (begins, len(order)),
        ">": (ends, len(order)),
        "<": (0, begins),
        "<=": (0, ends),
        "=": (begins, ends),
    }[condition.operator]
