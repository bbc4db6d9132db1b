"""People's standing beside their devices: who has left, who has moved, and who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from random import Random

import pytest

from schemas.events.device import Wipe, WipeReported
from schemas.events.person import Person, PersonRecorded
from schemas.vocabulary import DeviceState
from services.database.pool import Pool, open_pool
from services.register import queries
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START, asset
from tests.fixtures.people import viewer

pytestmark = pytest.mark.integration

TODAY = date(2024, 11, 14)
WEST, NORTH = "central-west-response", "central-north-response"
HELEN, PRIYA, DANIEL, AMARA = (viewer(each) for each in ("Helen Marsh", "Priya Nair", "Daniel Reyes", "Amara Osei"))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


def told(name: str, day: int, *, active: bool = True, unit: str | None = WEST, removed: bool = False) -> PersonRecorded:
    data = Person(
        person_id=name,
        active=active,
        email=None if removed else f"{name}@X.example",
        unit=None if removed else unit,
        removed=removed,
    )
    at = START + timedelta(days=day)
    return PersonRecorded(id=f"{name}/{day}/{active}", source="graph", time=at, subject=name, data=data)


def held(number: int, name: str, unit: str, state: DeviceState = DeviceState.DEPLOYED) -> object:
    return asset(f"S{number}", number, START, unit=unit, holder_email=f"{name}@x.example", state=state)


WORDS = [
    told("stays", 0),
    told("leaves", 0),
    told("leaves", 3, active=False, removed=True),
    told("leaves", 7, active=False, removed=True),
    told("moves", 0),
    told("moves", 5, unit=NORTH),
    told("returns", 1, active=False),
    told("returns", 2),
]


async def test_devices_of_leavers_and_movers_are_found(pool: Pool) -> None:
    devices = [
        held(1, "stays", WEST),
        held(2, "leaves", WEST),
        held(3, "moves", WEST),
        held(4, "returns", WEST),
        held(5, "leaves", NORTH, DeviceState.RETURNED),
    ]
    await deliver(pool, RegisterConsumer().apply, [*devices, *WORDS])
    (left,) = await queries.leavers(pool, HELEN, TODAY)
    assert (left.serial, left.holder_email, left.unit, left.days) == ("S2", "leaves@x.example", WEST, 7)
    (moved,) = await queries.movers(pool, HELEN, TODAY)
    assert (moved.serial, moved.unit, moved.person_unit, moved.days) == ("S3", WEST, NORTH, 5)


async def test_each_manager_sees_the_own_units(pool: Pool) -> None:
    devices = [held(2, "leaves", WEST), held(3, "moves", WEST)]
    await deliver(pool, RegisterConsumer().apply, [*devices, *WORDS])
    assert [each.serial for each in await queries.leavers(pool, PRIYA, TODAY)] == ["S2"]
    assert await queries.leavers(pool, DANIEL, TODAY) == []
    assert [each.serial for each in await queries.movers(pool, DANIEL, TODAY)] == ["S3"]
    assert [await asked(pool, AMARA, TODAY) for asked in (queries.leavers, queries.movers)] == [[], []]


async def test_an_address_that_somebody_else_was_given_is_no_leaver_s(pool: Pool) -> None:
    successor = told("leaves", 9)
    successor = PersonRecorded(
        id="successor",
        source="graph",
        time=successor.time,
        subject="new",
        data=Person(person_id="new", active=True, email="leaves@x.example", unit=WEST),
    )
    await deliver(pool, RegisterConsumer().apply, [held(2, "leaves", WEST), *WORDS, successor])
    assert await queries.leavers(pool, HELEN, TODAY) == []


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_ends_the_same(pool: Pool, seed: int) -> None:
    async def people() -> list[tuple[object, ...]]:
        rows = await pool.fetch("SELECT person_id, email, unit, active, active_at FROM register.people ORDER BY 1")
        return [tuple(row) for row in rows]

    await deliver(pool, RegisterConsumer().apply, WORDS)
    expected = await people()
    await pool.execute("TRUNCATE people, inbox")
    shuffled = WORDS * 2
    Random(seed).shuffle(shuffled)
    for event in shuffled:
        await deliver(pool, RegisterConsumer().apply, [event])
    assert await people() == expected


@pytest.mark.parametrize(("evidence", "field"), [("result", "wiped_at"), ("absence", "wiped_by_absence")])
async def test_a_history_says_how_a_wipe_is_known(pool: Pool, evidence: str, field: str) -> None:
    wipe = Wipe(identifiers={"serial": "S1"}, outcome="done", evidence="absence" if evidence == "absence" else "result")
    reported = WipeReported(id="w", source="intune", time=START + timedelta(days=1), subject="S1", data=wipe)
    await deliver(pool, RegisterConsumer().apply, [held(1, "stays", WEST)])
    await deliver(pool, RegisterConsumer().apply, [reported])
    assert await pool.fetchval("SELECT count(*) FROM register.history WHERE field = $1", field) == 1
