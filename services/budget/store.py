"""Reading and writing the ledger in sets, inside the transaction of the batch they belong to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from schemas.events.budget import Balance
from schemas.events.finance import DocumentType, FinanceDocument
from services.budget.rules.entries import Amount, Entry, Part
from services.budget.rules.limits import LineSums
from services.budget.rules.matching import Order, add
from services.budget.rules.posting import part_of, take_up
from services.budget.rules.rollover import Roll, take_up_roll
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "store.sql")

Fund = tuple[str, str]


async def lock_orders(connection: Connection, order_ids: Collection[str]) -> None:
    """Hold these orders until the transaction ends. Orders are always locked before lines, both in order of name."""
    if order_ids:
        await connection.execute(SQL["name_orders"], sorted(order_ids))
        await connection.execute(SQL["lock_orders"], sorted(order_ids))


async def lock_lines(connection: Connection, funds: Collection[Fund]) -> dict[Fund, LineSums]:
    """Hold these lines until the transaction ends, opening those that are new; their sums."""
    if not funds:
        return {}
    years, lines = zip(*sorted(funds), strict=True)
    await connection.execute(SQL["open_lines"], years, lines)
    await connection.execute(SQL["lock_lines"], years, lines)
    # Read only once they are held: overrides, too, are written by whoever holds the line.
    return await line_sums(connection, funds)


async def line_sums(connection: Connection, funds: Collection[Fund]) -> dict[Fund, LineSums]:
    """The lines' sums, without holding them."""
    years, lines = zip(*sorted(funds), strict=True) if funds else ((), ())
    return {
        (row["financial_year"], row["line"]): LineSums(**dict(list(row.items())[2:]))
        for row in await connection.fetch(SQL["line_sums"], years, lines)
    }


async def keep_documents(connection: Connection, documents: Sequence[FinanceDocument], now: datetime) -> set[str]:
    """Store documents; the ids of those never seen before."""
    if not documents:
        return set()
    rows = [
        (
            each.document_id,
            each.document_type.value,
            (part := part_of(each)).financial_year,
            part.line,
            each.document_date,
            each.net_pence,
            each.vat_pence,
            each.order_id,
            part.kind,
            each.model,
            each.quantity,
            each.supplier,
            part.unit,
            part.demand,
        )
        for each in documents
    ]
    kept = await connection.fetch(SQL["keep_documents"], *(list(column) for column in zip(*rows, strict=True)), now)
    return {row["document_id"] for row in kept}


async def known_documents(connection: Connection, ids: Sequence[str]) -> dict[str, FinanceDocument]:
    """The documents stored under these ids."""
    if not ids:
        return {}
    rows = await connection.fetch(SQL["known_documents"], ids)
    return {row["document_id"]: msgspec.convert(dict(row), FinanceDocument) for row in rows}


async def order_sums(connection: Connection, order_ids: Collection[str], without: Collection[str]) -> dict[str, Order]:
    """The sums of each order's documents, but for those that were reversed, and the documents `without`."""
    orders = {order_id: Order() for order_id in order_ids}
    for row in await connection.fetch(SQL["order_sums"], list(order_ids), list(without)) if orders else ():
        order = orders[row["order_id"]]
        part = Part(row["financial_year"], row["line"], row["kind"], row["unit"], row["demand"])
        amount = Amount(row["net_pence"], row["vat_pence"], row["quantity"])
        if row["document_type"] == "reservation":
            add(order.reserved, part, amount)
        elif row["document_type"] == "rollover":
            take_up_roll(order, Roll(part=part, to_year=row["to_year"], promise=row["promise"], amount=amount))
        else:
            take_up(order, DocumentType(row["document_type"]), part, amount)
            order.cancelled_whole |= row["document_type"] == DocumentType.CANCELLATION and row["nought"]
    return orders


async def post(connection: Connection, entries: Sequence[Entry], now: datetime) -> list[Balance]:
    """Append entries and move the counters; the balances that changed. Their lines must be locked."""
    if not entries:
        return []
    rows = [
        (
            each.part.financial_year,
            each.part.line,
            each.entry_type.value,
            *each.amount,
            each.part.kind,
            each.part.unit,
            each.part.demand,
            each.month,
            each.document_id,
            each.share,
            each.order_id,
            each.request_id,
            each.document_date,
            each.reverses,
        )
        for each in entries
    ]
    changed = await connection.fetch(SQL["post"], *(list(column) for column in zip(*rows, strict=True)), now)
    return [msgspec.convert(dict(row), Balance) for row in changed]
