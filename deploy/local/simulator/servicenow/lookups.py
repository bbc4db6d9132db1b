"""Queries for one record by what a client wrote or knows: a ticket by its correlation, a user by address."""

from __future__ import annotations

import re

from deploy.local.simulator.servicenow.ticket_book import TicketBook

_TICKET = re.compile(r"correlation_id=([^^]+)(?:\^ORDERBYsys_created_on)?")
_USER = re.compile(r"email=([^^]+)(?:\^active=true)?")


class Lookups:
    """Answers the queries that go by equality; every other is one of the order of changes."""

    def __init__(self, book: TicketBook) -> None:
        self._book = book

    def find(self, table: str, query: str) -> list[int] | None:
        """The rows that match, the oldest first; None for a query of another kind."""
        if table == "incident" and (match := _TICKET.fullmatch(query)) is not None:
            wanted = match[1]
            return self._book.numbers(lambda ticket: ticket.values.get("correlation_id") == wanted)
        if table == "sys_user" and (match := _USER.fullmatch(query)) is not None:
            number = self._book.users.by_address.get(match[1].lower())
            return [] if number is None else [number]
        return None
