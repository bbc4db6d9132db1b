"""The tables that can be read, each with its rows, their order and its columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from deploy.local.simulator.servicenow import hardware, incidents, opened, references
from deploy.local.simulator.servicenow.cells import Cell, DisplayValue, spell
from deploy.local.simulator.servicenow.ticket_book import IncidentRows, TicketBook
from deploy.local.simulator.servicenow.update_order import UpdateOrder
from deploy.local.simulator.world import World

Row = TypeVar("Row")


@dataclasses.dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """Rows by number, the order of their last changes, and how to read each column."""

    world: World
    rows: Sequence[Row]
    order: UpdateOrder
    columns: dict[str, Callable[[World, Row], Cell]]

    def write(self, number: int, fields: list[str], form: DisplayValue, base: str | None) -> dict[str, object]:
        """One record; an unknown field is left out, as ServiceNow does."""
        row, columns, world = self.rows[number], self.columns, self.world
        return {name: spell(columns[name](world, row), form, base) for name in fields if name in columns}


def tables_of(world: World, book: TicketBook | None = None) -> dict[str, Table[object]]:
    """All tables by name; those who write over the API do so into the book."""
    requests = list(enumerate(references.requesters(world)))
    return {
        "alm_hardware": _table(world, world.devices, world.hardware_order, hardware.COLUMNS),
        "incident": _incidents(world, book),
        "sc_request": _static(world, "sc_request", requests, references.REQUEST_COLUMNS),
        "sc_req_item": _static(world, "sc_req_item", requests, references.ITEM_COLUMNS),
        "cmdb_model": _static(world, "cmdb_model", world.models, references.MODEL_COLUMNS),
        "sys_user": _static(world, "sys_user", world.people, references.USER_COLUMNS),
    }


def _incidents(world: World, book: TicketBook | None) -> Table[object]:
    if book is None:
        return _table(world, world.incidents, world.incident_order, incidents.COLUMNS)
    return _table(world, IncidentRows(world.incidents, book), world.incident_order, opened.columns_of_both(book.users))


def _static(
    world: World, name: str, rows: Sequence[Row], columns: dict[str, Callable[[World, Row], Cell]]
) -> Table[object]:
    return _table(world, rows, references.order_of(world, name, len(rows)), columns)


def _table(
    world: World, rows: Sequence[Row], order: UpdateOrder, columns: dict[str, Callable[[World, Row], Cell]]
) -> Table[object]:
    # A table's rows and columns agree here, once; who reads it need not know of what they are.
    return Table(world, rows, order, columns)  # type: ignore[arg-type]  # Callable is contravariant in Row
