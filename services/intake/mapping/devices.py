"""Rows as asset records, check-ins and hardware tickets.

Allowed to enter an event: the fields of `structs.AssetFields`, `CheckInFields` and `FailureFields`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any

from schemas.envelope import Event
from schemas.events.device import Asset, AssetRecorded, CheckIn, DeviceCheckedIn, Failure, FailureReported
from schemas.vocabulary import DeviceState, Kind
from services.intake.files.rows import column_name
from services.intake.mapping.naming import Stamp, event_id, moment, naming
from services.intake.mapping.reading import text_fields
from services.intake.mapping.structs import (
    AssetMapping,
    CheckInMapping,
    Cost,
    Day,
    DeviceMapping,
    FailureMapping,
    KindText,
    MomentText,
    StateText,
    Text,
    TicketStateText,
    TruthText,
    UnitText,
)
from services.intake.mapping.values import (
    REMEMBERED,
    Cells,
    Reader,
    Value,
    after_months,
    cell_reader,
    clean_text,
    day_of,
    moment_of,
    months_of,
    nothing,
    pence_of,
    percent_of,
    place_of,
    text_reader,
    value_reader,
    with_vat,
    word_in,
    zone_named,
)
from services.intake.reading.fields import email
from services.intake.reading.kinds import kind_named, kind_of, maker_and_model
from services.intake.translation import Context, Untranslatable

Translate = Callable[[Cells, Context, Stamp], Sequence[Event]]
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
_STATES = {state.value: state for state in DeviceState}


def device_translation(mapping: DeviceMapping) -> Translate:
    """How this mapping's rows become events."""
    if isinstance(mapping, AssetMapping):
        return _assets(mapping)
    return _check_ins(mapping) if isinstance(mapping, CheckInMapping) else _failures(mapping)


def _assets(mapping: AssetMapping) -> Translate:
    fields = _Fields(mapping)
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
    fields = _Fields(mapping)
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
    fields = _Fields(mapping)
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


class _Fields:
    """Makes the readers of a mapping's fields; one that is not mapped reads None."""

    def __init__(self, mapping: DeviceMapping) -> None:
        self._mapping = mapping
        self._fields = text_fields(mapping)

    def place(self, name: str) -> str:
        return place_of(self._fields[name])

    def text(self, name: str) -> Reader[str]:
        return self._text(self._fields[name]) if name in self._fields else nothing

    def cell(self, name: str) -> Reader[str]:
        """For what cleans a cell by itself."""
        return cell_reader(self._fields.get(name))

    def _text(self, field: Text) -> Reader[str]:
        return text_reader(field, html_escaped=self._mapping.html_escaped)

    def _value(self, field: Text, convert: Callable[[str], Value | None]) -> Reader[Value]:
        return value_reader(field, convert, html_escaped=self._mapping.html_escaped)

    def maker_model_kind(self) -> Callable[[Cells, str | None], tuple[str | None, str | None, Kind | None]]:
        """Maker, model and kind, which explain each other. A fleet has few models, so the answers are remembered."""
        maker_of, model_of, word_of = self.cell("manufacturer"), self.cell("model"), self.cell("kind")
        field = self._fields.get("kind")
        table = field.table if isinstance(field, KindText) else {}
        kinds = {column_name(label): kind for label, kind in table.items()}
        clean = partial(clean_text, html_escaped=self._mapping.html_escaped)

        @lru_cache(REMEMBERED)
        def told(
            maker_cell: str | None, model_cell: str | None, kind_cell: str | None, os: str | None
        ) -> tuple[str | None, str | None, Kind | None]:
            maker, model = maker_and_model(clean(model_cell), clean(maker_cell))
            word = clean(kind_cell)
            kind = kinds.get(column_name(word)) if word else None
            return maker, model, kind or kind_named(word) or kind_of(os, model)

        return lambda cells, os: told(maker_of(cells), model_of(cells), word_of(cells), os)

    def state(self) -> Reader[DeviceState]:
        if not isinstance(field := self._fields.get("state"), StateText):
            return nothing
        table = {label: _STATES[state] for label, state in field.table.items()} or {
            state: _STATES[state] for state in ("ordered", "in_stock", "deployed", "in_repair", "returned")
        }
        return self._value(field, word_in(table, field.otherwise, place_of(field)))

    def ticket_state(self) -> Reader[Any]:
        field = self._fields["ticket_state"]
        assert isinstance(field, TicketStateText)
        table = field.table or {state: state for state in ("open", "resolved", "cancelled")}
        return self._value(field, word_in(table, field.otherwise, place_of(field)))

    def truth(self, name: str) -> Reader[bool]:
        if not isinstance(field := self._fields.get(name), TruthText):
            return nothing
        return self._value(field, word_in(field.table or _TRUTH, field.otherwise, place_of(field)))

    def day(self, name: str) -> Reader[date]:
        field = self._fields.get(name)
        return self._value(field, day_of(field, place_of(field))) if isinstance(field, Day) else nothing

    def moment(self, name: str) -> Reader[Any]:
        if not isinstance(field := self._fields.get(name), MomentText):
            return nothing
        zone = zone_named(field.zone or self._mapping.time_zone)
        return self._value(field, moment_of(field, zone, place_of(field)))

    def months(self) -> Reader[int]:
        if (field := self._fields.get("warranty_months")) is None:
            return nothing
        return self._value(field, months_of(place_of(field)))

    def percent(self, name: str) -> Reader[int]:
        if (field := self._fields.get(name)) is None:
            return nothing
        return self._value(field, percent_of(place_of(field)))

    def cost(self) -> Reader[int]:
        """What the device cost in pence, VAT included."""
        if not isinstance(field := self._fields.get("cost"), Cost):
            return nothing
        where, percent = place_of(field), field.vat_percent or 0
        pence = pence_of(self._mapping.decimal, field.unit, where)

        def gross(words: str) -> int | None:
            if (net := pence(words)) is not None and net < 0:
                raise Untranslatable(f"{words!r} is below zero", where)
            return None if net is None else with_vat(net, percent)

        return self._value(field, gross)

    def unit(self) -> Callable[[Cells, Mapping[str, str]], str | None]:
        """The unit's code: by the mapping's table if it holds the words, then by the directory."""
        if not isinstance(field := self._fields.get("unit"), UnitText):
            return lambda _, __: None
        where, refuse = place_of(field), field.otherwise == "refuse"
        table = {column_name(label): code for label, code in field.table.items()}
        read = self._value(field, lambda words: (words, table.get(column_name(words), words).lower()))

        def code(cells: Cells, units: Mapping[str, str]) -> str | None:
            if (named := read(cells)) is None:
                return None
            found = units.get(named[1])
            if found is None and refuse:
                raise Untranslatable(f"{named[0]!r} is no unit of the directory", where)
            return found

        return code
