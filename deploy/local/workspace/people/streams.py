"""What is not JSON on the people's side: the live websocket, and files coming and going."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from aiohttp import WSMsgType, web

from deploy.local.workspace.context import Context
from deploy.local.workspace.people.seat import seat_of
from deploy.local.workspace.uploads import announced

_SIGN_IN = """<!doctype html><html lang="en"><title>Sign in</title>
<p>Say whom you act as, or send a bot token that has the scope <code>files:read</code>.</p></html>"""
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Streams:
    """Serves the live updates and the files."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sockets: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to a server."""
        return [
            web.get("/client/first", self._first),
            web.get("/client/live", self._live),
            web.post("/client/files", self._receive),
            web.get("/files/{file}/{name}", self._send),
            web.get("/signin", self._sign_in),
        ]

    async def _first(self, request: web.Request) -> web.Response:
        """Whom a page acts as before anybody has chosen."""
        return web.json_response({"user": self._context.seed.users[0].id})

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        seat = seat_of(self._context, request)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self._sockets.add(socket)
        with self._context.live.page(seat.user) as updates:
            writer = asyncio.ensure_future(self._write(socket, updates))
            try:
                async for message in socket:
                    if message.type is WSMsgType.ERROR:
                        break
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
                self._sockets.discard(socket)
        return socket

    @staticmethod
    async def _write(socket: web.WebSocketResponse, updates: asyncio.Queue[dict[str, object]]) -> None:
        await socket.send_json({"type": "ready"})
        while True:
            await socket.send_json(await updates.get())

    async def _receive(self, request: web.Request) -> web.Response:
        """A person's upload: the bytes as the body, the name in the query."""
        seat = seat_of(self._context, request)
        content = await request.read()
        name = request.query.get("name", "file")[:200]
        if not content:
            raise web.HTTPBadRequest(text="the file is empty")
        body = announced(self._context, seat.user, name, len(content))
        self._context.store.files.receive(body["id"], content)
        self._context.store.files.complete(body["id"], body)
        return web.json_response(body)

    async def _send(self, request: web.Request) -> web.Response:
        """A file, for a person who may see it or an app with `files:read`.

        To anybody else Slack does not say no: it leads to its page for signing in, which a careless program then keeps
        as the file.
        """
        files = self._context.store.files
        held = files.get(request.match_info["file"])
        reader = self._reader(request)
        if reader is None:
            raise web.HTTPFound(f"/signin?redir={quote(request.path, safe='')}")
        if held is None or not files.visible_to(held.id, reader):
            raise web.HTTPNotFound(text="there is no such file here")
        kind = held.body["mimetype"]
        inline = kind in _INLINE and "download" not in request.query
        shown = "inline" if inline else "attachment"
        headers = {
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(held.body['name'])}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        }
        return web.Response(body=files.content(held.id), content_type=kind, headers=headers)

    def _reader(self, request: web.Request) -> str | None:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not secret:
            try:
                return seat_of(self._context, request).user
            except web.HTTPUnauthorized:
                return None
        token = self._context.store.people.token(secret)
        if token is None or token.kind != "bot" or "files:read" not in token.scopes:
            return None
        return self._context.app(token.app).user_id

    async def _sign_in(self, request: web.Request) -> web.Response:
        """Where those are led who may not fetch a file: a page, with status 200, as Slack answers."""
        return web.Response(text=_SIGN_IN, content_type="text/html")

    async def stop(self) -> None:
        """Close every page's websocket."""
        for socket in list(self._sockets):
            await socket.close()
