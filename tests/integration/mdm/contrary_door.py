"""A door before the vendors' doors that passes everything on, or dies, hangs or refuses as a test wishes.

What it passes on reaches the simulator's own doors, so that whatever a test counts was taken by a strict vendor.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

import aiohttp
from aiohttp import web


class Mishap(NamedTuple):
    """What happens to one call. `done`: the vendor gets it all the same. Without a status the line goes dead."""

    done: bool = False
    hangs: bool = False
    status: int | None = None
    echo: bool = False
    """Answer with what was asked, as a careless server would."""
    retry_after: str | None = None


class ContraryDoor:
    """Serves on a free port until stopped. `mishaps` are by operation: token, look, send."""

    def __init__(self, vendors: str) -> None:
        self._vendors = vendors
        self.mishaps: dict[str, deque[Mishap]] = {"token": deque(), "look": deque(), "send": deque()}
        self.calls: list[str] = []
        self.bodies: list[bytes] = []
        self.tokens: list[str] = []
        self.reached = asyncio.Event()
        """Set when a call hangs here; what was asked for has been done by then, if it was to be."""
        self._released = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._meet)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.release()
        assert self._runner is not None
        assert self._session is not None
        await self._runner.cleanup()
        await self._session.close()

    def release(self) -> None:
        """What hangs goes dead."""
        self._released.set()

    async def _meet(self, request: web.Request) -> web.Response:
        operation = "look" if request.method == "GET" else "token" if "token" in request.path else "send"
        self.calls.append(operation)
        body = await request.read()
        self.tokens.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if operation == "send":
            self.bodies.append(body)
        mishap = self.mishaps[operation].popleft() if self.mishaps[operation] else None
        if mishap is None:
            return await self._pass_on(request, body)
        if mishap.done:
            await self._pass_on(request, body)
        if mishap.hangs:
            self.reached.set()
            await self._released.wait()
        if mishap.status is not None:
            headers = {"Retry-After": mishap.retry_after} if mishap.retry_after else {}
            fault = {"errors": [{"code": "BAD", "description": f"cannot take {body.decode()}"}]} if mishap.echo else {}
            return web.json_response(fault, status=mishap.status, headers=headers)
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response:
        assert self._session is not None
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self._session.request(
            request.method,
            self._vendors + request.raw_path,
            data=body,
            headers=headers,
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
