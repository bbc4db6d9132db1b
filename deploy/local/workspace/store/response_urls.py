"""Response URLs: where each leads, until when, and how often it may still be used."""

from __future__ import annotations

import dataclasses

from deploy.local.workspace.store.connection import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class ResponseUrl:
    """A response URL; `expires` is in seconds since the epoch, `message_ts` the message it may replace."""

    id: str
    app: str
    user: str
    conversation: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses: int


class ResponseUrls:
    """Reads and writes of response URLs."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, url: ResponseUrl) -> None:
        """Keep a new one."""
        self._db.run("INSERT INTO response_urls VALUES (?, ?, ?, ?, ?, ?, ?, ?)", dataclasses.astuple(url))

    def get(self, url: str) -> ResponseUrl | None:
        """One by id."""
        row = self._db.row("SELECT * FROM response_urls WHERE id = ?", (url,))
        return ResponseUrl(*row) if row else None

    def use(self, url: str) -> None:
        """Count one use."""
        self._db.run("UPDATE response_urls SET uses = uses - 1 WHERE id = ?", (url,))
