"""What a delivery of Graph's notifications proves itself by, and whom it wakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.intake.polling.wakes import Wake
from services.intake.sources.entra.translation import (
    CHANGES,
    MISSED,
    REAUTHORISE,
    REMOVED,
    Notification,
    notifications,
)
from services.intake.translation import Untranslatable, decode_json

USERS, GROUPS, SUBSCRIPTIONS = "entra/users", "entra/groups", "entra/subscriptions"


def greeting(query: Mapping[str, str]) -> str | None:
    """Graph's test of an address: the token is to be echoed, decoded. No token, no test."""
    return query.get("validationToken") or None


def client_states(body: bytes) -> Sequence[str]:
    """The secret of each element, "" where one carries none."""
    return [each.client_state if isinstance(each.client_state, str) else "" for each in _elements(body)]


def wakes_for(feeds: Sequence[str]) -> Callable[[bytes], Sequence[Wake]]:
    """Whom a delivery wakes, of the feeds there are. Notifications that were lost ask for a whole reading."""

    def wakes(body: bytes) -> Sequence[Wake]:
        called: dict[str, bool] = {}
        for each in _elements(body):
            for wake in _called_by(each, feeds):
                called[wake.feed] = called.get(wake.feed, False) or wake.whole
        return [Wake(feed, whole) for feed, whole in called.items()]

    return wakes


def _called_by(told: Notification, feeds: Sequence[str]) -> Sequence[Wake]:
    if isinstance(told.lifecycle_event, str):
        missed = [Wake(feed, whole=True) for feed in feeds]
        keeper = [Wake(SUBSCRIPTIONS)]
        return {MISSED: missed, REMOVED: missed + keeper, REAUTHORISE: keeper}.get(told.lifecycle_event, [])
    if isinstance(told.change_type, str) and told.change_type in CHANGES:
        groups = str(told.resource).lstrip("/").lower().startswith("groups")
        feed = GROUPS if groups else USERS
        return [Wake(feed)] if feed in feeds else []
    return []


def _elements(body: bytes) -> Sequence[Notification]:
    try:
        return decode_json(notifications, body).value
    except Untranslatable:
        return []
