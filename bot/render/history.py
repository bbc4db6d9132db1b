"""What happened to a device, line by line, in words: who told it, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from bot.render.message import escape
from bot.render.wording import day, moment, unit_name
from services.register.queries import HistoryLine
from services.requests.queries import DeviceLine

_FIELDS: Mapping[str, str] = {
    "holder_email": "holder",
    "purchased_on": "bought",
    "warranty_ends_on": "warranty ends",
    "os": "system",
    "os_version": "system version",
    "recorded_state": "state on record",
}
_WIPES: Mapping[str, str] = {
    "wiped_at": "",
    "wiped_by_absence": ", known by its record being gone from whole lists with a wipe under way",
}
_SOURCES: Mapping[str, str] = {"intune": "Intune", "jamf": "Jamf", "servicenow": "ServiceNow", "finance": "finance"}
_WORDS = frozenset({"loss", "custody"})


class Happened(NamedTuple):
    """One line of what happened: `what` and `told_by` are Slack's markup."""

    at: datetime
    what: str
    told_by: str


def happened_line(line: Happened) -> str:
    """One line of what happened, as it is shown."""
    return f"{moment(line.at)}  {line.what}  _{line.told_by}_"


def of_register(line: HistoryLine, names: Mapping[str, str]) -> Happened:
    """One remembered change."""
    return Happened(line.at, _what(line, names), escape(_source(line.source)))


def of_request(line: DeviceLine) -> Happened:
    """A step of a request about the device."""
    return Happened(line.at, f"*{escape(line.reference)}* {escape(line.what)}", "requests")


def _what(line: HistoryLine, names: Mapping[str, str]) -> str:
    if line.field == "registered":
        return f"*First heard of*, as {escape((line.after or '').partition(':')[2] or line.after)}"
    if line.field == "merged":
        return "*Two records* turned out to be this one device"
    if line.field == "same_device":
        return f"*One device*, though it goes by {escape((line.after or '').replace(chr(10), ' and '))}"
    if line.field == "split_off":
        return f"*Split off* {escape(line.after)}: another device that claimed this serial number"
    if line.field == "split_from":
        serial = (line.after or "").partition(":")[2]
        return f"*Split off* from {escape(serial)}: that serial number is another device's"
    if line.field in _WORDS:
        reference, _, said = (line.after or "").partition("\n")
        return f"*{escape(reference)}* {escape(said or (line.before or '').replace('_', ' '))}"
    if line.field in _WIPES:
        return f"*Wiped* {_moment(line.after)}{_WIPES[line.field]}"
    field = _FIELDS.get(line.field, line.field.replace("_", " "))
    after = _value(line.field, line.after, names)
    if line.before is None:
        return f"*{escape(field.capitalize())}* {after}"
    return f"*{escape(field.capitalize())}* {_value(line.field, line.before, names)} → {after}"


def _value(field: str, value: str | None, names: Mapping[str, str]) -> str:
    if not value:
        return "none"
    if field == "unit":
        return escape(unit_name(names, value))
    if field.endswith("_on"):
        return _day(value)
    return escape(value.replace("_", " ") if field.endswith("state") else value)


def _day(value: str) -> str:
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return escape(value)


def _moment(value: str | None) -> str:
    try:
        return moment(datetime.fromisoformat(value or ""))
    except ValueError:
        return escape(value)


def _source(source: str) -> str:
    last = source.rpartition("/")[2]
    return _SOURCES.get(last, last)
