"""What a person does in the register: settling a conflict over a serial. One transaction of state, event and audit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from schemas.topics import DEVICE_CHANGED, IDENTITY_CONFLICT
from schemas.vocabulary import Role
from services.access import audit
from services.access.commanded import commanded
from services.access.viewer import Viewer
from services.clock import Clock
from services.database.pool import Connection, Pool
from services.errors import BadInput, NotAllowed, NotFound, TryAgain
from services.eventlog import outbox
from services.eventlog.outbox import Outgoing
from services.register import conflict_queries, conflict_store, store
from services.register.announcements import conflict_told, device_changed
from services.register.conflict_queries import ConflictView
from services.register.conflict_store import Conflict
from services.register.judging import judge
from services.register.rules.counting import movements
from services.register.rules.facts import UNIT, Device
from services.register.rules.parting import part
from services.register.store import HistoryRow

SETTLES = (Role.PLANNER, Role.DIRECTOR)


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The conflict as it now stands. `decided_now` is False when it was settled before: then nothing happened."""

    conflict: ConflictView
    decided_now: bool


class Conflicts:
    """The commands. `pool` must look in schema `register` first."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def settle(
        self,
        viewer: Viewer,
        conflict: str,
        *,
        ruling: Literal["one_device", "two_devices"],
        split_off: str | None = None,
        idempotency_key: str,
    ) -> Settlement:
        """Say whether the claimants are one device, or that `split_off`, one of them, does not own the serial.

        Raises NotAllowed (not a planner or director), NotFound, BadInput (no such claimant).
        """
        now = self._clock.now()
        async with commanded(self._pool, self._clock, viewer, "settle", conflict) as connection:
            if not viewer.has(*SETTLES):
                raise NotAllowed("Conflicts over a serial number are for planners and directors to settle.")
            held = await _hold(connection, viewer, conflict)
            fresh = await conflict_store.use_key(connection, viewer.email, idempotency_key, conflict, now)
            if not fresh or held.ruling is not None:
                return Settlement(conflict=await _view(connection, viewer, conflict), decided_now=False)
            if (split_off is None) != (ruling == "one_device") or split_off not in (None, *held.claimants):
                raise BadInput("name one of the claimants to split off, or none for one device", where="split_off")
            settled = msgspec.structs.replace(
                held,
                ruling=ruling,
                ruled_by=viewer.email,
                ruled_at=now,
                split_off=split_off,
                revision=held.revision + 1,
            )
            await outbox.append(connection, await _settle(connection, settled, viewer.email, now))
            await audit.record(connection, now, viewer, "settle", f"{conflict} {ruling}", granted=True)
            return Settlement(conflict=await _view(connection, viewer, conflict), decided_now=True)


async def _hold(connection: Connection, viewer: Viewer, conflict: str) -> Conflict:
    """The conflict, with its device held until the transaction ends: so it was judged by all that is written."""
    known = await conflict_store.conflict(connection, conflict)
    if known is None or await conflict_queries.conflict_by_id(connection, viewer, conflict) is None:
        raise NotFound("There is no such conflict, or it is not one you may see.")
    if not await conflict_store.lock_device(connection, known.serial):
        raise TryAgain("the device was merged into another at the same moment")
    held = await conflict_store.conflict(connection, conflict)
    assert held is not None, "conflicts are never removed"
    return held


async def _settle(connection: Connection, settled: Conflict, who: str, now: datetime) -> list[Outgoing]:
    """Write the ruling and what it does to the devices; answers what is to be told."""
    device = (await store.known_by(connection, [settled.serial], {}))[settled.serial]
    await conflict_store.rule(connection, settled.serial, settled.claimants, settled.split_off, who, now)
    await conflict_store.write_conflicts(connection, [settled])
    told: list[Outgoing] = [(IDENTITY_CONFLICT, conflict_told(settled, device.device_id, device.values[UNIT]))]
    if settled.split_off is None:
        same = HistoryRow(device.device_id, now, "same_device", None, "\n".join(settled.claimants), who)
        await store.remember(connection, [same])
        # Whoever read the device before this ruling must look again, so its version moves on.
        await store.write_devices(connection, [device])
        return told
    told += await _split_off(connection, device, settled.split_off, settled.serial, who, now)
    return told + await judge(connection, [device], now)


async def _split_off(
    connection: Connection, device: Device, claimant: str, serial: str, who: str, now: datetime
) -> list[Outgoing]:
    dropped = set(device.claims or ())
    apart = part(device, claimant, serial, now)
    devices = [device, apart]
    for each in devices:
        each.revision += each.has_news
    await store.write_devices(connection, devices)
    await store.move_names(connection, dict.fromkeys(apart.names, apart.device_id))
    await store.write_claims(connection, [device], dropped)
    await store.move_counts(connection, movements(devices))
    await store.remember(
        connection,
        [
            HistoryRow(device.device_id, now, "split_off", None, claimant, who),
            HistoryRow(apart.device_id, now, "split_from", None, serial, who),
        ],
    )
    return [(DEVICE_CHANGED, device_changed(each, now)) for each in devices if each.has_news]


async def _view(connection: Connection, viewer: Viewer, conflict: str) -> ConflictView:
    view = await conflict_queries.conflict_by_id(connection, viewer, conflict)
    if view is None:
        raise NotFound("There is no such conflict, or it is not one you may see.")
    return view
