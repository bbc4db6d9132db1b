"""Deliveries as they are remembered: by their own id, once, whatever Slack repeats.

What is acknowledged before its listener did anything (events, commands, presses) nobody would bring again after a
crash: its body is kept until it is dealt with, and taken up again. What comes from a modal is not kept. A form sent in
is acknowledged with what came of it; one that a crash cut off still stands on the screen, and is sent again. Only one
that takes longer than Slack waits is kept from the moment on at which the person is told so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.database.pool import Pool
from services.database.statements import load_statements

SQL = load_statements(__file__, "store.sql")
MOST_ATTEMPTS = 5
KEEP = timedelta(days=3)

Body = Mapping[str, Any]


def delivery_key(body: Body) -> tuple[str, str] | None:
    """Kind and key of a delivery, the same for each repeat of it; None for what has no id (ssl checks and the like).

    A form sent again after its errors were shown is a new delivery of the same view, so the trigger tells them apart.
    """
    if body.get("type") == "event_callback" and body.get("event_id"):
        return "event", f"event/{body['event_id']}"
    if body.get("command"):
        return "command", f"command/{body.get('trigger_id', '')}"
    if body.get("actions"):
        action, where = body["actions"][0], body.get("container") or {}
        place = where.get("message_ts") or where.get("view_id") or ""
        parts = (place, body["user"]["id"], action.get("action_id", ""), action.get("action_ts", ""))
        return "interaction", f"action/{'/'.join(parts)}"
    if body.get("view"):
        view = body["view"]
        moment = body.get("trigger_id") or view.get("hash", "")
        return "interaction", f"view/{view['id']}/{body.get('type')}/{moment}"
    if body.get("callback_id"):
        return "interaction", f"shortcut/{body['callback_id']}/{body.get('trigger_id', '')}"
    return None


class Received:
    """The table of deliveries."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def accept(self, kind: str, key: str, body: Body) -> bool:
        """True the first time this delivery comes, and for a repeat of one that nobody finished and nobody keeps.

        Such a repeat may come while the first is still at work; a form's own key makes both one act.
        """
        from_modal = (body.get("view") or {}).get("type") == "modal"
        kept = None if from_modal else dict(body)
        return await self._pool.fetchval(SQL["accept_delivery"], key, kind, kept) is not None

    async def keep(self, key: str, body: Body) -> None:
        """Keep a form that was accepted: from now on it is taken up again until it is dealt with."""
        await self._pool.execute(SQL["keep_delivery"], key, dict(body))

    async def hold(self, keys: Sequence[str]) -> None:
        """These are still at work; nobody takes them up yet."""
        if keys:
            await self._pool.execute(SQL["hold_deliveries"], keys)

    async def finish(self, key: str) -> None:
        """It was dealt with; its body is forgotten."""
        await self._pool.execute(SQL["finish_delivery"], key)

    async def take_unfinished(
        self, older_than: timedelta, at_work: Sequence[str] = ()
    ) -> list[tuple[str, dict[str, Any]]]:
        """Deliveries kept, unfinished and held by nobody for so long, but for those that the taker is at work on.

        Each is handed to one taker at a time, and at most a few times.
        """
        rows = await self._pool.fetch(SQL["take_unfinished"], older_than, MOST_ATTEMPTS, at_work)
        return [(row["key"], row["body"]) for row in rows]

    async def prune(self) -> None:
        """Forget what Slack can no longer repeat; nothing that is to be taken up yet, however long nobody was there."""
        await self._pool.execute(SQL["prune_received"], KEEP, MOST_ATTEMPTS)
        await self._pool.execute(SQL["prune_answers"], KEEP)
