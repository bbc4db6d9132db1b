"""Reservations: money set aside, or waited for, on behalf of requests approved in chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.budget.rules.entries import Amount, Part
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "reservation_store.sql")


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """What is bought where a kind is asked for, its net price, VAT rate and supplier."""

    kind: Kind
    net_pence: int
    vat_basis_points: int
    supplier: str = ""

    def amount(self, quantity: int) -> Amount:
        """The sum for so many; VAT to the nearest penny, half a penny up."""
        net = self.net_pence * quantity
        return Amount(net, (net * self.vat_basis_points + 5_000) // 10_000, quantity)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An approved request that money is wanted for."""

    request_id: UUID
    request_reference: str
    order_id: str
    device_id: UUID | None
    line: FundingLine
    kind: Kind
    unit: str
    demand: str
    quantity: int
    asked_at: datetime


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """What is reserved for a request, or waited for. `kind` is what is bought, where it is committed."""

    request_id: UUID
    request_reference: str
    order_id: str
    line: FundingLine
    state: str
    financial_year: str

    @property
    def fund(self) -> tuple[str, str]:
        """The year and line that carry it."""
        return self.financial_year, self.line.value


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a wanted reservation: committed for `part` and `amount`, or waiting with an explanation.

    `covered_by` is the order of a wave that replaces the device already: then it is committed without money of its own.
    """

    wanted: Wanted
    part: Part
    amount: Amount
    committed: bool
    explanation: str = ""
    covered_by: str | None = None

    @property
    def state(self) -> str:
        """The word for it in the table."""
        if self.covered_by is not None:
            return "covered"
        return "committed" if self.committed else "waiting"


async def known_requests(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these requests that were decided on or wait already."""
    return {row["request_id"] for row in await connection.fetch(SQL["known_requests"], ids)} if ids else set()


async def keep_unneeded(connection: Connection, references: Mapping[UUID, str], now: datetime) -> None:
    """Remember requests that need no money, by id, with their references."""
    await connection.execute(SQL["keep_unneeded"], list(references), list(references.values()), now)


async def reserved(connection: Connection, ids: Sequence[UUID]) -> list[Reserved]:
    """What these requests hold or wait for. The lock of placing must be held alone: then nobody adds to it."""
    return [msgspec.convert(dict(row), Reserved) for row in await connection.fetch(SQL["reserved"], ids)]


async def release(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    """These requests hold and wait for nothing more."""
    if ids:
        await connection.execute(SQL["release"], ids, now)


async def waiting(connection: Connection, lines: Sequence[str], ids: Sequence[UUID] | None = None) -> list[Wanted]:
    """All requests that wait on these lines, the oldest first: one that the money is enough for may stand behind many
    that it is not.
    """
    if not lines or ids == []:
        return []
    return [msgspec.convert(dict(row), Wanted) for row in await connection.fetch(SQL["waiting"], lines, ids)]


async def prices(connection: Connection) -> dict[Kind, Priced]:
    """The price book: by the kind asked for."""
    return {
        Kind(row["kind"]): Priced(
            kind=Kind(row["bought_instead"]),
            net_pence=row["net_pence"],
            vat_basis_points=row["vat_basis_points"],
            supplier=row["supplier"],
        )
        for row in await connection.fetch(SQL["prices"])
    }


async def keep_reservations(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Store what became of requests; one that was committed stays as it is."""
    if not outcomes:
        return
    rows = [
        (
            each.wanted.request_id,
            each.wanted.request_reference,
            each.wanted.order_id,
            each.wanted.device_id,
            each.part.financial_year,
            each.part.line,
            each.part.kind,
            each.part.unit,
            each.part.demand,
            each.wanted.quantity,
            each.amount.net_pence,
            each.amount.vat_pence,
            each.state,
            each.explanation,
            each.wanted.asked_at,
            each.covered_by,
        )
        for each in outcomes
    ]
    await connection.execute(SQL["keep_reservations"], *(list(column) for column in zip(*rows, strict=True)), now)
