"""ServiceNow's records: hardware assets and incidents, from its Table API or pushed by a business rule.

Dates and codes are read from `value`, which is stored in UTC and never translated; references from `display_value`.
ServiceNow's clock counts whole seconds, so the modification count orders what one second holds: it is added to the
time as microseconds. A pushed body is made by hand and may say less than the record, so it has an id of its own and
stands just before the polled record of the same modification.

An incident that we opened ourselves is a ticket of ours. It is a failure too once somebody at the desk said that it is
about hardware, and about which: we open it without either, since most of ours are about replacing what works.

Allowed to enter an event: ids, serial, asset tag, model, kind, state, unit, the holder's e-mail address, dates, cost;
of an incident its number, state, opening and our reference. What people wrote in a ticket never is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from schemas.envelope import Event
from schemas.events.desk import TicketState
from schemas.events.device import Asset, AssetRecorded, Failure, FailureReported
from schemas.topics import DESK_TICKET, DEVICE_OBSERVED
from schemas.vocabulary import DeviceState
from services.intake.reading.fields import email, moment, text
from services.intake.reading.identifiers import asset_tag, identifiers, serial, subject
from services.intake.reading.kinds import kind_named, kind_of, maker_and_model
from services.intake.reading.tickets import correlation
from services.intake.sources.servicenow.cells import Cell, Field, code, reference, revision, shown, stored
from services.intake.sources.servicenow.requests import (
    INCIDENT_STATES,
    SOURCE,
    Standing,
    pushed_item,
    pushed_request,
    ticket_event,
)
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

STATES = {
    **dict.fromkeys(("1", "in_use"), DeviceState.DEPLOYED),
    **dict.fromkeys(("2", "on_order"), DeviceState.ORDERED),
    **dict.fromkeys(("3", "in_maintenance"), DeviceState.IN_REPAIR),
    **dict.fromkeys(("6", "in_stock"), DeviceState.IN_STOCK),
    # Retired says only that nobody uses it any more. Sanitised and what follows need a proof, and that is not one.
    **dict.fromkeys(("7", "retired"), DeviceState.RETURNED),
    **dict.fromkeys(("8", "missing"), DeviceState.WRITTEN_OFF),  # lost or stolen
    **dict.fromkeys(("9", "in_transit"), DeviceState.ORDERED),
    **dict.fromkeys(("10", "consigned"), DeviceState.ORDERED),  # on its way
}
"""Codes, and the labels that users of the usual language are shown for them."""
_FAILURE_STATES: dict[TicketState, Literal["open", "resolved", "cancelled"]] = {
    "open": "open",
    "in_progress": "open",
    "waiting": "open",
    "resolved": "resolved",
    "closed": "resolved",
    "cancelled": "cancelled",
}
_NOT_A_FAILURE = frozenset({"loss", "lost", "theft", "stolen"})
"""Subcategories of hardware tickets in which the device did not fail."""

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)( 00:00:00)?", re.ASCII)
_SHOWN_SUM = re.compile(r"£?\d{1,3}(?:,\d{3})*\.\d\d", re.ASCII)
_PENNY = Decimal("0.01")


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
    active: Field = None
    correlation_id: Field = None


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
    """An `incident` record → a failure, and a ticket if it is one of ours; nothing for all others."""
    return _incident_events(decode_json(_incident, body), pushed=False)


def translate_push(body: bytes, context: Context) -> Sequence[Event]:
    """A pushed body → as the Table API's record of the table it names. Names of the usual templates are understood."""
    fields = decode_json(_push, body)
    table = text(fields.get("table"))
    flat = {name: _as_text(value) for name, value in fields.items()}
    match table:
        case "alm_hardware":
            return [_asset_event(_pushed_asset(flat), context, pushed=True)]
        case "incident":
            incident = msgspec.convert(flat, _Incident)
            incident.u_serial_number = flat.get("serial_number") or incident.u_serial_number
            return _incident_events(incident, pushed=True)
        case "sc_request":
            return [pushed_request(flat)]
        case "sc_req_item":
            return [pushed_item(flat)]
        case _:
            raise Untranslatable(f"{table!r} is no table we know", "$.table")


def _pushed_asset(flat: dict[str, str | None]) -> _Asset:
    record = msgspec.convert(flat, _Asset)
    record.model = _shown_as(flat.get("model"))
    record.model_category = _shown_as(flat.get("model_category"))
    record.department = _shown_as(flat.get("department"))
    record.assigned_to_address = flat.get("assigned_to_email")
    return record


def _as_text(value: object) -> str | None:
    return text(value) if not isinstance(value, dict) else text(value.get("value"))


def _shown_as(words: str | None) -> Cell | None:
    return Cell(value=None, display_value=words) if words else None


def _asset_event(record: _Asset, context: Context, *, pushed: bool) -> AssetRecorded:
    sys_id, count, at = revision(record.sys_id, record.sys_mod_count, record.sys_updated_on, pushed=pushed)
    known = identifiers(
        serial=serial(stored(record.serial_number)),
        asset_tag=asset_tag(stored(record.asset_tag)),
        servicenow=sys_id,
        servicenow_ci=reference(record.ci),
    )
    maker, model = maker_and_model(shown(record.model), shown(record.manufacturer))
    unit = shown(record.department)
    return AssetRecorded(
        id=f"alm_hardware/{sys_id}/{count}{'/push' if pushed else ''}",
        source=SOURCE,
        time=at,
        subject=subject(known),
        data=Asset(
            identifiers=known,
            kind=kind_named(shown(record.model_category)) or kind_of(None, model),
            manufacturer=maker,
            model=model,
            state=_state(record.install_status),
            unit=context.units.get(unit.lower()) if unit else None,
            holder_email=email(
                stored(record.assigned_to_address), shown(record.assigned_to), stored(record.assigned_to)
            ),
            purchased_on=_day(stored(record.purchase_date), "purchase_date"),
            warranty_ends_on=_day(stored(record.warranty_expiration), "warranty_expiration"),
            cost_pence=_pence(stored(record.cost)),
        ),
    )


def _incident_events(told: _Incident, *, pushed: bool) -> Sequence[Event]:
    record = revision(told.sys_id, told.sys_mod_count, told.sys_updated_on, pushed=pushed)
    failures = _failures(told, record, pushed=pushed)
    if correlation(stored(told.correlation_id)) is None:
        return failures
    standing = Standing(told.number, told.state, told.active, told.opened_at, told.correlation_id)
    return [ticket_event("incident", record, standing, INCIDENT_STATES, pushed=pushed), *failures]


def _failures(told: _Incident, record: tuple[str, int, datetime], *, pushed: bool) -> list[FailureReported]:
    sys_id, count, at = record
    ours = correlation(stored(told.correlation_id)) is not None
    category = stored(told.category) or ("" if ours else "hardware")
    if category.lower() != "hardware" or (stored(told.subcategory) or "").lower() in _NOT_A_FAILURE:
        return []
    item = told.cmdb_ci if isinstance(told.cmdb_ci, Cell) else None
    named = {
        "serial": serial(stored(told.item_serial)) or serial(stored(told.u_serial_number)),
        "asset_tag": asset_tag(stored(told.item_tag)) or asset_tag(stored(told.asset_tag)),
        "servicenow_ci": reference(item or told.cmdb_ci),
    }
    if not any(named.values()):
        return []  # a ticket that names no device is no device's failure; naming one later changes the record
    known = identifiers(**named)
    ticket = stored(told.number)
    if ticket is None:
        raise Untranslatable("the incident has no number", "number")
    state = INCIDENT_STATES.get(code(told.state) or "")
    if state is None:
        raise Untranslatable(f"{stored(told.state)!r} is no state of an incident we know", "state")
    # A pushed body seldom says when the ticket was opened; its own time is the best there is until the poll comes.
    opened = moment(stored(told.opened_at), "opened_at") or at.replace(microsecond=0)
    return [
        FailureReported(
            id=f"incident/{sys_id}/{count}{'/push' if pushed else ''}",
            source=SOURCE,
            time=at,
            subject=subject(known),
            data=Failure(identifiers=known, ticket=ticket, ticket_state=_FAILURE_STATES[state], opened_at=opened),
        )
    ]


def _state(field: Field) -> DeviceState | None:
    word = code(field)
    if word is None:
        return None
    if word not in STATES:
        raise Untranslatable(f"{stored(field)!r} is no state of an asset we know", "install_status")
    return STATES[word]


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
    """A sum in pounds as exact pence; fractions of a penny were paid by nobody. Another currency is refused."""
    if words is None:
        return None
    number = words.removeprefix("£").replace(",", "") if _SHOWN_SUM.fullmatch(words) else words
    try:
        sum_ = Decimal(number)
        if not sum_.is_finite() or not 0 <= sum_ < 100_000_000 or sum_ != sum_.quantize(_PENNY):
            raise Untranslatable(f"{words!r} is no sum in pounds and pence", "cost")
    except InvalidOperation:
        raise Untranslatable(f"{words!r} is no sum of money", "cost") from None
    return int(sum_ * 100)


ASSET = RecordKind("servicenow/alm_hardware", "servicenow", (DEVICE_OBSERVED,), translate_asset)
INCIDENT = RecordKind("servicenow/incident", "servicenow", (DEVICE_OBSERVED, DESK_TICKET), translate_incident)
PUSH = RecordKind("servicenow/push", "servicenow", (DEVICE_OBSERVED, DESK_TICKET), translate_push)
