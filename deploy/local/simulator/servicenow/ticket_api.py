"""The Table API's writing side, for incidents: one record is created, changed, or read by its sys_id.

As the real one does it: unknown fields are ignored, a table that our user may not write is 403, a record that is not
there is 404, and every value of an answer is text.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from aiohttp import web

from deploy.local.simulator.servicenow.door import Door, refuse
from deploy.local.simulator.servicenow.query import QueryError
from deploy.local.simulator.servicenow.table_api import window
from deploy.local.simulator.servicenow.tables import Table
from deploy.local.simulator.servicenow.ticket_book import TicketBook

WRITTEN = "incident"


class TicketApi:
    """Answers POST on a table, and GET and PATCH on one record."""

    def __init__(self, tables: Mapping[str, Table[object]], book: TicketBook, door: Door) -> None:
        self._tables = tables
        self._book = book
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        one = "/api/now/table/{table}/{sys_id}"
        return [web.post("/api/now/table/{table}", self.create), web.get(one, self.read), web.patch(one, self.change)]

    async def create(self, request: web.Request) -> web.Response:
        """201 with the record and where it is."""
        values = await self._values(request)
        if isinstance(values, web.Response):
            return values
        number = self._book.open(values)
        sys_id = self._book.tickets[-1].sys_id
        answer = self._answer(request, number, status=201)
        answer.headers["Location"] = f"{request.scheme}://{request.host}{request.path}/{sys_id}"
        return answer

    async def change(self, request: web.Request) -> web.Response:
        """The record as it is then."""
        values = await self._values(request)
        if isinstance(values, web.Response):
            return values
        number = self._number(request)
        if number is None:
            return _no_record()
        self._book.change(number, values)
        return self._answer(request, number)

    async def read(self, request: web.Request) -> web.Response:
        """One record of those that were opened over this API."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        number = self._number(request)
        return _no_record() if number is None else self._answer(request, number)

    def _refusal(self, request: web.Request) -> web.Response | None:
        if (refusal := self._door.refusal(request)) is not None:
            return refusal
        table = request.match_info["table"]
        if table not in self._tables:
            return refuse(400, f"Invalid table {table}", None)
        try:
            window(request.query)
        except QueryError as error:
            return refuse(400, "Invalid query", str(error))
        if table != WRITTEN:
            return refuse(403, "Operation Failed", "ACL Exception: our user may not do this here")
        return None

    async def _values(self, request: web.Request) -> dict[str, str] | web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if request.content_type != "application/json":
            return refuse(415, "Unsupported media type", f"{request.content_type} is not read")
        try:
            body = msgspec.json.decode(await request.read(), type=dict[str, str | int | float | bool | None])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return refuse(400, "Exception while reading request", str(error))
        return {name: _stored(value) for name, value in body.items()}

    def _number(self, request: web.Request) -> int | None:
        wanted = request.match_info["sys_id"]
        return next(iter(self._book.numbers(lambda ticket: ticket.sys_id == wanted)), None)

    def _answer(self, request: web.Request, number: int, *, status: int = 200) -> web.Response:
        _, _, form = window(request.query)
        table = self._tables[WRITTEN]
        asked = request.query.get("sysparm_fields", "")
        linked = request.query.get("sysparm_exclude_reference_link") != "true"
        base = f"{request.scheme}://{request.host}" if linked else None
        row = table.write(number, asked.split(",") if asked else list(table.columns), form, base)
        body = msgspec.json.encode({"result": row})
        return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")


def _stored(value: str | float | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _no_record() -> web.Response:
    return refuse(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
