"""The door of the people's side: JSON requests that act as one person, and say what came of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from deploy.local.workspace.acts import pressing, speaking, submitting, visiting
from deploy.local.workspace.acts.result import Act
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError
from deploy.local.workspace.people import reading
from deploy.local.workspace.people.seat import Seat, body_of, seat_of
from deploy.local.workspace.posting import refresh
from deploy.local.workspace.store.connection import Json

Answer = Callable[[Seat, web.Request], Awaitable[Any]]


def _json(content: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), content_type="application/json", status=status)


async def frame(seat: Seat, request: web.Request) -> Json:
    """GET /client/frame."""
    return reading.frame(seat)


async def history(seat: Seat, request: web.Request) -> Json:
    """GET /client/conversations/{channel}/messages?before=&limit=&thread_ts=."""
    channel = request.match_info["channel"]
    if request.query.get("thread_ts"):
        return reading.thread(seat, channel, request.query["thread_ts"])
    limit = request.query.get("limit", "60")
    return reading.history(
        seat, channel, request.query.get("before", ""), min(int(limit), 200) if limit.isdigit() else 60
    )


async def say(seat: Seat, request: web.Request) -> Act:
    """POST /client/conversations/{channel}/messages {text, thread_ts, files: [id]}."""
    body = await body_of(request)
    conversation = seat.conversation(request.match_info["channel"])
    files = []
    for identity in body.get("files") or []:
        held = seat.context.store.files.get(str(identity))
        if held is None or held.owner != seat.user:
            raise RefusedError("That file is not yours.")
        seat.context.store.files.share(held.id, conversation["id"])
        files.append(held.body)
    return speaking.say(seat.context, seat.user, conversation, str(body.get("text", "")), body.get("thread_ts"), files)


async def mark_read(seat: Seat, request: web.Request) -> Json:
    """POST /client/conversations/{channel}/read {ts}."""
    body = await body_of(request)
    channel = seat.conversation(request.match_info["channel"])["id"]
    seat.context.store.people.mark_read(channel, seat.user, str(body.get("ts", "0")))
    return {}


async def open_direct(seat: Seat, request: web.Request) -> Json:
    """POST /client/direct {user}: the direct conversation with a person or an app."""
    body = await body_of(request)
    people = seat.context.store.people
    other = people.user(str(body.get("user", "")))
    if other is None:
        raise RefusedError("There is no such person.")
    found = people.direct(seat.user, other["id"], int(seat.context.now()))
    return reading.conversation(seat, found)


async def command(seat: Seat, request: web.Request) -> Act:
    """POST /client/commands {channel, line}."""
    body = await body_of(request)
    conversation = seat.conversation(str(body.get("channel", "")))
    return await speaking.run_command(seat.context, seat.user, conversation, str(body.get("line", "")))


async def act(seat: Seat, request: web.Request) -> Act:
    """POST /client/actions {channel, ts | view_id, block_id?, action_id, value?, values?}."""
    body = await body_of(request)
    given = (body.get("block_id"), str(body.get("action_id")), body.get("value"), body.get("values") or {})
    if body.get("view_id"):
        return await pressing.press_in_view(seat.context, seat.user, seat.view(body["view_id"]), *given)
    message = seat.message(str(body.get("channel")), str(body.get("ts")))
    return await pressing.press_in_message(seat.context, seat.user, message, *given)


async def submit(seat: Seat, request: web.Request) -> Act:
    """POST /client/views/{view}/submit {values}."""
    body = await body_of(request)
    held = seat.view(request.match_info["view"])
    return await submitting.submit(seat.context, seat.user, held, body.get("values") or {})


async def close(seat: Seat, request: web.Request) -> Act:
    """POST /client/views/{view}/close {everything?}."""
    body = await body_of(request)
    held = seat.view(request.match_info["view"])
    return await submitting.close(seat.context, seat.user, held, everything=bool(body.get("everything")))


async def home(seat: Seat, request: web.Request) -> Act:
    """POST /client/apps/{app}/open {tab: home | messages}."""
    body = await body_of(request)
    for app in seat.context.seed.apps:
        if request.match_info["app"] in (app.id, app.handle):
            return visiting.open_home(seat.context, app, seat.user, str(body.get("tab", "home")))
    raise RefusedError("That app is not installed.")


async def shortcut(seat: Seat, request: web.Request) -> Act:
    """POST /client/shortcuts {callback_id, channel?, ts?}."""
    body = await body_of(request)
    message = seat.message(str(body.get("channel")), str(body["ts"])) if body.get("ts") else None
    return await visiting.run_shortcut(seat.context, seat.user, str(body.get("callback_id")), message)


async def react(seat: Seat, request: web.Request) -> Json:
    """POST /client/reactions {channel, ts, name}: puts a reaction on, or takes it off again."""
    body = await body_of(request)
    stored = seat.message(str(body.get("channel")), str(body.get("ts")))
    held = {entry["name"]: list(entry["users"]) for entry in stored.body.get("reactions", [])}
    users = held.setdefault(str(body.get("name")), [])
    if seat.user in users:
        users.remove(seat.user)
    else:
        users.append(seat.user)
    reactions = [{"name": name, "users": names, "count": len(names)} for name, names in held.items() if names]
    refresh(seat.context, dataclasses.replace(stored, body={**stored.body, "reactions": reactions}))
    return {}


_ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/client/frame", frame),
    ("GET", "/client/conversations/{channel}/messages", history),
    ("POST", "/client/conversations/{channel}/messages", say),
    ("POST", "/client/conversations/{channel}/read", mark_read),
    ("POST", "/client/direct", open_direct),
    ("POST", "/client/commands", command),
    ("POST", "/client/actions", act),
    ("POST", "/client/views/{view}/submit", submit),
    ("POST", "/client/views/{view}/close", close),
    ("POST", "/client/apps/{app}/open", home),
    ("POST", "/client/shortcuts", shortcut),
    ("POST", "/client/reactions", react),
)


def routes(context: Context) -> list[web.RouteDef]:
    """The routes to add to a server."""

    def served(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                return _json(await answer(seat_of(context, request), request))
            except RefusedError as refusal:
                return _json(Act(outcome="refused", notice=str(refusal)), status=409)

        return serve

    return [web.route(verb, path, served(answer)) for verb, path, answer in _ROUTES]
