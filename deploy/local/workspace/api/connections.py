"""apps.connections.open: the ticket to a Socket Mode connection, good for one use and a short time."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.errors import SlackError
from deploy.local.workspace.store.connection import Json


class Tickets:
    """Tickets given out and not yet used."""

    def __init__(self, now: Callable[[], float], lifetime: float) -> None:
        self._now = now
        self._lifetime = lifetime
        self._open: dict[str, tuple[str, float]] = {}

    def method(self) -> Method:
        """The Web API method that gives tickets out."""
        return Method(self._issue, "connections:write", kind="app")

    def _issue(self, call: Call) -> Json:
        if call.app.mode != "socket":
            raise SlackError("socket_mode_not_enabled")
        ticket = secrets.token_urlsafe(24)
        self._open[ticket] = (call.app.id, self._now())
        address = call.context.base_url.replace("http://", "ws://", 1)
        return {"url": f"{address}/link?ticket={ticket}&app_id={call.app.id}"}

    def use(self, ticket: str) -> str | None:
        """The app a ticket stands for, once and in time."""
        app, issued = self._open.pop(ticket, ("", 0.0))
        return app if app and self._now() - issued <= self._lifetime else None
