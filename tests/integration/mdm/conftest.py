"""The mdm service's parts on an empty database, before the simulator's doors with a contrary one in front of them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import aiohttp
import pytest
from pydantic import SecretStr

from deploy.local.scenarios.scenario import FOLDER
from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.microsoft.managed_device import intune_id
from deploy.local.simulator.settings import Settings as SimulatorSettings
from deploy.local.simulator.simulator import Simulator
from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.envelope import Event
from schemas.events.loss import Loss, LossMoved
from schemas.events.mdm import Command, CommandStanding, DeviceCommandProgressed
from schemas.topics import DEVICE_COMMAND_PROGRESS
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.eventlog.decoding import EventReader
from services.mdm.consumer import MdmConsumer
from services.mdm.mdms.choice import chosen
from services.mdm.mdms.device_management import DeviceManagement
from services.mdm.sender import Sender
from services.mdm.settings import MdmSettings
from services.outbound.workers import Pace
from tests.fixtures.delivery import deliver
from tests.fixtures.loop import run_now
from tests.fixtures.waiting import until
from tests.integration.mdm.contrary_door import ContraryDoor

NOW = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)
IDS = UUID("9d1d3a2e-54c5-4d07-9e0b-7a2f5f1d8c11")
QUICK = Pace(
    workers=2,
    idle=0.02,
    attempt=0.8,
    lease=1.0,
    first_pause=0.02,
    longest_pause=0.1,
    parked=3600.0,
    unauthorised=0.3,
    measure_every=0.05,
)
PATIENT = dataclasses.replace(QUICK, attempt=60.0, lease=90.0)
"""Where a test lets a call hang and ends it itself: no attempt may run out meanwhile, however slow the machine."""
INTUNE_SECRET, JAMF_SECRET = "intune-commands-local", "jamf-commands-local"
_numbers = itertools.count(1)


@pytest.fixture
async def vendors() -> AsyncIterator[Simulator]:
    simulator = Simulator(
        FOLDER / "borough.yaml", SimulatorSettings(simulator_live=False, intake_url="http://127.0.0.1:1")
    )
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def door(vendors: Simulator) -> AsyncIterator[ContraryDoor]:
    served = ContraryDoor(vendors.url)
    await served.start()
    yield served
    await served.stop()


@pytest.fixture(scope="session")
def mdm_database_url(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """One database for all of these tests: emptying it takes a hundredth of the time of making another."""
    yield run_now(embedded_postgres.create_database("mdm_tests", template=migrated_template))
    run_now(embedded_postgres.drop_database("mdm_tests"))


@pytest.fixture
async def pool(mdm_database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(mdm_database_url, "mdm", size=8)
    await opened.execute("TRUNCATE commands, inbox, outbox, dead_letters, register.devices, register.identifiers")
    yield opened
    await opened.close()


@dataclasses.dataclass(frozen=True)
class Known:
    """A device of the vendors' world that the register knows, by all names it has there."""

    device: Device
    device_id: UUID
    serial: str


Know = Callable[..., Awaitable[Known]]


@pytest.fixture
def know(pool: Pool, vendors: Simulator) -> Know:
    """Enters the first device of a platform that nothing was asked of into the register, under its true names."""

    async def know(platform: str, *more: str, names: tuple[str, ...] | None = None) -> Known:
        device = next(
            each
            for each in vendors.world.devices
            if each.managed
            and not each.action
            and not each.commanded
            and each.model.plan.platform == platform
            and each.number >= vendors.world.acting_devices
        )
        device_id = uuid5(IDS, device.serial)
        own = {
            "windows": f"intune:{intune_id(vendors.world, device)}",
            "android": f"intune:{intune_id(vendors.world, device)}",
            "macos": f"jamf:computer/{device.number + 1}",
            "ios": f"jamf:mobile/{device.number + 1}",
        }[platform]
        given = names if names is not None else (f"serial:{device.serial}", own, *more)
        await enter(pool, device_id, *given)
        return Known(device, device_id, device.serial)

    return know


async def enter(pool: Pool, device_id: UUID, *names: str) -> None:
    """A device of the register under these names."""
    await pool.execute(
        "INSERT INTO register.devices (device_id, names, state, revision, version, weights)"
        " VALUES ($1, $2, 'deployed', 1, 1, '')",
        device_id,
        "\n".join(sorted(names)),
    )
    await pool.execute(
        "INSERT INTO register.identifiers (name, device_id) SELECT name, $2 FROM unnest($1::text[]) AS name",
        list(names),
        device_id,
    )


def wish(known: Known, action: str = "wipe", *, name: str = "first") -> Command:
    """A command for a device; the same name makes the same command."""
    return Command(
        command_id=uuid5(known.device_id, f"{action}/{name}"),
        device_id=known.device_id,
        action=action,  # type: ignore[arg-type]  # the tests' own word
        reference="L-7",
        wanted_at=NOW,
        serial=known.serial,
    )


def moved(device_id: UUID, *, command: Command | None = None, recalled: UUID | None = None) -> LossMoved:
    """A move of a loss that asks for a command, or takes one back; an event of its own each time."""
    number = next(_numbers)
    return LossMoved(
        id=f"{device_id}/{number}",
        source="quartermaster/losses",
        time=NOW,
        subject=str(device_id),
        data=Loss(
            loss_id=uuid5(device_id, "loss"),
            reference="L-7",
            revision=number,
            device_id=device_id,
            state="reported",
            how="stolen",
            reported_at=NOW,
            explanation="Moved on.",
            command=command,
            recalled=recalled,
        ),
    )


Tell = Callable[..., Awaitable[list[Event]]]


@pytest.fixture
def tell(pool: Pool) -> Tell:
    """Delivers events to the consumer; what it tells."""

    async def tell(*events: Event) -> list[Event]:
        return await deliver(pool, MdmConsumer(FixedClock(NOW), lambda: None).apply, events)

    return tell


def settings_at(url: str, **changes: object) -> MdmSettings:
    """Both managements behind one address, with the credentials that the simulator knows."""
    given: dict[str, object] = {
        "mdm_intune_tenant_id": "metropolitan.example",
        "mdm_intune_client_id": "quartermaster-commands",
        "mdm_intune_client_secret": SecretStr(INTUNE_SECRET),
        "mdm_intune_graph_url": url,
        "mdm_intune_login_url": url,
        "mdm_jamf_url": url,
        "mdm_jamf_client_id": "quartermaster-commands",
        "mdm_jamf_client_secret": SecretStr(JAMF_SECRET),
    }
    return MdmSettings(**given | changes)  # type: ignore[arg-type]  # checked by pydantic


def quick(mdms: Mapping[str, DeviceManagement]) -> Mapping[str, DeviceManagement]:
    """Managements that show at once what they took, as the simulator's do."""
    for mdm in mdms.values():
        mdm.settles = timedelta(seconds=0.05)
    return mdms


Start = Callable[..., Awaitable[Sender]]


@pytest.fixture
async def start(pool: Pool, door: ContraryDoor) -> AsyncIterator[Start]:
    """Starts senders that are stopped whatever happens."""
    started: list[Sender] = []
    async with aiohttp.ClientSession() as session:

        async def start(*, pace: Pace = QUICK, **changes: object) -> Sender:
            mdms = quick(chosen(settings_at(door.url, **changes), session))
            sender = Sender(pool, mdms, FixedClock(NOW), pace=pace)
            await sender.start()
            started.append(sender)
            return sender

        yield start
        for sender in started:
            await sender.stop()


async def ended(pool: Pool) -> None:
    """Wait until no command waits."""

    async def none_waits() -> bool:
        return not await pool.fetchval("SELECT count(*) FROM commands WHERE next_try_at IS NOT NULL")

    await until(none_waits, "all commands ended")


async def told(pool: Pool) -> list[CommandStanding]:
    """What was told of commands, in order; each only once."""
    reader = EventReader([DEVICE_COMMAND_PROGRESS])
    rows = await pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
    events = [reader.read("device-command-progress", row["event"]) for row in rows]
    assert len({event.id for event in events if event is not None}) == len(events)
    return [event.data for event in events if isinstance(event, DeviceCommandProgressed)]
