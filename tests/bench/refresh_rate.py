"""The refresh queue at full size: the first fill through `apply`, a day's sweep, a changed policy, and each read.

130,000 devices of the shipped policy's kinds and models, against the embedded PostgreSQL. The last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import uvloop
from rich.console import Console

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.events.register import DeviceChanged, DeviceFacts
from schemas.vocabulary import DeviceState, Kind, Role
from services.access.directory import Directory, Person, Unit
from services.access.viewer import viewer_for
from services.clock import FixedClock, london_date
from services.database import migrations
from services.database.pool import Pool, open_pool
from services.eventlog import outbox
from services.lifecycle import settle_garbage_collection
from services.refresh import policy as policy_module
from services.refresh import policy_store, queries
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.sweep import DailySweep

DEVICES = 130_000
BATCH = 5000
READS = 9
NOW = datetime(2024, 11, 4, 9, tzinfo=UTC)
UNITS = [f"unit-{number:02}" for number in range(60)]
FLEET = {
    Kind.LAPTOP: (40, [("Latitude 7400", 2018), ("Latitude 5420", 2021), ("ProBook 440 G10", 2024)]),
    Kind.DESKTOP: (15, [("OptiPlex 7060 Micro", 2018), ("OptiPlex 7010 Micro", 2023)]),
    Kind.MONITOR: (30, [("P2419H", 2018), ("E24 G4", 2021)]),
    Kind.SMARTPHONE: (35, [("Galaxy A52s 5G", 2021), ("iPhone 13", 2022)]),
    Kind.TABLET: (10, [("Surface Go 2", 2020)]),
}
console = Console(highlight=False)


def directory() -> Directory:
    """Sixty units, a third of them frontline; a manager of one and a planner of all."""
    units = [Unit(code="all", name="All"), Unit(code="frontline-policing", name="Frontline", parent="all")]
    units += [
        Unit(code=code, name=code, parent="all" if place % 3 else "frontline-policing")
        for place, code in enumerate(UNITS)
    ]
    people = [
        ("planner@metropolitan.example", "all", Role.PLANNER),
        ("manager@metropolitan.example", UNITS[7], Role.MANAGER),
    ]
    return Directory(units, [Person(email=e, name=e, unit=u, roles=frozenset({role})) for e, u, role in people])


def fleet() -> list[DeviceChanged]:
    """The register's first word of every device."""
    chance, events = Random(2024), []
    kinds, weights = list(FLEET), [weight for weight, _ in FLEET.values()]
    for number in range(DEVICES):
        (kind,) = chance.choices(kinds, weights)
        model, year = chance.choice(FLEET[kind][1])
        device_id = UUID(int=chance.getrandbits(128))
        facts = DeviceFacts(
            device_id=device_id,
            revision=1,
            changed=("state",),
            state=DeviceState.DEPLOYED if chance.random() < 0.95 else DeviceState.IN_STOCK,
            serial=f"SN{number:07}",
            kind=kind,
            model=model,
            unit=chance.choice(UNITS),
            purchased_on=date(year, 1, 1) + timedelta(days=chance.randrange(540)),
        )
        events.append(DeviceChanged(id=f"{device_id}/1", source="bench", time=NOW, subject=str(device_id), data=facts))
    return events


async def seconds_of(work: Callable[[], Awaitable[object]]) -> float:
    """How long a piece of work takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def fill(pool: Pool, consumer: RefreshConsumer, events: list[DeviceChanged]) -> None:
    """Batches as the event log gives them, without its inbox."""
    for start in range(0, len(events), BATCH):
        async with pool.acquire() as connection, connection.transaction():
            await outbox.append(connection, await consumer.apply(connection, events[start : start + BATCH]))


async def reads(pool: Pool, people: Directory, today: date) -> dict[str, float]:
    """The median milliseconds of each read, for who sees all and for who sees one unit."""
    last = await pool.fetchval("SELECT serial FROM queue WHERE unit = $1 ORDER BY turn DESC LIMIT 1", UNITS[7])
    taken = {}
    async with pool.acquire() as connection:
        for email in people.people:
            viewer = viewer_for(email, people)
            works: dict[str, Callable[[], Awaitable[object]]] = {
                "due": lambda viewer=viewer: queries.due(connection, viewer, today),
                "due_24": lambda viewer=viewer: queries.due(connection, viewer, today, 24),
                "queue": lambda viewer=viewer: queries.queue(connection, viewer, today),
                "why": lambda viewer=viewer: queries.why(connection, viewer, last, today),
            }
            for name, work in works.items():
                median = statistics.median([await seconds_of(work) for _ in range(READS)])
                taken[f"{email.split('@')[0]}_{name}_ms"] = round(median * 1000, 1)
    return taken


async def main() -> None:
    people, clock, events = directory(), FixedClock(NOW), fleet()
    policy = PolicyInForce.of(Policy.load(Path(policy_module.__file__).parent / "policies/metropolitan.yaml"), people)
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "pg") as postgres:
            url = await postgres.create_database("bench")
            await asyncio.to_thread(migrations.apply, url)
            pool = await open_pool(url, "refresh")
            async with pool.acquire() as connection:
                await policy_store.adopt(connection, policy, NOW)
            settle_garbage_collection()
            filled = await seconds_of(lambda: fill(pool, RefreshConsumer(clock), events))
            first = await seconds_of(DailySweep(pool, clock).sweep)
            clock.advance(timedelta(days=1))
            day = await seconds_of(DailySweep(pool, clock).sweep)
            result = {
                "devices": DEVICES,
                "queued": await pool.fetchval("SELECT count(*) FROM queue"),
                "devices_per_second": round(DEVICES / filled),
                "sweep_all_seconds": round(first, 2),
                "sweep_day_seconds": round(day, 2),
                **await reads(pool, people, london_date(clock.now())),
            }
            await pool.close()
    console.print(json.dumps(result), soft_wrap=True)


if __name__ == "__main__":
    uvloop.run(main())
