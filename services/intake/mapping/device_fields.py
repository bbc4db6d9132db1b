"""Readers of the fields that a mapping of devices names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial
from typing import Any

from schemas.vocabulary import DeviceState, Kind
from services.intake.files.rows import column_name
from services.intake.mapping.reading import text_fields
from services.intake.mapping.structs import (
    Cost,
    Day,
    DeviceMapping,
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
from services.intake.reading.kinds import kind_named, kind_of, maker_and_model
from services.intake.translation import Untranslatable

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
_STATES = {state.value: state for state in DeviceState}


class DeviceFields:
    """Makes the readers of a mapping's fields; one that is not mapped reads None."""

    def __init__(self, mapping: DeviceMapping) -> None:
        self._mapping = mapping
        self._fields = text_fields(mapping)

    def place(self, name: str) -> str:
        """Where the field's columns stand in the mapping."""
        return place_of(self._fields[name])

    def text(self, name: str) -> Reader[str]:
        """What the field says, cleaned."""
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
        """The state that the row tells."""
        if not isinstance(field := self._fields.get("state"), StateText):
            return nothing
        table = {label: _STATES[state] for label, state in field.table.items()} or {
            state: _STATES[state] for state in ("ordered", "in_stock", "deployed", "in_repair", "returned")
        }
        return self._value(field, word_in(table, field.otherwise, place_of(field)))

    def ticket_state(self) -> Reader[Any]:
        """How the ticket stands."""
        field = self._fields["ticket_state"]
        assert isinstance(field, TicketStateText)
        table = field.table or {state: state for state in ("open", "resolved", "cancelled")}
        return self._value(field, word_in(table, field.otherwise, place_of(field)))

    def truth(self, name: str) -> Reader[bool]:
        """Yes or no, by the mapping's own words for it."""
        if not isinstance(field := self._fields.get(name), TruthText):
            return nothing
        return self._value(field, word_in(field.table or _TRUTH, field.otherwise, place_of(field)))

    def day(self, name: str) -> Reader[date]:
        """The day that the field says."""
        field = self._fields.get(name)
        if not isinstance(field, Day):
            return nothing
        return self._value(field, day_of(field, zone_named(self._mapping.time_zone), place_of(field)))

    def moment(self, name: str) -> Reader[Any]:
        """The time that the field says, in the mapping's time zone."""
        if not isinstance(field := self._fields.get(name), MomentText):
            return nothing
        zone = zone_named(field.zone or self._mapping.time_zone)
        return self._value(field, moment_of(field, zone, place_of(field)))

    def months(self) -> Reader[int]:
        """For how many months the warranty holds."""
        if (field := self._fields.get("warranty_months")) is None:
            return nothing
        return self._value(field, months_of(place_of(field)))

    def percent(self, name: str) -> Reader[int]:
        """A percentage, such as battery health."""
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
