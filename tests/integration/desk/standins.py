"""Service desks over real HTTP, as strict as the real ones where it matters, with a script of mishaps.

What they hold is looked at as `StoodTicket`, whichever desk it is, so that one suite runs on both.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

from schemas.events.desk import TicketState

USER, PASSWORD = "quartermaster", "hush"
AMARA, AMARA_ID = "amara.osei@metropolitan.example", "9501f9d6adc6b3fe551d96ec9687fe3c"
BEGINS = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)


class StoodTicket(NamedTuple):
    """A ticket as the desk's people see it."""

    record: str
    key: str
    title: str
    description: str
    person: str
    state: TicketState
    notes: list[str]


class Mishap(NamedTuple):
    """What happens to one call. `done` says whether the desk does what was asked all the same."""

    status: int | None = None
    retry_after: str | None = None
    done: bool = False
    hangs: bool = False


DROPPED_AFTER = Mishap(done=True)
DROPPED_BEFORE = Mishap()
HANGS_AFTER = Mishap(done=True, hangs=True)
Handler = Callable[[web.Request], Awaitable[web.Response]]


class DeskStandIn:
    """Serves on a free port until stopped; a stopped one can be started again where it was, with what it holds."""

    def __init__(self) -> None:
        self.mishaps: dict[str, deque[Mishap]] = {
            "find": deque(),
            "create": deque(),
            "read": deque(),
            "update": deque(),
        }
        self.calls: list[str] = []
        self.password = PASSWORD
        self.down: Mishap | None = None
        self._moments = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        application = web.Application(middlewares=[self._guard])
        self.route(application)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self._released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def moment(self) -> datetime:
        """The desk's own clock: a second on at every change."""
        return BEGINS + timedelta(seconds=next(self._moments))

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Authorization") != aiohttp.encode_basic_auth(USER, self.password, encoding="utf-8"):
            self.calls.append("unauthorised")
            return self.refusal(401, "User Not Authenticated")
        if request.headers.get("Accept") != "application/json":
            return self.refusal(406, "Accept")
        if request.method in ("POST", "PATCH") and request.content_type != "application/json":
            return self.refusal(415, "Unsupported media type")
        return await handler(request)

    async def meet(self, operation: str, request: web.Request, do: Callable[[], web.Response]) -> web.Response:
        """Do what was asked, unless the next mishap of this operation says otherwise."""
        self.calls.append(operation)
        planned = self.mishaps[operation].popleft() if self.mishaps[operation] else self.down
        if planned is None:
            return do()
        if planned.done:
            do()
        if planned.hangs:
            await self._released.wait()
        if planned.status is not None:
            answer = self.refusal(planned.status, "planned")
            if planned.retry_after is not None:
                answer.headers["Retry-After"] = planned.retry_after
            return answer
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    def refusal(self, status: int, words: str) -> web.Response:
        raise NotImplementedError

    def route(self, application: web.Application) -> None:
        raise NotImplementedError

    def tickets(self) -> list[StoodTicket]:
        raise NotImplementedError

    def agent_sets(self, record: str, state: TicketState) -> None:
        """The desk's people move a ticket."""
        raise NotImplementedError


async def json_object(request: web.Request) -> dict[str, Any] | None:
    """The body, if it is a JSON object."""
    try:
        body = await request.json()
    except json.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None
