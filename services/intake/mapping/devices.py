"""Rows as asset records, check-ins and hardware tickets.

Allowed to enter an event: the fields of `structs.AssetFields`, `CheckInFields` and `FailureFields`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from schemas.envelope import Event
from schemas.events.device import Asset, AssetRecorded, CheckIn, DeviceCheckedIn, Failure, FailureReported
from services.intake.mapping.device_fields import DeviceFields
from services.intake.mapping.naming import Stamp, event_id, moment, naming
from services.intake.mapping.structs import AssetMapping, CheckInMapping, DeviceMapping, FailureMapping
from services.intake.mapping.values import Cells, after_months
from services.intake.reading.fields import email
from services.intake.translation import Context, Untranslatable

Translate = Callable[[Cells, Context, Stamp], Sequence[Event]]


def device_translation(mapping: DeviceMapping) -> Translate:
    """How this mapping's rows become events."""
    if isinstance(mapping, AssetMapping):
        return _assets(mapping)
    return _check_ins(mapping) if isinstance(mapping, CheckInMapping) else _failures(mapping)


def _assets(mapping: AssetMapping) -> Translate:
    fields = DeviceFields(mapping)
    name_of, maker_model_kind, unit_of = naming(mapping), fields.maker_model_kind(), fields.unit()
    state, holder = fields.state(), fields.cell("holder_email")
    purchased, warranty_end, months = fields.day("purchased_on"), fields.day("warranty_ends_on"), fields.months()
    cost = fields.cost()

    def translate(cells: Cells, context: Context, stamp: Stamp) -> Sequence[Event]:
        named = name_of(cells, stamp)
        maker, model, kind = maker_model_kind(cells, None)
        purchased_on = purchased(cells)
        data = Asset(
            identifiers=named.identifiers,
            kind=kind,
            manufacturer=maker,
            model=model,
            state=state(cells),
            unit=unit_of(cells, context.units),
            holder_email=email(holder(cells)),
            purchased_on=purchased_on,
            warranty_ends_on=warranty_end(cells) or _warranty_end(purchased_on, months(cells)),
            cost_pence=cost(cells),
        )
        return [
            AssetRecorded(
                id=event_id(named, data),
                source=stamp.event_source,
                time=moment(named, stamp),
                subject=named.subject,
                data=data,
            )
        ]

    return translate


def _warranty_end(purchased_on: date | None, months: int | None) -> date | None:
    return after_months(purchased_on, months) if purchased_on and months else None


def _check_ins(mapping: CheckInMapping) -> Translate:
    fields = DeviceFields(mapping)
    name_of, maker_model_kind = naming(mapping), fields.maker_model_kind()
    os_of, os_version, holder = fields.text("os"), fields.text("os_version"), fields.cell("holder_email")
    compliant, battery = fields.truth("compliant"), fields.percent("battery_health_percent")

    def translate(cells: Cells, _: Context, stamp: Stamp) -> Sequence[Event]:
        named = name_of(cells, stamp)
        os = os_of(cells)
        maker, model, kind = maker_model_kind(cells, os)
        data = CheckIn(
            identifiers=named.identifiers,
            kind=kind,
            manufacturer=maker,
            model=model,
            os=os,
            os_version=os_version(cells),
            holder_email=email(holder(cells)),
            compliant=compliant(cells),
            battery_health_percent=battery(cells),
        )
        return [
            DeviceCheckedIn(
                id=event_id(named, data),
                source=stamp.event_source,
                time=moment(named, stamp),
                subject=named.subject,
                data=data,
            )
        ]

    return translate


def _failures(mapping: FailureMapping) -> Translate:
    fields = DeviceFields(mapping)
    name_of, ticket, state = naming(mapping), fields.text("ticket"), fields.ticket_state()
    opened = fields.moment("opened_at")
    ticket_place, state_place = fields.place("ticket"), fields.place("ticket_state")

    def translate(cells: Cells, _: Context, stamp: Stamp) -> Sequence[Event]:
        named = name_of(cells, stamp)
        number, standing = ticket(cells), state(cells)
        if number is None:
            raise Untranslatable("is empty", ticket_place)
        if standing is None:
            raise Untranslatable("is empty", state_place)
        data = Failure(
            identifiers=named.identifiers, ticket=number, ticket_state=standing, opened_at=opened(cells) or named.at
        )
        named = named._replace(record=number)
        return [
            FailureReported(
                id=event_id(named, data),
                source=stamp.event_source,
                time=moment(named, stamp),
                subject=named.subject,
                data=data,
            )
        ]

    return translate
