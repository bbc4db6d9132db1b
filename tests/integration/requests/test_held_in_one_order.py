"""Commands, batches of the consumer and the clock at work on the same requests at once: nobody waits in a circle, and
every step is written and told."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.register import DeviceChanged
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import QuartermasterError
from services.requests import store
from services.requests.commands import Deliveries, Leaving, Requests
from services.requests.consumer import RequestsConsumer
from services.requests.policy import own_policy
from services.requests.queries import Reason
from services.requests.sweep import WaitingSweep
from tests.fixtures.delivery import deliver
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.waiting import until
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import changed, committed, device, hear, in_wave, minutes, shelve

pytestmark = pytest.mark.integration
AMARA, PRIYA, HELEN = viewer("Amara Osei"), viewer("Priya Nair"), viewer("Helen Marsh")
SECONDS, AT_MOST = 6.0, 60.0
"""How long all work at once; longer, within bounds, until each has got on with everything that is to be seen."""
SEEN = {"raise", "approve", "allocate", "ship", "receive", "leave", "hear", "sweep"}


def merged(gone: UUID, into: UUID, clock: FixedClock) -> DeviceChanged:
    """The register's word that a record is another's."""
    event = changed(gone, clock.now() + minutes(1), "merged_into", revision=9)
    return msgspec.structs.replace(event, data=msgspec.structs.replace(event.data, merged_into=into))


async def test_a_batch_holds_what_it_writes_in_one_order(
    pool: Pool, clock: FixedClock, requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    views = {}
    for name, serial in (("Amara Osei", "S1"), ("Tom Whitfield", "S2")):
        views[serial] = await ask(name, device_id=devices[serial], key=serial)
        await requests.approve(viewer("Catherine Doyle"), views[serial].request_id, idempotency_key=serial)
    (low, low_device), (high, _) = sorted((views[serial].request_id, devices[serial]) for serial in ("S1", "S2"))
    of = {view.request_id: view for view in views.values()}
    proved = merged(of[high].device_id or low_device, device("the true record"), clock)

    async def is_waiting() -> bool:
        return bool(await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))

    async with pool.acquire() as other, other.transaction():
        await store.lock_requests(other, [low])
        batch = asyncio.ensure_future(hear(pool, proved, committed(of[low], clock.now())))
        await until(is_waiting, "the batch to wait for the first request")
        await store.lock_requests(other, [high])
    await batch
    assert await pool.fetchval("SELECT device_id FROM requests WHERE request_id = $1", high) == device(
        "the true record"
    )


async def test_two_records_that_prove_to_be_one_in_one_batch_keep_both_requests(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    await ask(device_id=devices["S1"], key="1")
    clock.advance(minutes(1))
    await ask("Tom Whitfield", device_id=devices["S2"], key="2")
    true = device("the true record")
    await hear(pool, merged(devices["S1"], true, clock), merged(devices["S2"], true, clock))
    rows = await pool.fetch("SELECT device_id FROM requests ORDER BY raised_at")
    assert [row["device_id"] for row in rows] == [true, devices["S2"]], "the older follows"


class Crowd:
    """Everybody who works on requests, doing anything at all."""

    def __init__(self, pool: Pool, clock: FixedClock, requests: Requests, deliveries: Deliveries, seed: int) -> None:
        self.pool, self.clock, self.requests, self.deliveries = pool, clock, requests, deliveries
        self.leaving = Leaving(pool, clock, small_directory())
        self.sweeping = WaitingSweep(pool, clock, small_directory(), own_policy().patience)
        self.chance = random.Random(seed)
        self.devices: list[UUID] = []
        self.serials: list[str] = []
        self.did: dict[str, int] = defaultdict(int)

    async def _any(self) -> UUID:
        rows = await self.pool.fetch("SELECT request_id FROM requests ORDER BY random() LIMIT 1")
        return rows[0]["request_id"] if rows else uuid4()

    async def _raise(self) -> None:
        device_id = self.chance.choice([None, *self.devices])
        await self.requests.raise_request(
            AMARA,
            device_id=device_id,
            kind=Kind.LAPTOP,
            reason=self.chance.choice([Reason.BROKEN, Reason.SLOW]),
            needed_by=None,
            accessibility_needs=self.chance.random() < 0.3,
            explanation="x",
            delivery_place="y",
            idempotency_key=str(uuid4()),
        )

    async def _hear(self) -> None:
        rows = await self.pool.fetch("SELECT request_id FROM requests ORDER BY random() LIMIT 6")
        async with self.pool.acquire() as connection:
            known = [await self.requests.view(connection, HELEN, row["request_id"]) for row in rows]
        at = self.clock.now() + timedelta(seconds=self.chance.random())
        words: list[Event] = [committed(view, at) for view in known]
        words = [msgspec.structs.replace(each, id=str(uuid4())) for each in words]
        for view in known:
            if view.device_id is not None:
                state = self.chance.choice([DeviceState.RETURNED, DeviceState.DEPLOYED])
                gone = changed(view.device_id, at, state=state)
                proved = merged(view.device_id, view.device_id, self.clock)
                proved = msgspec.structs.replace(
                    proved, data=msgspec.structs.replace(proved.data, merged_into=uuid4(), holder_email=None)
                )
                words += [
                    msgspec.structs.replace(each, id=str(uuid4()))
                    for each in (gone, in_wave(view.device_id, at), *([proved] if self.chance.random() < 0.2 else []))
                ]
            if view.successor_device_id is not None:
                words.append(msgspec.structs.replace(changed(view.successor_device_id, at), id=str(uuid4())))
        self.chance.shuffle(words)
        await deliver(self.pool, RequestsConsumer().apply, words, size=50)

    async def _leave(self) -> None:
        await self.leaving.leave(self.chance.choice([PRIYA, HELEN]), AMARA.email, idempotency_key=str(uuid4()))

    async def _sweep(self) -> None:
        self.clock.advance(timedelta(hours=12))
        await self.sweeping.sweep()

    async def act(self) -> None:
        """One thing or another; what may not be done now is refused in words."""
        one, key = await self._any(), str(uuid4())
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "raise": self._raise,
            "approve": lambda: self.requests.approve(PRIYA, one, idempotency_key=key),
            "refuse": lambda: self.requests.refuse(PRIYA, one, refusal="No", idempotency_key=key),
            "withdraw": lambda: self.requests.withdraw(AMARA, one, idempotency_key=key),
            "allocate": lambda: self.deliveries.allocate(
                HELEN, one, device=self.chance.choice(self.serials), idempotency_key=key
            ),
            "ship": lambda: self.deliveries.ship(HELEN, one, carrier="van", idempotency_key=key),
            "receive": lambda: self.deliveries.receive(AMARA, one, idempotency_key=key),
            "check": lambda: self.deliveries.check(HELEN, one, idempotency_key=key),
            "take back": lambda: self.deliveries.take_back(HELEN, one, idempotency_key=key),
            "leave": self._leave,
            "hear": self._hear,
            "sweep": self._sweep,
        }
        # Whoever leaves ends all that was asked for, so seldom.
        weights = {"raise": 6, "approve": 4, "allocate": 4, "ship": 3, "receive": 3, "hear": 4, "leave": 0.2}
        name = self.chance.choices(list(acts), [weights.get(each, 1) for each in acts])[0]
        try:
            await acts[name]()
        except QuartermasterError:
            return
        self.did[name] += 1


@pytest.mark.timeout(120)
async def test_whoever_works_at_once_waits_for_nobody_in_a_circle_and_no_step_is_lost(
    pool: Pool, register: Pool, clock: FixedClock, requests: Requests, deliveries: Deliveries
) -> None:
    crowd = Crowd(pool, clock, requests, deliveries, seed=7)
    for number in range(12):
        held = {"state": DeviceState.DEPLOYED, "holder_email": AMARA.email, "unit": "central-west-response"}
        crowd.devices.append(await shelve(register, f"H{number}", 100 + number, **held))
    for number in range(40):
        crowd.serials.append(f"N{number}")
        await shelve(register, f"N{number}", 200 + number)
    began = time.monotonic()

    async def keep_on() -> None:
        while (worked := time.monotonic() - began) < SECONDS or (worked < AT_MOST and not crowd.did.keys() >= SEEN):
            await crowd.act()

    await asyncio.gather(*(keep_on() for _ in range(6)))
    assert crowd.did.keys() >= SEEN, crowd.did
    told: dict[str, set[int]] = defaultdict(set)
    for row in await pool.fetch("SELECT event FROM outbox"):
        content = msgspec.json.decode(row["event"])["data"]
        told[content["request_id"]].add(content["revision"])
    rows = await pool.fetch("SELECT request_id, revision FROM requests")
    assert len(rows) > 20
    assert {str(row["request_id"]): row["revision"] for row in rows} == {key: max(each) for key, each in told.items()}
    assert all(each == set(range(1, max(each) + 1)) for each in told.values())
    twice = """SELECT count(*) FROM (SELECT successor_device_id FROM requests
               WHERE status IN ('allocated', 'shipped') GROUP BY 1 HAVING count(*) > 1) AS given"""
    assert await pool.fetchval(twice) == 0
