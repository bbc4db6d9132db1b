"""ServiceNow by its Table API. Our key is `correlation_id`, which is the field ServiceNow keeps for that.

Written: short_description, description, correlation_id, correlation_display, who it is for, work_notes, the state.
Neither a configuration item nor a serial column is set, so that intake never takes our ticket for a device's failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import msgspec
import structlog

from schemas.events.desk import TicketState
from services.desk.rules import Seen, Update, Words
from services.outbound.caller import Caller
from services.outbound.errors import Refused, Unclear

TableName = Literal["incident", "sc_request"]
DISPLAY = "Quartermaster"
SETTLES = timedelta(seconds=60)
"""ServiceNow gives up a request over REST that takes longer than a minute."""
CLOSE_CODE = "Solution provided"
"""An incident is resolved only with a close code and notes; this one comes with ServiceNow."""
_LARGEST_COUNT = 499_999

log = structlog.stdlib.get_logger()


class _Table(NamedTuple):
    state_field: str
    person_field: str
    states: Mapping[str, TicketState]
    codes: Mapping[TicketState, str]


_TABLES: Mapping[TableName, _Table] = {
    "incident": _Table(
        "state",
        "caller_id",
        {"1": "open", "2": "in_progress", "3": "waiting", "6": "resolved", "7": "closed", "8": "cancelled"},
        {"in_progress": "2", "resolved": "6", "cancelled": "8"},
    ),
    "sc_request": _Table(
        "request_state",
        "requested_for",
        {
            "draft": "open",
            "requested": "open",
            "in_process": "in_progress",
            "closed_complete": "closed",
            "closed_incomplete": "closed",
            "closed_cancelled": "cancelled",
            "closed_rejected": "cancelled",
        },
        {"in_progress": "in_process", "resolved": "closed_complete", "cancelled": "closed_cancelled"},
    ),
}


class _Row(msgspec.Struct):
    sys_id: str
    number: str
    sys_updated_on: str
    sys_mod_count: str
    state: str = ""
    request_state: str = ""
    active: str = "true"
    correlation_id: str = ""


class _One(msgspec.Struct):
    result: _Row


class _Many(msgspec.Struct):
    result: list[_Row]


class _User(msgspec.Struct):
    sys_id: str
    email: str = ""


class _Users(msgspec.Struct):
    result: list[_User]


class _Notes(msgspec.Struct):
    work_notes: str = ""


class _NotesOfOne(msgspec.Struct):
    result: _Notes


class ServiceNow:
    """Tickets in one table of one instance."""

    name = "servicenow"

    def __init__(
        self,
        caller: Caller,
        url: str,
        table: TableName,
        *,
        close_code: str = CLOSE_CODE,
        settles: timedelta = SETTLES,
    ) -> None:
        self.settles = settles
        self._close_code = close_code
        self._caller = caller
        self._url = url.rstrip("/")
        self._table = table
        self._kind = _TABLES[table]
        self._path = f"/api/now/table/{table}"
        self._fields = {
            "sysparm_fields": ",".join(_Row.__struct_fields__),
            "sysparm_exclude_reference_link": "true",
        }

    async def find(self, correlation: str) -> Seen | None:
        """By `correlation_id`. Raises Refused if the instance answers with rows that do not carry it.

        ServiceNow leaves a condition that it may not or cannot apply out of the query, and answers every row.
        """
        query = {"sysparm_query": f"correlation_id={correlation}^ORDERBYsys_created_on", "sysparm_limit": "2"}
        found = (await self._caller.call("GET", self._path, _Many, query=self._fields | query)).result
        if any(row.correlation_id != correlation for row in found):
            raise Refused(f"{self._table} cannot be searched by correlation_id: may our account read it?", status=200)
        return self._seen(found[0]) if found else None

    async def create(self, correlation: str, words: Words) -> Seen:
        """POST one row."""
        user = await self._user(words.requester_email)
        description = words.description if user else f"{words.description}\nFor: {words.requester_email}"
        body = {
            "short_description": words.title,
            "description": description,
            "correlation_id": correlation,
            "correlation_display": DISPLAY,
        }
        if user:
            body[self._kind.person_field] = user
        row = (await self._caller.call("POST", self._path, _One, query=self._fields, body=body)).result
        if row.correlation_id != correlation:
            log.error("the desk did not keep our key: may our account write correlation_id?", ticket=row.number)
        return self._seen(row)

    async def read(self, record: str) -> Seen:
        """GET one row."""
        return self._seen((await self._caller.call("GET", f"{self._path}/{record}", _One, query=self._fields)).result)

    async def noted(self, record: str, mark: str) -> bool:
        """The journal is read as it is displayed: its value alone holds no entries."""
        query = {"sysparm_fields": "work_notes", "sysparm_display_value": "true"}
        row = (await self._caller.call("GET", f"{self._path}/{record}", _NotesOfOne, query=query)).result
        return mark in row.work_notes

    async def update(self, record: str, update: Update, *, noted: bool) -> Seen:
        """PATCH note and state at once, so that one is there exactly if the other is."""
        if noted:
            return await self.read(record)
        body = {"work_notes": update.note}
        if update.state is not None:
            body[self._kind.state_field] = self._kind.codes[update.state]
        if update.state == "resolved":
            body |= {"close_code": self._close_code, "close_notes": update.note}
        path = f"{self._path}/{record}"
        return self._seen((await self._caller.call("PATCH", path, _One, query=self._fields, body=body)).result)

    async def _user(self, email: str) -> str | None:
        """The sys_id of the one active user with this address; None where there is none or we may not look."""
        if "^" in email:
            return None
        query = {
            "sysparm_query": f"email={email}^active=true",
            "sysparm_fields": "sys_id,email",
            "sysparm_limit": "2",
        }
        try:
            found = (await self._caller.call("GET", "/api/now/table/sys_user", _Users, query=query)).result
        except Refused as error:
            if error.status == 401:
                raise
            log.warning("the desk does not let us look users up", status=error.status)
            return None
        return found[0].sys_id if len(found) == 1 and found[0].email.lower() == email.lower() else None

    def _seen(self, row: _Row) -> Seen:
        code = row.state if self._kind.state_field == "state" else row.request_state
        # A state that an administrator added is at least over or not over.
        state = self._kind.states.get(code, "in_progress" if row.active == "true" else "closed")
        return Seen(
            desk=self.name,
            record=row.sys_id,
            ticket=row.number,
            state=state,
            at=_moment(row),
            link=f"{self._url}/{self._table}.do?sys_id={row.sys_id}",
        )


def _moment(row: _Row) -> datetime:
    """When the row last changed. Its clock counts whole seconds; the modification count orders what one second holds.

    Counted as intake counts it, so that both speak of one moment.
    """
    try:
        at = datetime.strptime(row.sys_updated_on, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        return at + timedelta(microseconds=2 * min(int(row.sys_mod_count), _LARGEST_COUNT) + 1)
    except ValueError:
        raise Unclear(f"{row.number} has no moment of change that can be read") from None
