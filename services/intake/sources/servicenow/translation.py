"""ServiceNow's records: hardware assets and hardware incidents, from its Table API or pushed by a business rule.

Dates and codes are read from `value`, which is stored in UTC and never translated; references from `display_value`.
ServiceNow's clock counts whole seconds, so the modification count orders what one second holds: it is added to the
time as microseconds. A pushed body is made by hand and may say less than the record, so it has an id of its own and
stands just before the polled record of the same modification.

Allowed to enter an event: ids, serial, asset tag, model, kind, state, unit, the holder's e-mail address, dates, cost;
of an incident its number, state and opening. What people wrote in a ticket never is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from schemas.envelope import Event
from schemas.events.device import Asset, AssetRecorded, Failure, FailureReported
from schemas.topics import DEVICE_OBSERVED
from schemas.vocabulary import DeviceState
from services.intake.fields import email, moment, text
from services.intake.identifiers import asset_tag, identifiers, serial, subject
from services.intake.kinds import kind_named, kind_of, maker_and_model
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/servicenow"

STATES = {
    "1": DeviceState.DEPLOYED,  # in use
    "2": DeviceState.ORDERED,
    "3": DeviceState.IN_REPAIR,
    "6": DeviceState.IN_STOCK,
    # Retired says only that nobody uses it any more. Sanitised and what follows need a proof, and that is not one.
    "7": DeviceState.RETURNED,
    "8": DeviceState.WRITTEN_OFF,  # missing: lost or stolen
    "9": DeviceState.ORDERED,  # in transit
    "10": DeviceState.ORDERED,  # consigned, on its way
}
_TICKET_STATES: dict[str, Literal["open", "resolved", "cancelled"]] = {
    **dict.fromkeys("12345", "open"),
    "6": "resolved",
    "7": "resolved",
    "8": "cancelled",
}
_NOT_A_FAILURE = frozenset({"loss", "lost", "theft", "stolen"})
"""Subcategories of hardware tickets in which the device did not fail."""

_SYS_ID = re.compile(r"[0-9a-f]{32}")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)( 00:00:00)?", re.ASCII)
_LARGEST_COUNT = 499_999  # twice this, and one, is still less than a second of microseconds
_PENNY = Decimal("0.01")


class Cell(msgspec.Struct):
    """A field as the Table API writes it: `value` is what is stored, `display_value` what a user is shown."""

    value: str | None = None
    display_value: str | None = None


Field = Cell | str | None


class _Asset(msgspec.Struct):
    sys_id: Field = None
    sys_mod_count: Field = None
    sys_updated_on: Field = None
    serial_number: Field = None
    asset_tag: Field = None
    ci: Field = None
    model: Field = None
    manufacturer: Field = msgspec.field(name="model.manufacturer", default=None)
    model_category: Field = None
    install_status: Field = None
    department: Field = None
    assigned_to: Field = None
    assigned_to_address: Field = msgspec.field(name="assigned_to.email", default=None)
    purchase_date: Field = None
    warranty_expiration: Field = None
    cost: Field = None


class _Incident(msgspec.Struct):
    sys_id: Field = None
    sys_mod_count: Field = None
    sys_updated_on: Field = None
    number: Field = None
    state: Field = None
    category: Field = None
    subcategory: Field = None
    opened_at: Field = None
    cmdb_ci: Field = None
    item_serial: Field = msgspec.field(name="cmdb_ci.serial_number", default=None)
    item_tag: Field = msgspec.field(name="cmdb_ci.asset_tag", default=None)
    u_serial_number: Field = None
    asset_tag: Field = None


ASSET_FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(_Asset))
INCIDENT_FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(_Incident))
"""Exactly what we ask ServiceNow for, so that nothing else ever reaches us."""

_asset = msgspec.json.Decoder(_Asset)
_incident = msgspec.json.Decoder(_Incident)
_push = msgspec.json.Decoder(dict[str, Any])


def translate_asset(body: bytes, context: Context) -> Sequence[Event]:
    """An `alm_hardware` record → the asset as it stood."""
    return [_asset_event(decode_json(_asset, body), context, pushed=False)]


def translate_incident(body: bytes, _: Context) -> Sequence[Event]:
    """An `incident` record → a failure; nothing for a ticket that is not about a failing device."""
    return _incident_events(decode_json(_incident, body), pushed=False)


def translate_push(body: bytes, context: Context) -> Sequence[Event]:
    """A pushed body → as the Table API's record of the table it names. Names of the usual templates are understood."""
    fields = decode_json(_push, body)
    table = text(fields.get("table"))
    if table not in ("alm_hardware", "incident"):
        raise Untranslatable(f"{table!r} is no table we know", "$.table")
    flat = {name: _as_text(value) for name, value in fields.items()}
    if table == "alm_hardware":
        record = msgspec.convert(flat, _Asset)
        record.model = _shown_as(flat.get("model"))
        record.model_category = _shown_as(flat.get("model_category"))
        record.department = _shown_as(flat.get("department"))
        record.assigned_to_address = flat.get("assigned_to_email")
        return [_asset_event(record, context, pushed=True)]
    incident = msgspec.convert(flat, _Incident)
    incident.u_serial_number = flat.get("serial_number") or incident.u_serial_number
    return _incident_events(incident, pushed=True)


def _as_text(value: object) -> str | None:
    return text(value) if not isinstance(value, dict) else text(value.get("value"))


def _shown_as(words: str | None) -> Cell | None:
    return Cell(value=None, display_value=words) if words else None


def _asset_event(record: _Asset, context: Context, *, pushed: bool) -> AssetRecorded:
    sys_id, count, at = _revision(record.sys_id, record.sys_mod_count, record.sys_updated_on, pushed=pushed)
    known = identifiers(
        serial=serial(_stored(record.serial_number)),
        asset_tag=asset_tag(_stored(record.asset_tag)),
        servicenow=sys_id,
        servicenow_ci=_reference(record.ci),
    )
    maker, model = maker_and_model(_shown(record.model), _shown(record.manufacturer))
    unit = _shown(record.department)
    return AssetRecorded(
        id=f"alm_hardware/{sys_id}/{count}{'/push' if pushed else ''}",
        source=SOURCE,
        time=at,
        subject=subject(known),
        data=Asset(
            identifiers=known,
            kind=kind_named(_shown(record.model_category)) or kind_of(None, model),
            manufacturer=maker,
            model=model,
            state=_state(_stored(record.install_status)),
            unit=context.units.get(unit.lower()) if unit else None,
            holder_email=email(
                _stored(record.assigned_to_address), _shown(record.assigned_to), _stored(record.assigned_to)
            ),
            purchased_on=_day(_stored(record.purchase_date), "purchase_date"),
            warranty_ends_on=_day(_stored(record.warranty_expiration), "warranty_expiration"),
            cost_pence=_pence(_stored(record.cost)),
        ),
    )


def _incident_events(record: _Incident, *, pushed: bool) -> Sequence[Event]:
    sys_id, count, at = _revision(record.sys_id, record.sys_mod_count, record.sys_updated_on, pushed=pushed)
    category, subcategory = _stored(record.category), _stored(record.subcategory)
    if (category or "hardware").lower() != "hardware" or (subcategory or "").lower() in _NOT_A_FAILURE:
        return []
    item = record.cmdb_ci if isinstance(record.cmdb_ci, Cell) else None
    named = {
        "serial": serial(_stored(record.item_serial)) or serial(_stored(record.u_serial_number)),
        "asset_tag": asset_tag(_stored(record.item_tag)) or asset_tag(_stored(record.asset_tag)),
        "servicenow_ci": _reference(item or record.cmdb_ci),
    }
    if not any(named.values()):
        return []  # a ticket that names no device is no device's failure; naming one later changes the record
    known = identifiers(**named)
    ticket = _stored(record.number)
    if ticket is None:
        raise Untranslatable("the incident has no number", "number")
    state = _stored(record.state)
    if state not in _TICKET_STATES:
        raise Untranslatable(f"{state!r} is no state of an incident we know", "state")
    # A pushed body seldom says when the ticket was opened; its own time is the best there is until the poll comes.
    opened = moment(_stored(record.opened_at), "opened_at") or at.replace(microsecond=0)
    return [
        FailureReported(
            id=f"incident/{sys_id}/{count}{'/push' if pushed else ''}",
            source=SOURCE,
            time=at,
            subject=subject(known),
            data=Failure(identifiers=known, ticket=ticket, ticket_state=_TICKET_STATES[state], opened_at=opened),
        )
    ]


def _revision(sys_id: Field, mod_count: Field, updated: Field, *, pushed: bool) -> tuple[str, int, datetime]:
    """Which record, in which modification, at what time. Raises Untranslatable where one is missing."""
    name = (_stored(sys_id) or "").lower()
    if not _SYS_ID.fullmatch(name):
        raise Untranslatable("a sys_id of 32 hexadecimal digits is required", "sys_id")
    count = _stored(mod_count)
    if count is None or not count.isascii() or not count.isdigit() or len(count) > 9:
        raise Untranslatable("a modification count is required", "sys_mod_count")
    at = moment(_stored(updated), "sys_updated_on")
    if at is None:
        raise Untranslatable("the time of the modification is required", "sys_updated_on")
    step = 2 * min(int(count), _LARGEST_COUNT) + (not pushed)
    return name, int(count), at.replace(microsecond=0) + timedelta(microseconds=step)


def _stored(field: Field) -> str | None:
    return text(field.value if isinstance(field, Cell) else field)


def _shown(field: Field) -> str | None:
    """What a reference shows; a bare text is the id of something, and shows nothing."""
    return text(field.display_value) if isinstance(field, Cell) else None


def _reference(field: Field) -> str | None:
    value = _stored(field)
    return value if value is not None and _SYS_ID.fullmatch(value) else None


def _state(code: str | None) -> DeviceState | None:
    if code is None:
        return None
    if code not in STATES:
        raise Untranslatable(f"{code!r} is no state of an asset we know", "install_status")
    return STATES[code]


def _day(words: str | None, where: str) -> date | None:
    if words is None or words.startswith(("0001-", "9999-", "0000-")):
        return None
    match = _DAY.fullmatch(words)
    try:
        if match is not None and 1980 <= (day := date.fromisoformat(match[1])).year < 2200:
            return day
    except ValueError:
        pass
    raise Untranslatable(f"{words!r} is no date written YYYY-MM-DD", where)


def _pence(words: str | None) -> int | None:
    """A sum in pounds as exact pence; fractions of a penny are no sum that anybody paid."""
    if words is None:
        return None
    try:
        sum_ = Decimal(words)
        if not sum_.is_finite() or not 0 <= sum_ < 100_000_000 or sum_ != sum_.quantize(_PENNY):
            raise Untranslatable(f"{words!r} is no sum in pounds and pence", "cost")
    except InvalidOperation:
        raise Untranslatable(f"{words!r} is no sum of money", "cost") from None
    return int(sum_ * 100)


ASSET = RecordKind("servicenow/alm_hardware", "servicenow", (DEVICE_OBSERVED,), translate_asset)
INCIDENT = RecordKind("servicenow/incident", "servicenow", (DEVICE_OBSERVED,), translate_incident)
PUSH = RecordKind("servicenow/push", "servicenow", (DEVICE_OBSERVED,), translate_push)
