"""A receiver as strict as intake ought to be: right secret, whole body, and a count of what it took."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

SECRETS = {
    "/sources/jamf/webhook": ("X-Quartermaster-Secret", "jamf-local"),
    "/sources/servicenow/push": ("X-ServiceNow-Secret", "servicenow-push-local"),
    "/sources/finance/extract": ("X-Quartermaster-Secret", "finance-local"),
}


class Receiver:
    """Takes pushes. `troubles` are answers to give first, in order; after them it behaves."""

    def __init__(self) -> None:
        self.secrets = dict(SECRETS)
        self.troubles: list[tuple[int, dict[str, str]]] = []
        self.jamf: list[dict[str, Any]] = []
        self.jamf_bodies: list[bytes] = []
        self.desk: list[dict[str, str]] = []
        self.finance: list[dict[str, str]] = []
        self.extracts = 0
        self.unauthorised = 0
        self.malformed = 0
        self.requests = 0
        self._server: TestServer | None = None

    async def start(self) -> None:
        app = web.Application()
        for path in SECRETS:
            app.router.add_post(path, self._receive)
        self._server = TestServer(app)
        await self._server.start_server()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("/")).rstrip("/")

    async def _receive(self, request: web.Request) -> web.Response:
        self.requests += 1
        body = await request.read()
        if self.troubles:
            status, headers = self.troubles.pop(0)
            return web.Response(status=status, headers=headers)
        header, secret = self.secrets[request.path]
        if request.headers.get(header) != secret:
            self.unauthorised += 1
            return web.Response(status=401)
        try:
            self._take(request.path, body)
        except ValueError as error:
            self.malformed += 1
            return web.Response(status=400, text=str(error))
        return web.Response(status=202)

    def _take(self, path: str, body: bytes) -> None:
        if path.endswith("/extract"):
            self._take_extract(body)
        elif path.endswith("/webhook"):
            try:
                text = body.decode()
            except UnicodeDecodeError:
                text = body.decode("latin-1")
            self.jamf.append(json.loads(text))
            self.jamf_bodies.append(body)
        else:
            self.desk.append(json.loads(body))

    def _take_extract(self, body: bytes) -> None:
        if not body.endswith(b"\r\n"):
            raise ValueError("the last line is not whole")
        self.extracts += 1
        self.finance += csv.DictReader(io.StringIO(body.decode()))
