"""What every part of the running workspace needs, handed to it instead of being looked up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from deploy.local.workspace.delivery.events import Events
from deploy.local.workspace.delivery.outcome import Courier
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.live import Live
from deploy.local.workspace.pace import Pace
from deploy.local.workspace.seed import App, Seed
from deploy.local.workspace.store.store import Store
from deploy.local.workspace.triggers import Triggers


@dataclasses.dataclass(slots=True)
class Context:
    """The parts of one running workspace; `base_url` is known once it listens and ends without a slash."""

    seed: Seed
    limits: Limits
    store: Store
    live: Live
    events: Events
    couriers: Mapping[str, Courier]
    triggers: Triggers
    pace: Pace
    identities: Identities
    now: Callable[[], float]
    base_url: str = ""

    def app(self, app: str) -> App:
        """The app with an id. Raises KeyError when it is not installed."""
        for candidate in self.seed.apps:
            if candidate.id == app:
                return candidate
        raise KeyError(app)

    def app_of_user(self, user: str) -> App | None:
        """The app whose bot user this is, if it is one."""
        for candidate in self.seed.apps:
            if candidate.user_id == user:
                return candidate
        return None
