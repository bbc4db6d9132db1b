"""A mapping fails for some records, is mended, and its dead letters replayed: the register as if it never failed."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import msgspec
import pytest

from schemas.envelope import Event
from schemas.topics import DEFAULT_PREFIX, DEVICE_OBSERVED
from services.access.directory import Directory, Unit
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.eventlog.dead_letters import Choice
from services.eventlog.decoding import EventReader
from services.intake.admission import admit
from services.intake.commands import DeadLetters
from services.intake.doors import units_of
from services.intake.sources.jamf.translation import WEBHOOK
from services.intake.sources.servicenow.translation import ASSET
from services.intake.translation import Context, RecordKind, Untranslatable, translate_body
from services.register import queries
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.people import viewer
from tests.integration.flow.standing import QUERIES
from tests.payloads import payload

pytestmark = pytest.mark.integration

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
HELEN = viewer("Helen Marsh")
DIRECTORY = Directory([Unit(code="central-west", name="Central West")], [])
JAMF: dict[str, Any] = msgspec.json.decode(payload("jamf/ComputerCheckIn.json"))
ROW: dict[str, Any] = msgspec.json.decode(payload("servicenow/alm_hardware_table_api.json"))["result"][0]
NOT_MAPPED = ("15.2.0", "6")
"""A version of the system and a state of an asset that the broken mappings do not know."""


class Sent(NamedTuple):
    """A record on the wire, when it was sent, and of which kind."""

    kind: RecordKind
    body: bytes
    at: datetime


def sent(seed: int, *, records: int = 150, devices: int = 12) -> list[Sent]:
    """What Jamf and ServiceNow tell of a few devices, in the order in which it happened."""
    chance = Random(seed)
    told = []
    for step in range(records):
        number, at = chance.randrange(devices), START + timedelta(minutes=step)
        if chance.random() < 0.6:
            told.append(Sent(WEBHOOK, _check_in(number, at, chance), at))
        else:
            told.append(Sent(ASSET, _asset(number, step, at, chance), at))
    return told


def _check_in(number: int, at: datetime, chance: Random) -> bytes:
    event = {
        **JAMF["event"],
        "jssID": number,
        "serialNumber": f"MAC{number:08}",
        "osVersion": chance.choice(["15.1.0", "15.2.0", "15.3.0"]),
        "emailAddress": f"person{chance.randrange(3)}@metropolitan.example",
    }
    webhook = {**JAMF["webhook"], "eventTimestamp": int(at.timestamp() * 1000)}
    return msgspec.json.encode({"webhook": webhook, "event": event})


def _asset(number: int, step: int, at: datetime, chance: Random) -> bytes:
    row = {
        "sys_id": f"{number:032x}",
        "ci": f"{number + 1_000:032x}",
        "serial_number": f"MAC{number:08}",
        "asset_tag": f"QM-{number:05}",
        "install_status": chance.choice(["1", "3", "6"]),
        "substatus": "",
        "cost": str(900 + chance.randrange(5)),
        "sys_updated_on": f"{at:%Y-%m-%d %H:%M:%S}",
        "sys_mod_count": str(step),
    }
    return msgspec.json.encode({**ROW, **row})


def broken(kind: RecordKind) -> RecordKind:
    """The kind as it is before its mapping is mended."""

    def translate(body: bytes, context: Context) -> Sequence[Event]:
        content = msgspec.json.decode(body)
        for known in (content.get("event", {}).get("osVersion"), content.get("install_status")):
            if known in NOT_MAPPED:
                raise Untranslatable(f"{known!r} is not mapped")
        return kind.translate(body, context)

    return dataclasses.replace(kind, translate=translate)


class Joined:
    """Intake's inside and the register's, with the log between them played by hand."""

    def __init__(self, intake: Pool, register: Pool) -> None:
        self.intake = intake
        self.register = register
        self.clock = FixedClock(START)
        self.letters = DeadLetters(intake, self.clock, DIRECTORY, DEFAULT_PREFIX)
        self._reader = EventReader([DEVICE_OBSERVED])
        self._consumer = RegisterConsumer()

    async def receive(self, record: Sent, kind: RecordKind) -> None:
        self.clock.moment = record.at
        translated = translate_body(kind, record.body, Context(record.at, units_of(DIRECTORY)))
        async with self.intake.acquire() as connection, connection.transaction():
            await admit(connection, translated)

    async def carry(self, chance: Random | None = None) -> None:
        """What is in intake's outbox comes to the register, in order or shuffled, and some of it twice."""
        rows = await self.intake.fetch("DELETE FROM outbox RETURNING topic, position, event")
        events = [
            self._reader.read(row["topic"], row["event"]) for row in sorted(rows, key=lambda each: each["position"])
        ]
        if chance is not None:
            events += chance.sample(events, len(events) // 3)
            chance.shuffle(events)
        await deliver(self.register, self._consumer.apply, [each for each in events if each], size=17)

    async def standing(self) -> dict[str, list[str]]:
        """What the register says of every device, and its counters."""
        assert await queries.verify_counts(self.register) == []
        names = [name for name in QUERIES if name.startswith("register.")]
        return {name: sorted(str(tuple(row)) for row in await self.register.fetch(QUERIES[name])) for name in names}

    async def empty(self) -> None:
        """As at first."""
        for pool, schema in ((self.intake, "intake"), (self.register, "register")):
            tables = [
                row[0] for row in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
            ]
            await pool.execute(f"TRUNCATE {', '.join(f'{schema}.{table}' for table in tables)}")
        self._consumer = RegisterConsumer()


@pytest.fixture
async def joined(database_url: str) -> AsyncIterator[Joined]:
    intake, register = await open_pool(database_url, "intake"), await open_pool(database_url, "register")
    yield Joined(intake, register)
    await intake.close()
    await register.close()


@pytest.mark.parametrize("seed", range(3))
async def test_a_mended_mapping_and_a_replay_end_as_if_it_had_worked_at_first(joined: Joined, seed: int) -> None:
    chance, records = Random(seed), sent(seed)
    for record in records:
        await joined.receive(record, record.kind)
    await joined.carry()
    at_first = await joined.standing()
    assert len(at_first["register.devices"]) == 12

    await joined.empty()
    mended_at = len(records) * 2 // 3
    for record in records[:mended_at]:
        await joined.receive(record, broken(record.kind))
    dead = await joined.intake.fetchval("SELECT count(*) FROM dead_letters")
    assert dead > 20
    await joined.carry(chance)
    assert await joined.standing() != at_first
    # The mapping is mended: newer records come, and a vendor repeats some of those that failed.
    for record in [*records[mended_at:-5], *chance.sample(records[:mended_at], 20)]:
        await joined.receive(record, record.kind)
    await joined.carry(chance)
    dealt = await joined.letters.replay_all(HELEN, Choice())
    assert (dealt.tried, dealt.settled, dealt.still_dead) == (dead, dead, 0)
    assert dealt.accepted + dealt.repeated == dead
    assert dealt.repeated > 0
    for record in records[-5:]:
        await joined.receive(record, record.kind)
    await joined.carry(chance)
    assert await joined.standing() == at_first
