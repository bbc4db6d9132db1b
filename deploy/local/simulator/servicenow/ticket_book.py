"""Incidents that others open over the API. Unlike the world they follow from no seed, so they are kept in a file.

They stand in the incident table beside those of the play, in the same order of changes, under numbers of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

import msgspec

from deploy.local.simulator.identifiers import digest
from deploy.local.simulator.incidents import CLOSED, NEW, RESOLVED, Incident
from deploy.local.simulator.moments import MICROSECONDS
from deploy.local.simulator.world import World

FIRST = 1 << 32
"""The row number of the first ticket in the book; the play's incidents are numbered from 0."""

WRITABLE = frozenset(
    {
        "short_description",
        "description",
        "correlation_id",
        "correlation_display",
        "caller_id",
        "category",
        "state",
        "close_code",
        "close_notes",
    }
)
JOURNAL = "work_notes"


class OpenedTicket(msgspec.Struct):
    """One incident. Moments are microseconds since 1970, 0 while they have not come."""

    sys_id: str
    number: str
    opened: int
    updated: int
    values: dict[str, str]
    notes: list[tuple[int, str]]
    mod_count: int = 0
    resolved: int = 0
    closed: int = 0

    @property
    def state(self) -> str:
        """The code of its state."""
        return self.values.get("state") or str(NEW)


class TicketBook:
    """The tickets, each at its place in the world's order of incidents. `now` is scenario time in microseconds."""

    def __init__(self, world: World, path: Path | None, now: Callable[[], int]) -> None:
        self._world = world
        self._path = path
        self._now = now
        self.users = Users(world)
        self.tickets: list[OpenedTicket] = []
        if path is not None and path.exists():
            self.tickets = msgspec.json.decode(path.read_bytes(), type=list[OpenedTicket])
        for number, ticket in enumerate(self.tickets, start=FIRST):
            world.incident_order.add(ticket.updated, ticket.sys_id, number)

    def open(self, values: Mapping[str, str]) -> int:
        """A new ticket; its row number."""
        place, at = len(self.tickets), self._whole_now()
        ticket = OpenedTicket(
            sys_id=digest(self._world.seed, "opened", place),
            number=f"INC{9_000_000 + place:07d}",
            opened=at,
            updated=at,
            values={},
            notes=[],
        )
        self._write(ticket, values)
        self.tickets.append(ticket)
        self._world.incident_order.add(at, ticket.sys_id, FIRST + place)
        self._save()
        return FIRST + place

    def change(self, number: int, values: Mapping[str, str]) -> None:
        """New values for a ticket; its last change never moves back."""
        ticket = self.tickets[number - FIRST]
        was, ticket.updated = ticket.updated, max(self._whole_now(), ticket.updated)
        ticket.mod_count += 1
        self._write(ticket, values)
        self._world.incident_order.move(was, ticket.updated, ticket.sys_id, number)
        self._save()

    def numbers(self, matches: Callable[[OpenedTicket], bool]) -> list[int]:
        """The row numbers of tickets that match, the oldest first."""
        return [number for number, ticket in enumerate(self.tickets, start=FIRST) if matches(ticket)]

    def _write(self, ticket: OpenedTicket, values: Mapping[str, str]) -> None:
        ticket.values |= {name: value for name, value in values.items() if name in WRITABLE}
        if note := values.get(JOURNAL):
            ticket.notes.append((ticket.updated, note))
        if ticket.state == str(RESOLVED) and not ticket.resolved:
            ticket.resolved = ticket.updated
        if ticket.state == str(CLOSED) and not ticket.closed:
            ticket.closed = ticket.updated

    def _whole_now(self) -> int:
        return self._now() // MICROSECONDS * MICROSECONDS

    def _save(self) -> None:
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            beside.write_bytes(msgspec.json.encode(self.tickets))
            beside.replace(self._path)


class IncidentRows(Sequence[Incident | OpenedTicket]):
    """The rows of the incident table by number: the play's, and from `FIRST` on the book's."""

    def __init__(self, played: Sequence[Incident], book: TicketBook) -> None:
        self._played = played
        self._book = book

    @overload
    def __getitem__(self, number: int) -> Incident | OpenedTicket: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Incident | OpenedTicket]: ...
    def __getitem__(self, number: int | slice) -> Incident | OpenedTicket | Sequence[Incident | OpenedTicket]:
        if isinstance(number, slice):
            raise TypeError("rows are read one by one")
        return self._book.tickets[number - FIRST] if number >= FIRST else self._played[number]

    def __len__(self) -> int:
        return len(self._played) + len(self._book.tickets)


class Users:
    """The people as users, found by address and by sys_id."""

    def __init__(self, world: World) -> None:
        self._world = world

    @cached_property
    def by_address(self) -> dict[str, int]:
        """A person's number by e-mail address."""
        return {person.email.lower(): person.number for person in self._world.people}

    @cached_property
    def by_sys_id(self) -> dict[str, int]:
        """A person's number by the sys_id of their user."""
        return {digest(self._world.seed, "sys_user", person.number): person.number for person in self._world.people}
