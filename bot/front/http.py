"""HTTP: Slack calls our port. Bolt checks every signature before anything of ours runs."""

from __future__ import annotations

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp

PATH = "/slack/events"
MOST_BYTES = 1024 * 1024


class HttpFront:
    """Listens at `/slack/events`."""

    def __init__(self, app: AsyncApp, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self.port = port

    async def start(self) -> None:
        """Bind. Raises OSError if the port is taken."""
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_post(PATH, self._receive)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._wanted_port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; requests under way are answered."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def ready(self) -> bool:
        """True while listening."""
        return self._runner is not None

    async def _receive(self, request: web.Request) -> web.Response:
        answer = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)
