"""Socket Mode: envelopes over the websockets an app has open, each to any one of them, acknowledged by id."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from deploy.local.workspace.delivery.outcome import FIRST, Attempt, Json, Kind, Outcome

_log = logging.getLogger(__name__)
MOST_CONNECTIONS = 10


class SocketCourier:
    """The open connections of one app and the envelopes that wait for their acknowledgement."""

    def __init__(self, app: str, acknowledge: float, heartbeat: float) -> None:
        self._app = app
        self._acknowledge = acknowledge
        self._heartbeat = heartbeat
        self._connections: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._turn = 0
        self._connected = asyncio.Event()

    @property
    def connections(self) -> int:
        """How many websockets the app has open."""
        return len(self._connections)

    async def connected(self) -> None:
        """Wait until the app has a connection that takes payloads."""
        await self._connected.wait()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Run one connection until either side closes it."""
        socket = web.WebSocketResponse(heartbeat=self._heartbeat)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._connections.append(socket)
        self._connected.set()
        try:
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._connections),
                    "connection_info": {"app_id": self._app},
                    "debug_info": {"host": "workspace", "approximate_connection_time": 18060},
                }
            )
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._received(message.data)
        finally:
            if socket in self._connections:
                self._connections.remove(socket)
            if not self._connections:
                self._connected.clear()
        return socket

    def _received(self, text: str) -> None:
        try:
            answer: Any = msgspec.json.decode(text)
        except msgspec.DecodeError:
            _log.warning("an app sent something that is not JSON over its socket")
            return
        waiting = self._waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting is not None and not waiting.done():
            payload = answer.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else None)

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt = FIRST) -> Outcome:
        """Send one envelope to one connection and wait for its acknowledgement."""
        if not self._connections:
            return Outcome("failed", reason="connection_failed")
        self._turn += 1
        socket = self._connections[self._turn % len(self._connections)]
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        waiting: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        try:
            async with asyncio.timeout(self._acknowledge):
                await socket.send_json(envelope)
                return Outcome("acknowledged", await waiting)
        except TimeoutError:
            return Outcome("timed_out", reason="timeout")
        except ConnectionError:
            return Outcome("failed", reason="connection_failed")
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def request_refresh(self) -> int:
        """Tell every connection to reconnect, as Slack does from time to time; how many were told.

        They take no more payloads from then on, but may still acknowledge what they have.
        """
        told, self._connections = self._connections, []
        self._connected.clear()
        for socket in told:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
        return len(told)

    async def stop(self) -> None:
        """Close every connection."""
        for socket in list(self._connections):
            await socket.close()
