"""What people did to the books, and what their acts need to read of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.events.budget import Balance
from schemas.vocabulary import FundingLine, Kind
from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.reversal import Numbered
from services.budget.rules.rollover import Roll
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "act_store.sql")


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """An act as it is written down. `pence` and `devices` of an override are what it adds."""

    act_id: UUID
    act: str
    financial_year: str
    reason: str
    email: str
    at: datetime
    line: FundingLine | None = None
    to_line: FundingLine | None = None
    kind: Kind | None = None
    pence: int = 0
    devices: int = 0
    document_id: str | None = None


async def use_key(connection: Connection, email: str, command: str, key: str, act_id: UUID, now: datetime) -> bool:
    """True the first time; the same key again means the same act."""
    return bool(await connection.fetchval(SQL["use_key"], email, command, key, act_id, now))


async def keep_act(connection: Connection, act: ActRow) -> bool:
    """Write an act down. False if it reverses a document that was reversed before."""
    kept = await connection.fetchval(
        SQL["keep_act"],
        act.act_id,
        act.act,
        act.financial_year,
        act.line,
        act.to_line,
        act.kind,
        act.pence,
        act.devices,
        act.document_id,
        act.reason,
        act.email,
        act.at,
    )
    return kept is not None


async def entries_of(connection: Connection, document_id: str) -> list[Numbered]:
    """What a document posted, in order."""
    return [
        Numbered(
            number=row["entry"],
            entry=Entry(
                document_id=row["document_id"],
                entry_type=EntryType(row["entry_type"]),
                part=Part(row["financial_year"], row["line"], row["kind"], row["unit"], row["demand"]),
                amount=Amount(row["net_pence"], row["vat_pence"], row["quantity"]),
                document_date=row["document_date"],
                share=row["share"],
                order_id=row["order_id"],
                request_id=row["request_id"],
            ),
        )
        for row in await connection.fetch(SQL["entries_of"], document_id)
    ]


async def document_type(connection: Connection, document_id: str) -> str | None:
    """The type of a document that may be reversed: one of finance's, a move or a rollover. None for any other."""
    found: str | None = await connection.fetchval(SQL["document_type"], document_id)
    return found


async def rollovers_in_force(connection: Connection, order_id: str, but: str) -> list[str]:
    """The roll-overs of an order that were not reversed, without one."""
    return [row["document_id"] for row in await connection.fetch(SQL["rollovers_in_force"], order_id, but)]


async def open_orders(connection: Connection, financial_year: str) -> list[str]:
    """Orders with a promise of the year that is still open."""
    return [row["order_id"] for row in await connection.fetch(SQL["open_orders"], financial_year)]


async def rolled_before(connection: Connection, financial_year: str) -> dict[str, int]:
    """How often orders rolled over from the year."""
    return {row["order_id"]: row["times"] for row in await connection.fetch(SQL["rolled_before"], financial_year)}


async def keep_rolls(connection: Connection, act_id: UUID, rolled: Sequence[tuple[str, str, Roll]]) -> None:
    """Store what moved: document, order, and the part of its promise."""
    if rolled:
        rows = [
            (document_id, order_id, *roll.part, roll.promise, roll.to_year, *roll.amount[:2])
            for document_id, order_id, roll in rolled
        ]
        await connection.execute(SQL["keep_rolls"], *(list(column) for column in zip(*rows, strict=True)), act_id)


async def documents_of_act(connection: Connection, act_id: UUID) -> tuple[str, ...]:
    """The documents by which an act rolled orders over."""
    return tuple(row["document_id"] for row in await connection.fetch(SQL["documents_of_act"], act_id))


async def touch_line(connection: Connection, financial_year: str, line: FundingLine) -> Balance:
    """The line's balance under a new sequence, since its limit changed. The line must be held."""
    row = await connection.fetchrow(SQL["touch_line"], financial_year, line)
    assert row is not None, "whoever holds a line has opened it"
    return msgspec.convert(dict(row), Balance)


async def has_cap(connection: Connection, financial_year: str, kind: Kind) -> bool:
    """Whether the year has a cap for this kind."""
    return await connection.fetchrow(SQL["has_cap"], financial_year, kind) is not None
