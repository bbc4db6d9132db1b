"""ServiceNow's Table API: Basic authentication, encoded queries, limits, and the headers a pager looks at."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

from deploy.local.simulator.progress import Progress
from deploy.local.simulator.servicenow.cells import DisplayValue
from deploy.local.simulator.servicenow.query import QueryError, ranges_of
from deploy.local.simulator.servicenow.tables import Table, tables_of
from deploy.local.simulator.world import World

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
    """Answers `GET /api/now/table/{table}` from the world."""

    def __init__(self, world: World, user: str, password: str, progress: Progress) -> None:
        self._user = user
        self._password = password
        self._progress = progress
        self._tables = tables_of(world)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/now/table/{table}", self.read)]

    async def read(self, request: web.Request) -> web.Response:
        """One page of a table, or ServiceNow's refusal."""
        if not self._known(request.headers.get("Authorization")):
            return _error(401, "User Not Authenticated", "Required to provide Auth information")
        name = request.match_info["table"]
        table = self._tables.get(name)
        if table is None:
            return _error(400, f"Invalid table {name}", None)
        try:
            limit, offset, form = _window(request.query)
            stretches = ranges_of(request.query.get("sysparm_query", ""), table.order)
        except QueryError as error:
            return _error(400, "Invalid query", str(error))
        total = sum(high - low for low, high in stretches)
        numbers = _slice(table, stretches, offset, limit)
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

    def _known(self, authorization: str | None) -> bool:
        expected = aiohttp.encode_basic_auth(self._user, self._password, encoding="utf-8")
        return hmac.compare_digest((authorization or "").encode(), expected.encode())


def _window(query: Mapping[str, str]) -> tuple[int, int, DisplayValue]:
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


def _error(status: int, words: str, detail: str | None) -> web.Response:
    body = {"error": {"message": words, "detail": detail}, "status": "failure"}
    headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'} if status == 401 else None
    return web.json_response(body, status=status, headers=headers)
