"""Events API: what happened, told to every app that subscribed, tried again on Slack's schedule when it is
not acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from deploy.local.workspace.delivery.outcome import Attempt, Courier, Json
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.seed import App, Team
from deploy.local.workspace.tasks import Tasks


class Events:
    """Sends events in the background; one task an event and app."""

    def __init__(
        self,
        team: Team,
        couriers: Mapping[str, Courier],
        retries: tuple[float, ...],
        now: Callable[[], float],
        tasks: Tasks,
    ) -> None:
        self._team = team
        self._couriers = couriers
        self._retries = retries
        self._now = now
        self._tasks = tasks

    def send(self, app: App, event: Json) -> None:
        """Tell an app about an event if it subscribed to its kind (the caller has checked membership)."""
        payload = {
            "token": "unused",
            "team_id": self._team.id,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": Identities.make("Ev"),
            "event_time": int(self._now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._team.id,
                    "user_id": app.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{Identities.make('', 20)}",
        }
        self._tasks.start(self._attempts(self._couriers[app.id], payload), f"event {event['type']}")

    async def _attempts(self, courier: Courier, payload: Json) -> None:
        outcome = await courier.deliver("events_api", payload)
        for number, delay in enumerate(self._retries, 1):
            if outcome.acknowledged or not outcome.retry:
                return
            await asyncio.sleep(delay)
            outcome = await courier.deliver("events_api", payload, Attempt(number, outcome.reason))
