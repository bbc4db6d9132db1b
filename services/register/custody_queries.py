"""What a service must know of devices that come back, or are lost. For `queries`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Connection
from services.database.statements import load_statements
from services.register.rules.conflicts import MDM_SCHEMES

SQL = load_statements(__file__, "custody_queries.sql")


class CustodyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A device as whoever takes it in, or wipes it, must know it."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    manufacturer: str | None
    model: str | None
    state: DeviceState
    unit: str | None
    revision: int
    """How often its record has changed."""
    last_holder_email: str | None
    """Who holds it, or held it last: a record that names nobody takes no holder away."""
    purchased_on: date | None
    battery_health_percent: int | None
    wiped_at: datetime | None
    """When it was last wiped, as device management told it."""
    in_use_at: datetime | None
    """The last record at the desk that shows it in use or in stock. A wipe before it proves nothing."""
    last_seen_at: datetime | None
    """Its last check-in."""
    managed_by: tuple[str, ...]
    """The device managements that know it, such as intune; none for most monitors."""


async def custody_facts(connection: Connection, device_ids: Collection[UUID]) -> dict[UUID, CustodyFacts]:
    """Facts of these devices by id, in one query; without those that are unknown or were merged into another.

    For services, so it takes no viewer.
    """
    rows = await connection.fetch(SQL["custody_facts"], list(device_ids))
    return {row["device_id"]: _facts(dict(row)) for row in rows}


def _facts(values: dict[str, object]) -> CustodyFacts:
    schemes = {name.partition(":")[0] for name in str(values.pop("names")).split("\n")}
    return msgspec.convert(values | {"managed_by": tuple(sorted(schemes & MDM_SCHEMES))}, CustodyFacts)
