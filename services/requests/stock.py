"""Picking a device from stock for a request.

Who picks holds the lock of placing, as waves do: no device is set aside twice, however many pick at once.
"""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import Kind
from services.database.pool import Connection
from services.refresh import queries as refresh
from services.refresh.queries import StockStanding
from services.register import queries as register
from services.register.queries import OnShelf
from services.requests import store


async def hold(connection: Connection, today: date) -> StockStanding:
    """Let nobody else give devices away until the transaction ends. Before any request's row is held."""
    return await refresh.hold_stock(connection, today)


async def pick(connection: Connection, kind: Kind, held: StockStanding) -> OnShelf | None:
    """The newest device of a kind in stock that nobody else is to have; None if there is none.

    It is the caller's until the transaction ends; what the caller writes in it keeps it so. Its unit matters not.
    """
    taken = held.set_aside | await store.set_aside(connection)
    found = await register.shelf(connection, kind, but_not=taken, bought_since=held.bought_since)
    return next(iter(found), None)
