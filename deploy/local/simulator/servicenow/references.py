"""Tables that hardly change: models, users, and last year's replacement requests with their items, all closed."""

from __future__ import annotations

from collections.abc import Callable

from deploy.local.simulator.fleet.device import Holder, Model
from deploy.local.simulator.identifiers import digest
from deploy.local.simulator.moments import MICROSECONDS
from deploy.local.simulator.servicenow.cells import Cell, Choice, Moment, Reference
from deploy.local.simulator.servicenow.hardware import department, user
from deploy.local.simulator.servicenow.update_order import UpdateOrder
from deploy.local.simulator.world import World

HOUR = 3_600 * MICROSECONDS


def changed(world: World, number: int) -> int:
    """When a row of these tables last changed: spread over the months before the scenario."""
    return world.starts // MICROSECONDS * MICROSECONDS - (number * 7 % 2_000 + 24) * HOUR


def order_of(world: World, table: str, rows: int) -> UpdateOrder:
    return UpdateOrder((changed(world, n), digest(world.seed, table, n), n) for n in range(rows))


def requesters(world: World) -> list[Holder]:
    """One person in two hundred asked for a replacement."""
    return [person for person in world.people if not person.acting][::200]


MODEL_COLUMNS: dict[str, Callable[[World, Model], Cell]] = {
    "sys_id": lambda world, model: digest(world.seed, "cmdb_model", model.number),
    "name": lambda _, model: model.plan.name,
    "display_name": lambda _, model: f"{model.plan.manufacturer} {model.plan.name}",
    "manufacturer": lambda _, model: model.plan.manufacturer,
    "cmdb_model_category": lambda _, model: Choice(model.kind, model.kind.capitalize()),
    "end_of_support": lambda _, model: model.plan.end_of_support.isoformat() if model.plan.end_of_support else "",
    "cost": lambda _, model: f"{model.plan.price_pence / 100:.2f}",
    "sys_updated_on": lambda world, model: Moment(changed(world, model.number)),
    "sys_mod_count": lambda *_: "1",
}

USER_COLUMNS: dict[str, Callable[[World, Holder], Cell]] = {
    "sys_id": lambda world, person: digest(world.seed, "sys_user", person.number),
    "user_name": lambda _, person: person.email.partition("@")[0],
    "email": lambda _, person: person.email,
    "name": lambda _, person: person.name,
    "title": lambda _, person: person.title,
    "department": lambda world, person: department(world, person.unit),
    "active": lambda *_: "true",
    "sys_updated_on": lambda world, person: Moment(changed(world, person.number)),
    "sys_mod_count": lambda *_: "1",
}

REQUEST_COLUMNS: dict[str, Callable[[World, tuple[int, Holder]], Cell]] = {
    "sys_id": lambda world, row: digest(world.seed, "sc_request", row[0]),
    "number": lambda _, row: f"REQ{10_000 + row[0]:07d}",
    "request_state": lambda *_: Choice("closed_complete", "Closed Complete"),
    "stage": lambda *_: Choice("closed_complete", "Closed Complete"),
    "active": lambda *_: "false",
    "approval": lambda *_: Choice("approved", "Approved"),
    "requested_for": lambda world, row: user(world, row[1].number),
    "short_description": lambda *_: "Replacement laptop",
    "opened_at": lambda world, row: Moment(changed(world, row[0]) - 72 * HOUR),
    "closed_at": lambda world, row: Moment(changed(world, row[0])),
    "sys_created_on": lambda world, row: Moment(changed(world, row[0]) - 72 * HOUR),
    "sys_updated_on": lambda world, row: Moment(changed(world, row[0])),
    "sys_mod_count": lambda *_: "4",
}

ITEM_COLUMNS: dict[str, Callable[[World, tuple[int, Holder]], Cell]] = {
    **{name: cell for name, cell in REQUEST_COLUMNS.items() if name != "request_state"},
    "sys_id": lambda world, row: digest(world.seed, "sc_req_item", row[0]),
    "number": lambda _, row: f"RITM{10_000 + row[0]:07d}",
    "state": lambda *_: Choice("3", "Closed Complete"),
    "request": lambda world, row: Reference(
        "sc_request", digest(world.seed, "sc_request", row[0]), f"REQ{10_000 + row[0]:07d}"
    ),
}
