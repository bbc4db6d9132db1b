"""Register and custody hearing each other: they settle, agree on where each device stands, and every chain holds."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.custody import CustodyMoved
from schemas.events.device import DeviceEnrolled, DeviceObserved, Enrolment, Wipe, WipeReported
from schemas.events.register import DeviceChanged, DeviceWipeTold
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.custody import queries
from services.custody.commands import Custodies
from services.custody.consumer import CustodyConsumer
from services.custody.rules.machine import Cause
from services.custody.verification import faults
from services.database.pool import Pool, open_pool
from services.register.consumer import RegisterConsumer
from tests.fixtures.custody import UNIT
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import asset, checked_in
from tests.integration.custody.conftest import HELEN, Acts

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

FITS = {
    "returned": {"returned", "wipe_requested", "wipe_failed", "to_destruction"},
    "sanitised": {"sanitised", "reviewed", "destroyed"},
    "resold": {"resold"},
    "redistributed": {"redistributed"},
    "recycled": {"recycled"},
}
GONE_OR_NONE = {None, "back_in_use", "written_off", "resold", "redistributed", "recycled"}
STATES = [DeviceState.RETURNED, DeviceState.RETURNED, DeviceState.RETURNED, DeviceState.DEPLOYED, DeviceState.IN_STOCK]
STANDING = """
SELECT d.serial, d.state AS register, r.state AS custody
FROM register.devices AS d
LEFT JOIN LATERAL (
    SELECT * FROM custody.records AS r WHERE r.device_id = d.device_id
    ORDER BY r.ended_at IS NULL DESC, r.opened_revision DESC LIMIT 1
) AS r ON true
"""


class Loop:
    """Both services, and what each still has to hear of the other."""

    def __init__(self, register: Pool, custody: Pool, chance: random.Random) -> None:
        self._register, self._custody, self._chance = register, custody, chance
        self._consumers = RegisterConsumer(), CustodyConsumer()
        self._read = 0

    async def settle(self, observed: Sequence[DeviceObserved]) -> None:
        """Tell the register, and let both speak until neither has anything to say."""
        told: Sequence[Event] = await deliver(self._register, self._consumers[0].apply, observed)
        for _ in range(10):
            heard = [event for event in told if isinstance(event, DeviceChanged | DeviceWipeTold)]
            if self._chance.random() < 0.3:
                self._chance.shuffle(heard)
            await deliver(self._custody, self._consumers[1].apply, heard)
            rows = await self._custody.fetch(
                "SELECT event FROM custody.outbox ORDER BY transaction, position OFFSET $1", self._read
            )
            self._read += len(rows)
            if not rows:
                return
            moved = [msgspec.json.decode(row["event"], type=CustodyMoved) for row in rows]
            told = await deliver(self._register, self._consumers[0].apply, moved)
        raise AssertionError("they never stop answering each other")


def observation(chance: random.Random, number: int, clock: FixedClock) -> DeviceObserved:
    """Something that is seen of a device now."""
    serial, now = f"S{number}", clock.now()
    match chance.randrange(10):
        case 0:
            return checked_in(serial, number, now)
        case 1 | 2:
            wipe = Wipe(identifiers={"serial": serial}, outcome=chance.choice(["done", "failed"]))
            return WipeReported(id=f"{serial}/{now}", source="intune", time=now, subject=serial, data=wipe)
        case 3:
            enrolment = Enrolment(identifiers={"serial": serial})
            return DeviceEnrolled(id=f"{serial}/{now}", source="intune", time=now, subject=serial, data=enrolment)
        case _:
            return asset(
                serial, number, now, state=chance.choice(STATES), kind=Kind.LAPTOP, unit=UNIT, model="Latitude 5440"
            )


@pytest.mark.parametrize("seed", range(int(os.environ.get("CUSTODY_SEEDS", "8"))))
async def test_they_agree_whatever_happens(
    database_url: str, pool: Pool, acts: Acts, custodies: Custodies, clock: FixedClock, seed: int
) -> None:
    chance = random.Random(seed)
    register = await open_pool(database_url, "register")
    loop = Loop(register, pool, chance)
    proof = await custodies.keep_document(HELEN, name="p.pdf", content=b"x")
    given: dict[str, Any] = {
        "document_id": proof.document_id,
        "certificate_issuer": "Secure Wipe Ltd",
        "certificate_number": "SW-1",
        "condition": "good",
        "charity": "schools",
        "weee_note": "W-1",
    }
    late: list[DeviceObserved] = []
    for _ in range(50):
        clock.advance(timedelta(hours=chance.choice([1, 1, 1, 30])))
        number = chance.randrange(3)
        events: list[DeviceObserved] = []
        if chance.random() < 0.55:
            (late if chance.random() < 0.25 else events).append(observation(chance, number, clock))
        else:
            view = await queries.custody(pool, HELEN, f"S{number}")
            if view is not None and view.may:
                await acts(Cause(chance.choice(view.may)), view.reference, **given)
        if late and chance.random() < 0.3:
            events += late
            chance.shuffle(events)
            late = []
        await loop.settle(events)
    await loop.settle(late)
    async with pool.acquire() as connection:
        assert [fault async for fault in faults(connection)] == []
    rows = [tuple(row) for row in await pool.fetch(STANDING)]
    await register.close()
    assert [row for row in rows if row[2] not in FITS.get(row[1], GONE_OR_NONE)] == []
