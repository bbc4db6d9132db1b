"""Graph as the complete list and the export jobs meet it: pages, records by id, jobs that take a while, and a storage
that wants its own signature and no token of ours.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from aiohttp import web

from tests.integration.intake.vendors import PATH, StandIn

TOKEN = "Basic dXNlcjpwYXNzd29yZA=="
JOBS = "/v1.0/deviceManagement/reports/exportJobs"
SIGNATURE = "%2BP%2B4g%3D"
_ORDER = {"reportName", "filter", "localizationType", "format", "select"}


class IntuneStandIn(StandIn):
    """Devices in pages of `page`, and one report, done when asked for the third time."""

    def __init__(self, devices: list[dict[str, Any]], page: int) -> None:
        super().__init__()
        self.devices = devices
        self.page = page
        self.hidden: set[str] = set()
        """Ids that the list leaves out though their records are there."""
        self.report = b""
        self.questions = 0

    def route(self, application: web.Application) -> None:
        application.router.add_get(PATH, self._list)
        application.router.add_get(PATH + "/{id}", self._one)
        application.router.add_post(JOBS, self._order)
        application.router.add_get(JOBS + "('{id}')", self._job)
        application.router.add_get("/storage/{name}", self._storage)

    async def _refused(self, request: web.Request) -> web.Response | None:
        if (instead := await self.mishap(request)) is not None:
            return instead
        return None if request.headers.get("Authorization") == TOKEN else web.Response(status=401)

    async def _list(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        assert "$filter" not in request.query
        listed = [device for device in self.devices if device["id"] not in self.hidden]
        start = int(request.query.get("$skiptoken", "0"))
        answer: dict[str, Any] = {"value": listed[start : start + self.page]}
        if start + self.page < len(listed):
            answer["@odata.nextLink"] = str(request.url.update_query({"$skiptoken": str(start + self.page)}))
        return web.json_response(answer)

    async def _one(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        for device in self.devices:
            if device["id"] == request.match_info["id"]:
                return web.json_response(device)
        return web.json_response({"error": {"code": "ResourceNotFound", "message": "none"}}, status=404)

    async def _order(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        order = await request.json()
        assert order.keys() == _ORDER
        assert (order["reportName"], order["format"]) == ("Devices", "csv")
        self.questions = 0
        return web.json_response(self._told("notStarted", None), status=201)

    async def _job(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        assert request.match_info["id"] == "Devices_1"
        self.questions += 1
        if self.questions < 3:
            return web.json_response(self._told("inProgress", None))
        return web.json_response(self._told("completed", f"{self.base}/storage/Devices_1.zip?sig={SIGNATURE}"))

    def _told(self, status: str, url: str | None) -> dict[str, Any]:
        return {"@odata.context": "x", "id": "Devices_1", "status": status, "url": url, "snapshotId": None}

    async def _storage(self, request: web.Request) -> web.Response:
        if (instead := await self.mishap(request)) is not None:
            return instead
        if "Authorization" in request.headers or not request.raw_path.endswith(f"?sig={SIGNATURE}"):
            return web.Response(status=403)  # as the real storage does: two proofs are one too many
        folded = io.BytesIO()
        with zipfile.ZipFile(folded, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Devices_1.csv", self.report)
        return web.Response(body=folded.getvalue(), content_type="application/octet-stream")
