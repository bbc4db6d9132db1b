"""Reading where orders stand among the limits that they share, and writing under what they were placed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from services.budget.rules.gates import Contract, Delegation, GateRules
from services.budget.rules.standing import Placed, Standing
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "gate_store.sql")


async def standing(connection: Connection, order_ids: Collection[str], years: Collection[str], today: date) -> Standing:
    """The limits of these years and how far they are used, and these orders. Hold the gates if it is to stay true."""
    rules = await connection.fetchrow(SQL["gate_rules"])
    assert rules is not None, "the migration writes this row"
    contracts = await connection.fetch(SQL["contracts"])
    delegations = await connection.fetch(SQL["delegations"])
    volumes = await connection.fetch(SQL["volumes"], sorted(years))
    placed = await connection.fetch(SQL["placed"], sorted(order_ids))
    return Standing(
        today=today,
        rules=msgspec.convert(dict(rules), GateRules),
        contracts={row["contract_id"]: msgspec.convert(dict(row), Contract) for row in contracts},
        delegations=[msgspec.convert(dict(row), Delegation) for row in delegations],
        caps={(row["financial_year"], row["kind"]): row["devices"] for row in volumes if row["devices"] is not None},
        ordered={(row["financial_year"], row["kind"]): row["ordered"] for row in volumes},
        windows={row["supplier"]: row["gross_pence"] for row in await connection.fetch(SQL["windows"], today)},
        called={row["contract_id"]: row["called_pence"] for row in contracts},
        delegated={row["delegation_id"]: row["delegated_pence"] for row in delegations},
        placed={row["order_id"]: msgspec.convert(dict(row), Placed) for row in placed},
    )


async def place_ours(connection: Connection, placed: Sequence[Placed]) -> None:
    """Write under what our own orders were committed. They must have been named, that is, locked."""
    if placed:
        rows = [
            (
                each.order_id,
                each.supplier,
                each.contract_id,
                each.placed_on,
                each.delegation_id,
                each.procurement_route,
                each.approval_reference,
                each.released_by,
            )
            for each in sorted(placed, key=lambda each: each.order_id)
        ]
        await connection.execute(SQL["place_ours"], *(list(column) for column in zip(*rows, strict=True)))


async def place_finances(connection: Connection, order_ids: Collection[str]) -> None:
    """Write what finance's purchase orders say of these orders."""
    if order_ids:
        await connection.execute(SQL["place_finances"], sorted(order_ids))
