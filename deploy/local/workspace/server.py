"""One running workspace: puts the parts together, listens on the loopback address, stops in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import web

from deploy.local.workspace.api.connections import Tickets
from deploy.local.workspace.api.routes import WebApi
from deploy.local.workspace.context import Context
from deploy.local.workspace.delivery.events import Events
from deploy.local.workspace.delivery.outcome import Courier
from deploy.local.workspace.delivery.signed_http import HttpCourier
from deploy.local.workspace.delivery.socket_mode import SocketCourier
from deploy.local.workspace.errors import SlackError
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.live import Live
from deploy.local.workspace.pace import Pace
from deploy.local.workspace.people.routes import routes as people_routes
from deploy.local.workspace.people.streams import Streams
from deploy.local.workspace.responses import use_response_url
from deploy.local.workspace.seed import App, Seed
from deploy.local.workspace.store.store import Store
from deploy.local.workspace.tasks import Tasks
from deploy.local.workspace.triggers import Triggers

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
_POLICY = (
    "default-src 'self'; img-src 'self' data: http: https:; style-src 'self' 'unsafe-inline';"
    " connect-src 'self' ws://127.0.0.1:* ws://localhost:*; base-uri 'none'; frame-ancestors 'none'"
)
_LOOPBACK = ("127.0.0.1", "localhost")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests another site's page sends here: by the name they were sent to, and by where they come
    from."""
    origin = request.headers.get("Origin", "")
    if request.host.rpartition(":")[0] not in _LOOPBACK or (origin and origin != f"http://{request.host}"):
        raise web.HTTPForbidden(text="this workspace is for this machine only")
    return await handler(request)


class Workspace:
    """A workspace that listens. Use `Workspace.start`."""

    def __init__(self, seed: Seed, database: str, limits: Limits, now: Callable[[], float]) -> None:
        self.seed = seed
        self._tasks = Tasks()
        store = Store(database, seed, int(now()))
        couriers = {app.id: _courier(app, limits, now) for app in seed.apps}
        self.context = Context(
            seed=seed,
            limits=limits,
            store=store,
            live=Live(),
            events=Events(seed.team, couriers, limits.event_retries, now, self._tasks),
            couriers=couriers,
            triggers=Triggers(now, limits.trigger),
            pace=Pace(now, limits.message_rate, limits.message_burst),
            identities=Identities(now, store.messages.latest_ts()),
            now=now,
        )
        self._tickets = Tickets(now, limits.socket_ticket)
        self._streams = Streams(self.context)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The page's address, and the base of everything else."""
        return self.context.base_url

    @property
    def api_url(self) -> str:
        """What a Slack client takes as its base URL."""
        return f"{self.context.base_url}/api/"

    def connections(self, handle: str) -> int:
        """How many Socket Mode connections an app has open."""
        courier = self.context.couriers[self.seed.app(handle).id]
        return courier.connections if isinstance(courier, SocketCourier) else 0

    async def app_connected(self, handle: str, within: float = 10.0) -> None:
        """Wait until an app is connected over Socket Mode. Raises TimeoutError; KeyError for no such app."""
        courier = self.context.couriers[self.seed.app(handle).id]
        if isinstance(courier, SocketCourier):
            async with asyncio.timeout(within):
                await courier.connected()

    async def request_refresh(self) -> int:
        """Tell every Socket Mode connection to reconnect; how many were told."""
        couriers = [courier for courier in self.context.couriers.values() if isinstance(courier, SocketCourier)]
        return sum([await courier.request_refresh() for courier in couriers])

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        seed: Seed,
        *,
        port: int = 0,
        database: str = ":memory:",
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
    ) -> AsyncIterator[Workspace]:
        """Listen on the loopback address until the block ends; port 0 takes a free one."""
        workspace = cls(seed, database, limits or Limits(), now)
        try:
            await workspace._listen(port)
            yield workspace
        finally:
            await workspace._stop()

    async def _listen(self, port: int) -> None:
        application = web.Application(middlewares=[only_from_here], client_max_size=64 * 1024 * 1024)
        application.add_routes(WebApi(self.context, self._tickets).routes())
        application.add_routes(people_routes(self.context))
        application.add_routes(self._streams.routes())
        application.add_routes(
            [
                web.get("/link", self._link),
                web.post("/hooks/{hook}", self._hook),
                web.post("/control/refresh", self._control_refresh),
                web.get("/health", self._health),
                web.get("/", self._page),
            ]
        )
        application.router.add_static("/page", PAGE)
        application.on_response_prepare.append(_guarded)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        self.context.base_url = f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._tasks.stop()
        await self._streams.stop()
        for courier in self.context.couriers.values():
            await courier.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        self.context.store.close()

    async def _link(self, request: web.Request) -> web.StreamResponse:
        app = self._tickets.use(request.query.get("ticket", ""))
        courier = self.context.couriers.get(app or "")
        if not isinstance(courier, SocketCourier):
            return web.Response(status=403, text="that ticket is used, too old or unknown")
        return await courier.serve(request)

    async def _hook(self, request: web.Request) -> web.Response:
        url = self.context.store.response_urls.get(request.match_info["hook"])
        try:
            payload = msgspec.json.decode(await request.read(), type=dict)
            if url is None:
                return web.Response(status=404, text="no_service")
            use_response_url(self.context, url, payload)
        except msgspec.DecodeError:
            return web.Response(status=400, text="invalid_payload")
        except SlackError as refusal:
            status = 404 if refusal.code in ("expired_url", "used_url") else 400
            return web.json_response(refusal.body(), status=status)
        return web.Response(text="ok")

    async def _control_refresh(self, request: web.Request) -> web.Response:
        return web.json_response({"told": await self.request_refresh()})

    async def _health(self, request: web.Request) -> web.Response:
        connections = {app.handle: self.connections(app.handle) for app in self.seed.apps}
        return web.json_response({"ok": True, "connections": connections})

    async def _page(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")


async def _guarded(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.path.startswith(("/page", "/client")) or request.path == "/":
        response.headers["Cache-Control"] = "no-cache"


def _courier(app: App, limits: Limits, now: Callable[[], float]) -> Courier:
    if app.mode == "http":
        return HttpCourier(app.request_url, app.signing_secret, limits.acknowledge, now)
    return SocketCourier(app.id, limits.acknowledge, limits.socket_heartbeat)
