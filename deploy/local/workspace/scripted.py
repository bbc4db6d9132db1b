"""One scripted person: acts through the people's side of the workspace and waits for what comes of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import msgspec

from deploy.local.workspace.acts.result import Act
from deploy.local.workspace.blocks.surfaces import elements_of

Json = dict[str, Any]
Predicate = Callable[[Json], bool]


class WaitedTooLongError(Exception):
    """What was waited for did not happen in time; the text says what did."""


class ScriptedPerson:
    """One person acting. Every act returns an `Act`, which says what the page would show of it."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, email: str) -> None:
        self._session = session
        self._base_url = base_url
        self._headers = {"X-Act-As": email}
        self._email = email
        self._listener: asyncio.Task[None] | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._changed = asyncio.Condition()
        self._ids: dict[str, str] = {}
        self.user_id = ""
        self.updates: list[Json] = []
        self.views: list[Json] = []
        self.homes: dict[str, Json] = {}

    async def arrive(self) -> None:
        """Read who and what is there and begin to listen."""
        self._socket = await self._session.ws_connect(f"{self._base_url}/client/live?as={self._email}")
        await self._socket.receive()
        frame = await self._ask("GET", "/client/frame")
        self.user_id = frame["me"]
        self.views = frame["views"]
        self._know(frame)
        self._listener = asyncio.create_task(self._listen(self._socket))

    def _know(self, frame: Json) -> None:
        users = {user["id"]: user for user in frame["users"]}
        for entry in frame["conversations"]:
            if entry["kind"] == "im":
                other = users.get(entry["user"], {})
                for name in (entry["user"], other.get("name"), other.get("profile", {}).get("email")):
                    if name:
                        self._ids[f"@{name}"] = entry["id"]
            else:
                self._ids[entry["name"]] = entry["id"]

    async def leave(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            await self._socket.close()
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            async with self._changed:
                self._take(msgspec.json.decode(message.data))
                self._changed.notify_all()

    def _take(self, update: Json) -> None:
        self.updates.append(update)
        kind = update["type"]
        if kind == "view_opened":
            self.views = [update["view"]]
        elif kind == "view_pushed":
            self.views.append(update["view"])
        elif kind == "view_updated":
            self.views = [update["view"] if view["id"] == update["view"]["id"] else view for view in self.views]
        elif kind == "view_closed":
            self.views = [view for view in self.views if view["id"] != update["view_id"]]
        elif kind == "home_published":
            self.homes[update["app"]] = update["view"]

    async def _ask(self, verb: str, path: str, body: Json | None = None) -> Any:
        address = f"{self._base_url}{path}"
        async with self._session.request(verb, address, json=body, headers=self._headers) as answer:
            if answer.status not in (200, 409):
                raise RuntimeError(f"{verb} {path}: {answer.status} {await answer.text()}")
            return msgspec.json.decode(await answer.read())

    async def _act(self, path: str, body: Json) -> Act:
        return msgspec.convert(await self._ask("POST", path, body), Act)

    def channel(self, name: str) -> str:
        """The id of a channel by name (`general`), or of the direct conversation with `@handle` or
        `@e-mail`."""
        return self._ids.get(name.removeprefix("#"), name)

    async def slash(self, line: str, *, channel: str = "general") -> Act:
        """Run a slash command, text and all."""
        return await self._act("/client/commands", {"channel": self.channel(channel), "line": line})

    async def say(
        self,
        text: str,
        *,
        channel: str = "general",
        thread_ts: str | None = None,
        files: tuple[str, ...] = (),
    ) -> Act:
        """Write a message; `@name` becomes a mention."""
        path = f"/client/conversations/{self.channel(channel)}/messages"
        return await self._act(path, {"text": text, "thread_ts": thread_ts, "files": list(files)})

    async def history(self, channel: str = "general", limit: int = 100) -> list[Json]:
        """The latest messages this person sees, oldest first."""
        path = f"/client/conversations/{self.channel(channel)}/messages?limit={limit}"
        messages: list[Json] = (await self._ask("GET", path))["messages"]
        return messages

    async def thread(self, channel: str, ts: str) -> list[Json]:
        """A thread, oldest first."""
        path = f"/client/conversations/{self.channel(channel)}/messages?thread_ts={ts}"
        messages: list[Json] = (await self._ask("GET", path))["messages"]
        return messages

    async def press(
        self,
        where: Json,
        action_id: str,
        value: Any = None,
        *,
        channel: str | None = None,
        block_id: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Act:
        """Use a button, menu or picker of a message (give its `channel` unless it came live) or of a view.

        `value` is what was chosen; `values` what other fields hold, by action id.
        """
        body: Json = {"action_id": action_id, "value": value, "block_id": block_id}
        body["values"] = _placed(where.get("blocks", []), values or {})
        if where.get("type") in ("modal", "home"):
            body["view_id"] = where["id"]
        else:
            body |= {"channel": self.channel(channel) if channel else where.get("channel"), "ts": where["ts"]}
        return await self._act("/client/actions", body)

    async def submit_view(self, view: Json, values: Mapping[str, Any] | None = None) -> Act:
        """Submit a modal with what its fields hold, by action id (or block id, where that is handier)."""
        body = {"values": _placed(view["blocks"], values or {})}
        return await self._act(f"/client/views/{view['id']}/submit", body)

    async def close_view(self, view: Json, *, everything: bool = False) -> Act:
        """Close a modal, or with it all modals below."""
        return await self._act(f"/client/views/{view['id']}/close", {"everything": everything})

    async def open_home(self, app: str, *, within: float = 10.0) -> Json:
        """Open an app's home tab (by handle) and wait for the app to publish it anew."""
        seen = len(self.updates)
        await self._act(f"/client/apps/{app}/open", {"tab": "home"})
        update = await self._wait(lambda update: update["type"] == "home_published", seen, within, "a home tab")
        view: Json = update["view"]
        return view

    async def shortcut(self, callback_id: str, message: Json | None = None) -> Act:
        """Run a shortcut, on a message if it is a message shortcut."""
        body: Json = {"callback_id": callback_id}
        if message:
            body |= {"channel": message["channel"], "ts": message["ts"]}
        return await self._act("/client/shortcuts", body)

    async def upload(self, name: str, content: bytes) -> str:
        """Upload a file for use in a message or a file field; its id."""
        address = f"{self._base_url}/client/files"
        async with self._session.post(
            address, params={"name": name}, data=io.BytesIO(content), headers=self._headers
        ) as answer:
            answer.raise_for_status()
            identity: str = (await answer.json())["id"]
            return identity

    async def download(self, file: Json) -> bytes:
        """The bytes of a file in a message."""
        async with self._session.get(file["url_private"], headers=self._headers) as answer:
            answer.raise_for_status()
            return await answer.read()

    async def wait_for_message(
        self,
        predicate: Predicate = lambda message: True,
        within: float = 10.0,
        *,
        after: int = 0,
    ) -> Json:
        """The first message, new or changed, that this person saw and the predicate accepts, with its
        `channel`.

        `after` skips that many of `updates`: pass `len(person.updates)` taken before an act to see only what
        follows. Raises WaitedTooLongError.
        """

        def wanted(update: Json) -> bool:
            return update["type"] in ("message", "message_changed") and predicate(update["message"])

        update = await self._wait(wanted, after, within, "a message")
        return {**update["message"], "channel": update["channel"]}

    async def wait_for_view(self, predicate: Predicate = lambda view: True, within: float = 10.0) -> Json:
        """The modal on top, once there is one that the predicate accepts. Raises WaitedTooLongError."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: bool(self.views) and predicate(self.views[-1]))
                return self.views[-1]
        except TimeoutError:
            raise WaitedTooLongError(f"no such modal within {within} s; on screen: {self.views}") from None

    async def wait_for_no_view(self, within: float = 10.0) -> None:
        """Wait until no modal is on screen. Raises WaitedTooLongError."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: not self.views)
        except TimeoutError:
            raise WaitedTooLongError(f"still on screen after {within} s: {self.views}") from None

    async def _wait(self, wanted: Predicate, after: int, seconds: float, what: str) -> Json:
        def found() -> Json | None:
            return next((update for update in self.updates[after:] if wanted(update)), None)

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: found() is not None)
        except TimeoutError:
            seen = [update.get("message", update) for update in self.updates[after:]]
            raise WaitedTooLongError(f"{what} did not come within {seconds} s; seen: {seen}") from None
        update = found()
        assert update is not None
        return update


def _placed(blocks: list[Json], values: Mapping[str, Any]) -> Json:
    """Values by action or block id as the server takes them: block id, then action id. Raises KeyError for
    others."""
    placed: Json = {}
    used = set()
    for block in blocks:
        for element in elements_of(block):
            for name in (element["action_id"], block["block_id"]):
                if name in values:
                    placed.setdefault(block["block_id"], {})[element["action_id"]] = values[name]
                    used.add(name)
                    break
    unknown = set(values) - used
    if unknown:
        raise KeyError(f"no field named {', '.join(sorted(unknown))}")
    return placed
