"""The door of the Web API: reads bodies, checks tokens and scopes, calls the method, answers as Slack
does."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from aiohttp import web

from deploy.local.workspace.api import chat, conversations, files, reactions, users, views
from deploy.local.workspace.api.call import Arguments, Call, Method
from deploy.local.workspace.api.connections import Tickets
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RateLimitedError, SlackError, missing_scope
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.people import Token

_ANY_TOKEN = ("auth.test",)


async def read_arguments(request: web.Request) -> Json:
    """The arguments of a request: query, then body over it. Raises SlackError invalid_json or
    invalid_form_data."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.read()
        if raw.strip():
            try:
                body = msgspec.json.decode(raw)
            except msgspec.DecodeError:
                raise SlackError("invalid_json") from None
            if not isinstance(body, dict):
                raise SlackError("json_not_object")
            given |= body
    elif request.can_read_body:
        if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return given
        given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return given


def _token(request: web.Request, given: Json) -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return str(given.get("token") or "")


class WebApi:
    """Serves `/api/<method>`."""

    def __init__(self, context: Context, tickets: Tickets) -> None:
        self._context = context
        self._methods: Mapping[str, Method] = {
            **chat.METHODS,
            **conversations.METHODS,
            **users.METHODS,
            **views.METHODS,
            **reactions.METHODS,
            **files.METHODS,
            "apps.connections.open": tickets.method(),
        }

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to a server."""
        return [
            web.post("/api/{method}", self._serve),
            web.get("/api/{method}", self._serve),
            web.post("/upload/v1/{file}", self._upload),
        ]

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            given = await read_arguments(request)
            token, answer = self._called(request.match_info["method"], _token(request, given), given)
        except RateLimitedError as refusal:
            headers = {"Retry-After": str(refusal.retry_after)}
            return web.json_response(refusal.body(), status=429, headers=headers)
        except SlackError as refusal:
            return web.json_response(refusal.body())
        return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": ",".join(token.scopes)})

    def _called(self, name: str, secret: str, given: Json) -> tuple[Token, Json]:
        method = self._methods.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if not secret:
            raise SlackError("not_authed")
        token = self._context.store.people.token(secret)
        if token is None:
            raise SlackError("invalid_auth")
        if token.kind != method.kind and name not in _ANY_TOKEN:
            raise SlackError("not_allowed_token_type")
        if method.scope and method.scope not in token.scopes:
            raise missing_scope(method.scope, token.scopes)
        call = Call(self._context, self._context.app(token.app), token, Arguments(given))
        return token, method.run(call)

    async def _upload(self, request: web.Request) -> web.Response:
        held = self._context.store.files.get(request.match_info["file"])
        if held is None or held.state != "announced":
            return web.Response(status=404, text="no such upload")
        content = await _uploaded_bytes(request)
        if len(content) != held.length:
            return web.Response(status=400, text=f"expected {held.length} bytes, got {len(content)}")
        self._context.store.files.receive(held.id, content)
        return web.Response(text=f"OK - {len(content)}")


async def _uploaded_bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
