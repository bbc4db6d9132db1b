"""Fleet, played: its two lists behind a token, in pages, by id, and nothing that the real one would not answer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.integration.intake.vendors import StandIn

TOKEN = "fleet-token"


class FleetStandIn(StandIn):
    """Holds activities and hosts, which a test may add to at any time."""

    def __init__(self, activities: list[dict[str, Any]], hosts: list[dict[str, Any]]) -> None:
        super().__init__()
        self.lists = {"activities": activities, "hosts": hosts}

    def route(self, application: web.Application) -> None:
        application.router.add_get("/api/v1/fleet/{rows:activities|hosts}", self._read)

    async def _read(self, request: web.Request) -> web.Response:
        if (instead := await self.mishap(request)) is not None:
            return instead
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Authentication required"}, status=401)
        assert (request.query["order_key"], request.query["order_direction"]) == ("id", "asc")
        rows = request.match_info["rows"]
        after, most = int(request.query["after"]), int(request.query["per_page"])
        chosen = sorted((row for row in self.lists[rows] if row["id"] > after), key=lambda row: int(row["id"]))
        # A list without rows is null, as Go writes it; and there is no `meta` where a cursor is used.
        return web.json_response({rows: chosen[:most] or None, "meta": None})
