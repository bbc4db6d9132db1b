"""ServiceNow's Table API: Basic authentication, encoded queries, limits, and the headers a pager looks at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec
from aiohttp import web
from yarl import URL

from deploy.local.simulator.progress import Progress
from deploy.local.simulator.servicenow.cells import DisplayValue
from deploy.local.simulator.servicenow.door import Door, refuse
from deploy.local.simulator.servicenow.lookups import Lookups
from deploy.local.simulator.servicenow.query import QueryError, ranges_of
from deploy.local.simulator.servicenow.tables import Table

LARGEST_LIMIT = 10_000
_FORMS: tuple[DisplayValue, ...] = ("false", "true", "all")
_AT_ONCE = 200  # rows written between two turns of the event loop
_KNOWN = {
    "sysparm_query",
    "sysparm_limit",
    "sysparm_offset",
    "sysparm_fields",
    "sysparm_display_value",
    "sysparm_exclude_reference_link",
}


class TableApi:
    """Answers `GET /api/now/table/{table}` from the tables."""

    def __init__(self, tables: Mapping[str, Table[object]], lookups: Lookups, door: Door, progress: Progress) -> None:
        self._door = door
        self._progress = progress
        self._lookups = lookups
        self._tables = tables

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/now/table/{table}", self.read)]

    async def read(self, request: web.Request) -> web.Response:
        """One page of a table, or ServiceNow's refusal."""
        if (refusal := self._door.refusal(request)) is not None:
            return refusal
        name = request.match_info["table"]
        table = self._tables.get(name)
        if table is None:
            return refuse(400, f"Invalid table {name}", None)
        try:
            limit, offset, form = window(request.query)
            query = request.query.get("sysparm_query", "")
            looked_up = self._lookups.find(name, query)
            stretches = ranges_of(query, table.order) if looked_up is None else []
        except QueryError as error:
            return refuse(400, "Invalid query", str(error))
        if looked_up is None:
            total = sum(high - low for low, high in stretches)
            numbers = _slice(table, stretches, offset, limit)
        else:
            total, numbers = len(looked_up), looked_up[offset : offset + limit]
        asked = request.query.get("sysparm_fields", "")
        fields = asked.split(",") if asked else list(table.columns)
        linked = request.query.get("sysparm_exclude_reference_link") != "true"
        base = f"{request.scheme}://{request.host}" if linked else None
        rows = await self._write(table, numbers, fields, form, base)
        if name == "alm_hardware" and numbers:
            self._progress.served("ServiceNow assets", stretches[0][0] + offset + len(numbers))
        return web.Response(
            body=msgspec.json.encode({"result": rows}),
            content_type="application/json",
            charset="utf-8",
            headers={"X-Total-Count": str(total), "Link": _links(request.url, limit, offset, total)},
        )

    async def _write(
        self,
        table: Table[object],
        numbers: list[int],
        fields: list[str],
        form: DisplayValue,
        base: str | None,
    ) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for start in range(0, len(numbers), _AT_ONCE):
            rows += [table.write(number, fields, form, base) for number in numbers[start : start + _AT_ONCE]]
            await asyncio.sleep(0)
        return rows


def window(query: Mapping[str, str]) -> tuple[int, int, DisplayValue]:
    """Limit, offset and spelling of a request. Raises QueryError."""
    for name in query:
        if name not in _KNOWN:
            raise QueryError(f"parameter {name} is not understood here")
    limit = _whole(query, "sysparm_limit", LARGEST_LIMIT)
    if not 1 <= limit <= LARGEST_LIMIT:
        raise QueryError(f"sysparm_limit must lie between 1 and {LARGEST_LIMIT}")
    for form in _FORMS:
        if query.get("sysparm_display_value", "false") == form:
            return limit, _whole(query, "sysparm_offset", 0), form
    raise QueryError("sysparm_display_value is false, true or all")


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise QueryError(f"{name} must be a whole number, not '{text}'")
    return int(text)


def _slice(table: Table[object], stretches: list[tuple[int, int]], offset: int, limit: int) -> list[int]:
    """The row numbers of a page: `limit` rows after the first `offset` of the matching stretches."""
    numbers: list[int] = []
    for low, high in stretches:
        skipped = min(offset, high - low)
        offset -= skipped
        low += skipped
        numbers += table.order.numbers(low, min(high, low + limit - len(numbers)))
    return numbers


def _links(url: URL, limit: int, offset: int, total: int) -> str:
    """The Link header, with the real one's habit of a previous page at -1 on the first page."""
    places = {
        "first": 0,
        "prev": max(-1, offset - limit),
        "next": offset + limit,
        "last": total // limit * limit,
    }
    if offset + limit >= total:
        del places["next"]
    return ",".join(f'<{url.update_query(sysparm_offset=str(at))}>;rel="{rel}"' for rel, at in places.items())
