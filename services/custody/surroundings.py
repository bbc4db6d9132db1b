"""What other services know that bars a step: asked once for many records."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.custody.disposal import disposal_policy
from services.custody.rules.guards import Facts
from services.custody.rules.record import Record
from services.database.pool import Connection
from services.machines import Actor
from services.register.queries import custody_facts
from services.requests.queries import unchecked_devices

_ACTORS = {Role.PLANNER: Actor.PLANNER, Role.FINANCE: Actor.FINANCE, Role.DIRECTOR: Actor.DIRECTOR}


class Surroundings(msgspec.Struct, frozen=True):
    """By device id: whose user's settings are still to be checked, and which ones a device management knows."""

    unchecked: frozenset[UUID] = frozenset()
    managed: frozenset[UUID] = frozenset()

    def facts(
        self,
        record: Record,
        *,
        certificate_at_hand: bool = True,
        route_approved: bool = True,
        weee_note_at_hand: bool = True,
    ) -> Facts:
        """What the guards look at. What a person gives with the act counts as at hand unless said otherwise."""
        return Facts(
            unchecked=record.device_id in self.unchecked,
            managed=record.device_id in self.managed and not record.unmanaged,
            holds_storage=record.kind not in disposal_policy().no_storage,
            route=record.route,
            certificate_at_hand=certificate_at_hand,
            route_approved=route_approved,
            weee_note_at_hand=weee_note_at_hand,
        )


async def surroundings(connection: Connection, records: Sequence[Record]) -> Surroundings:
    """Of the devices that are not proved empty yet; of the others nobody asks."""
    asked = [record.device_id for record in records if record.is_open and record.proof is None]
    if not asked:
        return Surroundings()
    known = await custody_facts(connection, asked)
    return Surroundings(
        unchecked=frozenset(await unchecked_devices(connection, asked)),
        managed=frozenset(key for key, facts in known.items() if facts.managed_by),
    )


def actors_of(viewer: Viewer) -> list[Actor]:
    """What a viewer is to devices in custody."""
    return [actor for role, actor in _ACTORS.items() if viewer.has(role)]
