"""Trigger ids: what lets an app open a modal for a person, once and only moments after that person did
something."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from deploy.local.workspace.errors import SlackError
from deploy.local.workspace.identities import Identities


@dataclasses.dataclass(slots=True)
class Trigger:
    """What a person did, as far as opening views goes; `issued` in seconds since the epoch."""

    app: str
    user: str
    issued: float
    used: bool = False


class Triggers:
    """Gives out and takes back trigger ids. They live for seconds, so they are kept in memory only."""

    _remembered = 600.0

    def __init__(self, now: Callable[[], float], lifetime: float) -> None:
        self._now = now
        self._lifetime = lifetime
        self._known: dict[str, Trigger] = {}

    def issue(self, app: str, user: str) -> str:
        """A new trigger id for an app and a person."""
        now = self._now()
        self._known = {key: kept for key, kept in self._known.items() if now - kept.issued < self._remembered}
        trigger = f"{int(now * 1000)}.{Identities.make('', 12)}.{Identities.make('', 24).lower()}"
        self._known[trigger] = Trigger(app, user, now)
        return trigger

    def exchange(self, trigger: str, app: str) -> str:
        """Use a trigger id up; the person it belongs to.

        Raises SlackError: invalid_trigger_id, expired_trigger_id or exchanged_trigger_id.
        """
        known = self._known.get(trigger)
        if known is None or known.app != app:
            raise SlackError("invalid_trigger_id")
        if known.used:
            raise SlackError("exchanged_trigger_id")
        if self._now() - known.issued > self._lifetime:
            raise SlackError("expired_trigger_id")
        known.used = True
        return known.user
