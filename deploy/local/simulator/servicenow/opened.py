"""incident, for tickets opened over the API: the same columns as the play's, from what was written."""

from __future__ import annotations

from collections.abc import Callable

from deploy.local.simulator.incidents import CLOSED, Incident
from deploy.local.simulator.moments import desk_display
from deploy.local.simulator.servicenow.cells import Cell, Choice, Moment, Reference
from deploy.local.simulator.servicenow.hardware import user
from deploy.local.simulator.servicenow.incidents import COLUMNS, STATES
from deploy.local.simulator.servicenow.ticket_book import OpenedTicket, Users
from deploy.local.simulator.world import World

Row = Incident | OpenedTicket
CANCELLED = "8"
_WORDS = {str(code): word for code, word in STATES.items()} | {"3": "On Hold", CANCELLED: "Canceled"}


def _state(ticket: OpenedTicket) -> Cell:
    return Choice(ticket.state, _WORDS.get(ticket.state, ticket.state))


def _journal(ticket: OpenedTicket) -> Cell:
    """A journal has no value: its entries show only where display values are asked for, the latest first."""
    heading = "quartermaster (Work notes)"
    entries = (f"{desk_display(at)} - {heading}\n{note}\n\n" for at, note in reversed(ticket.notes))
    return Choice("", "".join(entries))


def columns_of_both(users: Users) -> dict[str, Callable[[World, Row], Cell]]:
    """The columns of the table, whoever opened the ticket of a row."""

    def caller(world: World, ticket: OpenedTicket) -> Cell:
        sys_id = ticket.values.get("caller_id", "")
        number = users.by_sys_id.get(sys_id)
        return user(world, number) if number is not None else Reference("sys_user", sys_id, "")

    opened: dict[str, Callable[[World, OpenedTicket], Cell]] = {
        "sys_id": lambda _, ticket: ticket.sys_id,
        "number": lambda _, ticket: ticket.number,
        "sys_class_name": lambda *_: Choice("incident", "Incident"),
        "state": lambda _, ticket: _state(ticket),
        "incident_state": lambda _, ticket: _state(ticket),
        "priority": lambda *_: Choice("3", "3 - Moderate"),
        "active": lambda _, ticket: "false" if ticket.state in (str(CLOSED), CANCELLED) else "true",
        "contact_type": lambda *_: Choice("integration", "Integration"),
        "caller_id": caller,
        "cmdb_ci": lambda *_: Reference("cmdb_ci", "", ""),
        "work_notes": lambda _, ticket: _journal(ticket),
        "opened_at": lambda _, ticket: Moment(ticket.opened),
        "resolved_at": lambda _, ticket: Moment(ticket.resolved),
        "closed_at": lambda _, ticket: Moment(ticket.closed),
        "sys_created_on": lambda _, ticket: Moment(ticket.opened),
        "sys_updated_on": lambda _, ticket: Moment(ticket.updated),
        "sys_updated_by": lambda *_: "quartermaster",
        "sys_mod_count": lambda _, ticket: str(ticket.mod_count),
    }

    def column(name: str) -> Callable[[World, Row], Cell]:
        played = COLUMNS[name]

        def read(world: World, row: Row) -> Cell:
            if isinstance(row, Incident):
                return played(world, row)
            return opened[name](world, row) if name in opened else row.values.get(name, "")

        return read

    return {name: column(name) for name in COLUMNS}
