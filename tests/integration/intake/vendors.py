"""Small strict stand-ins: a Graph list and a ServiceNow table over HTTP, with a script of mishaps."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

PATH = "/v1.0/deviceManagement/managedDevices"
_CURSOR = re.compile(
    r"(?:sys_updated_on>=(?P<since>[-0-9: ]{19})\^"
    r"|sys_updated_on>(?P<after>[-0-9: ]{19})\^NQsys_updated_on=(?P<same>[-0-9: ]{19})\^sys_id>(?P<id>[0-9a-f]{32})\^)?"
    r"ORDERBYsys_updated_on\^ORDERBYsys_id"
)

Mishap = Callable[[], Awaitable[web.Response | None]]


class StandIn:
    """Serves on a free port. The next mishap, if any, answers instead of the page."""

    def __init__(self) -> None:
        self.mishaps: deque[Mishap | None] = deque()
        self.asked: list[str] = []
        self._runner: web.AppRunner | None = None
        self.base = ""

    async def start(self) -> None:
        application = web.Application()
        self.route(application)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def route(self, application: web.Application) -> None:
        raise NotImplementedError

    async def mishap(self, request: web.Request) -> web.Response | None:
        """What happens instead of an answer."""
        self.asked.append(str(request.rel_url))
        planned = self.mishaps.popleft() if self.mishaps else None
        return await planned() if planned is not None else None


class GraphStandIn(StandIn):
    """Devices in pages, behind bearer tokens that can be revoked."""

    def __init__(self, devices: list[dict[str, Any]], page: int) -> None:
        super().__init__()
        self.devices = devices
        self.page = page
        self.tokens = 0
        self.token_answers: deque[int] = deque()
        self.filters: list[str] = []

    def route(self, application: web.Application) -> None:
        application.router.add_post("/tenant/oauth2/v2.0/token", self._token)
        application.router.add_get(PATH, self._list)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["grant_type"] == "client_credentials"
        assert form["client_secret"] == "hush"
        if self.token_answers:
            return web.Response(status=self.token_answers.popleft())
        self.tokens += 1
        return web.json_response({"access_token": f"token-{self.tokens}", "expires_in": 3600})

    async def _list(self, request: web.Request) -> web.Response:
        if (instead := await self.mishap(request)) is not None:
            return instead
        if request.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return web.Response(status=401)
        self.filters.append(request.query.get("$filter", ""))
        since = request.query.get("$filter", "").removeprefix("lastSyncDateTime ge ")
        chosen = [device for device in self.devices if device["lastSyncDateTime"] >= since]
        start = int(request.query.get("$skiptoken", "0"))
        answer: dict[str, Any] = {"value": chosen[start : start + self.page]}
        if start + self.page < len(chosen):
            following = request.url.update_query({"$skiptoken": str(start + self.page)})
            answer["@odata.nextLink"] = str(following)
        return web.json_response(answer)


class TableStandIn(StandIn):
    """A table read by the cursor, with Basic credentials."""

    def __init__(self, table: str, rows: list[dict[str, Any]]) -> None:
        super().__init__()
        self.table = table
        self.rows = rows

    def route(self, application: web.Application) -> None:
        application.router.add_get(f"/api/now/table/{self.table}", self._read)

    async def _read(self, request: web.Request) -> web.Response:
        if (instead := await self.mishap(request)) is not None:
            return instead
        assert request.headers["Authorization"] == "Basic dXNlcjpwYXNzd29yZA=="
        assert request.query["sysparm_display_value"] == "all"
        match = _CURSOR.fullmatch(request.query["sysparm_query"])
        assert match is not None, request.query["sysparm_query"]
        places = sorted((row["sys_updated_on"]["value"], row["sys_id"]["value"], row) for row in self.rows)
        if match["since"]:
            places = [place for place in places if place[0] >= match["since"]]
        elif match["after"]:
            assert match["after"] == match["same"]
            places = [place for place in places if place[:2] > (match["after"], match["id"])]
        limit = int(request.query["sysparm_limit"])
        return web.json_response({"result": [row for _, _, row in places[:limit]]}, dumps=json.dumps)


def answering(status: int, **headers: str) -> Mishap:
    """A mishap that answers with this status."""

    async def answer() -> web.Response:
        return web.Response(status=status, headers=headers)

    return answer
