"""Writing the configuration files into tables, as the files have them. A change of a file is audited once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.vocabulary import Role
from services.access import audit
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.budget.configuration import PriceBook, PriorYear
from services.budget.procurement import DIRECTORS, Procurement
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "configuration_store.sql")

CONFIGURATION = Viewer("configuration", "Configuration", frozenset(), None, ())
"""In whose name the audit log holds what the files changed."""


async def fill_all(
    connection: Connection,
    book: PriceBook,
    years: Sequence[PriorYear],
    procurement: Procurement,
    directory: Directory,
    now: datetime,
) -> None:
    """Write every file of the budget's configuration; inside one transaction, so that they always agree."""
    # Orders are held before the gates, as everywhere: a budget that is at work already may hold some.
    held = [row["order_id"] for row in await connection.fetch(SQL["hold_unattributed"])]
    await lock_gates(connection)
    await fill_price_book(connection, book)
    await fill_prior_years(connection, years)
    await fill_procurement(connection, procurement, directory)
    await connection.execute(SQL["attribute_orders"], held)
    await take(connection, "price book", book, now)
    await take(connection, "procurement", procurement, now)


async def lock_gates(connection: Connection) -> None:
    """Hold volumes, contracts and delegations until the transaction ends. Taken last: after orders, after lines."""
    await connection.execute(SQL["lock_gates"])


async def take(connection: Connection, name: str, content: msgspec.Struct, now: datetime) -> None:
    """Audit that a configuration is another than the one held; nothing while it is the same."""
    digest = hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
    if await connection.fetchrow(SQL["take_configuration"], name, digest, now):
        subject = f"{name} {getattr(content, 'version', '')}".strip()
        await audit.record(connection, now, CONFIGURATION, "configuration", subject, granted=True)


async def fill_price_book(connection: Connection, book: PriceBook) -> None:
    """Write the price book as the file has it."""
    rows = [
        (asked.value, bought.value, price.net_pence, price.vat_basis_points, price.supplier, price.assumed)
        for asked, bought, price in book.rows()
    ]
    await connection.execute(SQL["fill_price_book"], *_columns(rows, 6), book.version)


async def fill_prior_years(connection: Connection, years: Sequence[PriorYear]) -> None:
    """Write the years before the ledger as the file has them."""
    await connection.execute(SQL["fill_prior_years"], *_columns(map(msgspec.structs.astuple, years), 4))


async def fill_procurement(connection: Connection, content: Procurement, directory: Directory) -> None:
    """Write limits, contracts and delegations, and who may use these now; what left the file leaves the tables."""
    await connection.execute(
        SQL["fill_gate_rules"],
        content.thresholds.route.pence,
        content.thresholds.approval.pence,
        content.splitting.window_days,
        content.version,
    )
    caps = [
        (year, kind.value, cap.devices, cap.assumed)
        for year, by_kind in content.volume_caps.items()
        for kind, cap in by_kind.items()
    ]
    await connection.execute(SQL["fill_volume_caps"], *_columns(caps, 4))
    lead = [(kind.value, each.days, each.assumed) for kind, each in content.lead_days.items()]
    await connection.execute(SQL["fill_lead_times"], *_columns(lead, 3))
    contracts = [
        (
            each.contract_id,
            each.supplier,
            ",".join(each.kinds),
            each.ceiling_pence,
            each.starts_on,
            each.ends_on,
            each.procurement_route,
            each.approval_reference,
            ",".join(each.assumed),
        )
        for each in content.contracts
    ]
    await connection.execute(SQL["fill_contracts"], *_columns(contracts, 9))
    delegations = [
        (each.delegation_id, each.financial_year, ",".join(each.lines), each.total_pence, each.published)
        for each in content.delegations
    ]
    await connection.execute(SQL["fill_delegations"], *_columns(delegations, 5))
    await connection.execute(SQL["fill_delegates"], *_columns(_delegates(content, directory), 2))


def _delegates(content: Procurement, directory: Directory) -> list[tuple[str, str]]:
    directors = sorted(email for email, person in directory.people.items() if Role.DIRECTOR in person.roles)
    return [
        (each.delegation_id, email)
        for each in content.delegations
        for email in (directors if each.who == DIRECTORS else [each.who.lower()])
    ]


def _columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]
