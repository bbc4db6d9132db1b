"""The steps that follow from what is known of devices: records begin, move on by wipes, and end where a device left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from schemas.events.register import DeviceFacts
from schemas.vocabulary import DeviceState
from services.custody import moving, store
from services.custody.hearing import HeardOf
from services.custody.moving import Move
from services.custody.rules.guards import Facts, holds
from services.custody.rules.machine import CUSTODY as MACHINE
from services.custody.rules.machine import Cause, CustodyState
from services.custody.rules.record import Record
from services.custody.rules.standing import Standing, comes, leaves, proving
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import NEW, Actor, Step
from services.register.queries import CustodyFacts, custody_facts

RECORDS = UUID("b1f6f0c4-0b0e-4f0f-8a6e-7b7d1f6d2c55")
WHO = "quartermaster/register"
_DESCRIBING = ("serial", "asset_tag", "kind", "manufacturer", "model", "unit", "purchased_on")
_IDENTIFYING = ("serial", "asset_tag", "kind", "manufacturer", "model")
"""What the first link keeps of the device, so that a chain proves nothing of another."""
_PROVING = (
    *("proof", "proof_at", "document_id", "certificate_issuer", "certificate_number"),
    *("condition", "route", "review", "review_edition", "residual_pence"),
)
"""What falls with a proof. The chain keeps it."""
_UNKNOWN_PLACE = "where the service desk took it in"


async def follow(connection: Connection, heard: HeardOf, records: Sequence[Record]) -> list[Outgoing]:
    """Take the steps, at most one of each sort a record, and answer what to tell.

    The standings must be held, and so must `records`, the open ones of their devices.
    """
    standings = heard.standings
    following = _Following(connection, records)
    await following.join(heard.heirs)
    await following.step_all(
        Move(record, step, standing.left_at or record.moved_at, _sentence(step), WHO)
        for record, standing in following.pairs(standings)
        if (cause := leaves(standing, record)) and (step := _step(record, cause))
    )
    await following.begin(standings, heard.facts)
    for cause in (Cause.DOUBT, Cause.WIPE_DONE, Cause.WIPE_FAILED):
        await following.step_all(
            Move(record, step, _told_at(standing, cause), _sentence(step), WHO, brings=_brings(standing, cause))
            for record, standing in following.pairs(standings)
            if cause in proving(standing, record) and (step := _step(record, cause))
        )
    return following.told


class _Following:
    """The open records by device while steps are taken, and what is to be told."""

    def __init__(self, connection: Connection, records: Sequence[Record]) -> None:
        self._connection = connection
        self._open = {record.device_id: record for record in records}
        self.told: list[Outgoing] = []

    def pairs(self, standings: Mapping[UUID, Standing]) -> Iterator[tuple[Record, Standing]]:
        """Each open record with its device's standing."""
        for device_id, record in sorted(self._open.items()):
            if device_id in standings:
                yield record, standings[device_id]

    async def step_all(self, moves: Iterator[Move]) -> None:
        taken = list(moves)
        stand, told = await moving.take(self._connection, taken)
        for move, record in zip(taken, stand, strict=True):
            self._open.pop(move.record.device_id, None)
            if record.is_open:
                self._open[record.device_id] = record
        self.told += told

    async def join(self, merged: Mapping[UUID, UUID]) -> None:
        """A record follows its device to another id. Of two of one device the one that began first carries on."""
        for gone, into in sorted(merged.items()):
            record, other = self._open.get(gone), self._open.get(into)
            if record is None:
                continue
            if other is not None:
                younger = max(record, other, key=lambda each: (each.came_at, each.custody_id))
                await self.step_all(iter(_service_move(younger, Cause.JOIN, younger.moved_at)))
            if gone in self._open:
                brings = {"device_id": into, "opened_revision": 0}
                await self.step_all(iter(_service_move(record, Cause.RENAME, record.moved_at, brings)))

    async def begin(self, standings: Mapping[UUID, Standing], told: Mapping[UUID, DeviceFacts]) -> None:
        """Records of devices that came back."""
        maybe = [key for key, each in standings.items() if key not in self._open and comes(each, None)]
        if not maybe:
            return
        last = await store.last_ended(self._connection, maybe)
        back = [standings[key] for key in sorted(maybe) if comes(standings[key], last.get(key))]
        if not back:
            return
        known = await custody_facts(self._connection, [each.device_id for each in back])
        references = await store.take_references(self._connection, len(back))
        await self.step_all(
            _arrival(standing, reference, told.get(standing.device_id), known.get(standing.device_id))
            for standing, reference in zip(back, references, strict=True)
        )


def _arrival(standing: Standing, reference: str, told: DeviceFacts | None, known: CustodyFacts | None) -> Move:
    sanitised = standing.state is DeviceState.SANITISED
    at = standing.told_at
    assert at is not None, "a standing with a state has its time"
    record = Record(
        custody_id=uuid5(RECORDS, f"{standing.device_id}/{standing.revision}"),
        reference=reference,
        device_id=standing.device_id,
        **_described(told, known),
        last_holder=known.last_holder_email if known else told.holder_email if told else None,
        came_at=at,
        opened_revision=standing.revision,
        state=CustodyState.RETURNED,
        revision=0,
        place=_UNKNOWN_PLACE,
        moved_at=at,
        head="",
    )
    wiped_at = standing.wiped_at or (known.wiped_at if known else None) or at
    proof: dict[str, Any] = {"proof": "mdm", "proof_at": wiped_at} if sanitised else {}
    step = MACHINE.step(NEW, Cause.ARRIVE, [Actor.REGISTER], _answers(Facts(already_sanitised=sanitised)))
    assert step is not None, "a device that comes back always begins a record"
    which = {name: str(value) for name in _IDENTIFYING if (value := getattr(record, name)) is not None}
    return Move(record, step, at, _sentence(step), WHO, brings=proof, details=which)


def _described(told: DeviceFacts | None, known: CustodyFacts | None) -> dict[str, Any]:
    """What the device is: as the register knows it now, or as its word told."""
    return {name: getattr(known or told, name, None) for name in _DESCRIBING}


def _service_move(record: Record, cause: Cause, at: datetime, brings: Mapping[str, Any] | None = None) -> list[Move]:
    step = _step(record, cause)
    return [] if step is None else [Move(record, step, at, _sentence(step), WHO, brings=brings or {})]


def _step(record: Record, cause: Cause) -> Step | None:
    return MACHINE.step(record.state, cause, [Actor.REGISTER], _answers(Facts()))


def _answers(facts: Facts) -> Any:
    return lambda guard: holds(guard, facts)


def _sentence(step: Step) -> str:
    return f"{step.does[:1].upper()}{step.does[1:]}"


def _told_at(standing: Standing, cause: Cause) -> datetime:
    word = {Cause.WIPE_DONE: standing.wiped_at, Cause.WIPE_FAILED: standing.failed_at}.get(cause) or standing.told_at
    assert word is not None, "a step follows from a word, which has its time"
    return word


def _brings(standing: Standing, cause: Cause) -> dict[str, Any]:
    if cause is Cause.WIPE_DONE:
        return {"proof": "mdm", "proof_at": _told_at(standing, cause)}
    if cause is Cause.DOUBT:
        return dict.fromkeys(_PROVING)
    return {}
