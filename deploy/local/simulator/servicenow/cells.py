"""The values of a ServiceNow record, which come in three spellings: stored, shown, or both.

Everything is text. A reference is an object, unless it is empty: then it is an empty text.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from deploy.local.simulator.moments import desk_display, desk_moment

DisplayValue = Literal["false", "true", "all"]


class Reference(msgspec.Struct, frozen=True, gc=False):
    """Points to a record of another table; an empty `sys_id` points nowhere."""

    table: str
    sys_id: str
    shown: str


class Choice(msgspec.Struct, frozen=True, gc=False):
    """A code with the word users see for it."""

    code: str
    shown: str


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Microseconds since 1970; 0 is none. Shown in the user's zone and order, stored in UTC."""

    at: int


Cell = str | Reference | Choice | Moment


def spell(cell: Cell, form: DisplayValue, base: str | None) -> object:
    """A cell as the Table API writes it; `base` is the instance's address, None to leave links out."""
    if isinstance(cell, Reference):
        return _reference(cell, form, base)
    if isinstance(cell, str):
        stored = shown = cell
    elif isinstance(cell, Choice):
        stored, shown = cell.code, cell.shown
    else:
        stored, shown = desk_moment(cell.at), "" if form == "false" else desk_display(cell.at)
    if form == "all":
        return {"display_value": shown, "value": stored}
    return shown if form == "true" else stored


def _reference(cell: Reference, form: DisplayValue, base: str | None) -> object:
    if base is None or not cell.sys_id:
        if form == "all":
            return {"display_value": cell.shown, "value": cell.sys_id}
        return cell.shown if form == "true" else cell.sys_id
    link = f"{base}/api/now/table/{cell.table}/{cell.sys_id}"
    if form == "false":
        return {"link": link, "value": cell.sys_id}
    if form == "true":
        return {"display_value": cell.shown, "link": link}
    return {"display_value": cell.shown, "link": link, "value": cell.sys_id}
