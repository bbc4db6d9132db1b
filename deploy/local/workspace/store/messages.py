"""Messages: kept under conversation and timestamp, ephemeral ones with the only person who may see them."""

from __future__ import annotations

import dataclasses
import sqlite3

from deploy.local.workspace.store.connection import Connection, Json, dumps, loads


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """A message as kept; `visible_to` is the one viewer of an ephemeral message."""

    conversation: str
    ts: str
    author: str
    body: Json
    visible_to: str | None = None
    thread_ts: str | None = None
    metadata: Json | None = None

    def public(self, *, metadata: bool = False) -> Json:
        """The message as the Web API returns it."""
        return {**self.body, **({"metadata": self.metadata} if metadata and self.metadata else {})}


class Messages:
    """Reads and writes of messages."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def latest_ts(self) -> str:
        """The greatest timestamp given out, so that none is given twice."""
        row = self._db.row("SELECT max(ts) AS ts FROM messages")
        return str(row["ts"]) if row and row["ts"] else "0.000000"

    def put(self, message: Stored) -> None:
        """Keep a message, in place of one with its timestamp."""
        self._db.run(
            "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                message.conversation,
                message.ts,
                message.thread_ts,
                message.visible_to,
                message.author,
                dumps(message.body),
                dumps(message.metadata) if message.metadata else None,
            ),
        )

    def remove(self, conversation: str, ts: str) -> None:
        """Forget a message."""
        self._db.run("DELETE FROM messages WHERE conversation = ? AND ts = ?", (conversation, ts))

    def get(self, conversation: str, ts: str) -> Stored | None:
        """A message, ephemeral or not."""
        row = self._db.row("SELECT * FROM messages WHERE conversation = ? AND ts = ?", (conversation, ts))
        return _stored(row) if row else None

    def page(
        self,
        conversation: str,
        *,
        viewer: str | None,
        oldest: str = "",
        latest: str = "~",
        inclusive: bool = False,
        limit: int = 100,
    ) -> list[Stored]:
        """The newest messages outside threads between two timestamps, newest first.

        `viewer` also sees the ephemeral messages meant for them; None sees none of those.
        """
        low, high = (">=", "<=") if inclusive else (">", "<")
        rows = self._db.rows(
            "SELECT * FROM messages WHERE conversation = ?"  # noqa: S608 - the two operators are ours
            f" AND ts {low} ? AND ts {high} ?"
            " AND (thread_ts IS NULL OR thread_ts = ts OR visible_to IS NOT NULL)"
            " AND (visible_to IS NULL OR visible_to = ?) ORDER BY ts DESC LIMIT ?",
            (conversation, oldest, latest, viewer, limit),
        )
        return [_stored(row) for row in rows]

    def thread(self, conversation: str, ts: str, viewer: str | None = None) -> list[Stored]:
        """A thread's first message and its replies, oldest first."""
        rows = self._db.rows(
            "SELECT * FROM messages WHERE conversation = ?1 AND (ts = ?2 OR thread_ts = ?2)"
            " AND (visible_to IS NULL OR visible_to = ?3) ORDER BY ts",
            (conversation, ts, viewer),
        )
        return [_stored(row) for row in rows]

    def unread(self, conversation: str, user: str, after: str) -> int:
        """How many messages by others a member has not read."""
        row = self._db.row(
            "SELECT count(*) AS n FROM messages WHERE conversation = ?1 AND ts > ?3 AND author <> ?2"
            " AND (visible_to IS NULL OR visible_to = ?2)",
            (conversation, user, after),
        )
        return int(row["n"]) if row else 0


def _stored(row: sqlite3.Row) -> Stored:
    metadata = row["metadata"]
    return Stored(
        conversation=row["conversation"],
        ts=row["ts"],
        author=row["author"],
        body=loads(row["body"]),
        visible_to=row["visible_to"],
        thread_ts=row["thread_ts"],
        metadata=loads(metadata) if metadata else None,
    )
