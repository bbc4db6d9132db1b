"""The services of a device's end, joined over one database: register, requests, losses, custody, mdm and watch.

People's commands are the services' own; device management is a console in memory that carries out what it is sent when
a test says that the device is online.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from schemas.envelope import Event
from schemas.events.device import DeviceEnrolled, Enrolment, Wipe, WipeReported
from schemas.topics import CUSTODY, DEVICE_OBSERVED, LOSS, PERSON
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.rules.machine import Cause
from services.custody.service import TOPICS as HEARD_BY_CUSTODY
from services.custody.verification import faults
from services.database.pool import Pool, open_pool
from services.eventlog.outbox import Outgoing
from services.losses.commands import Losses
from services.losses.consumer import LossesConsumer
from services.losses.service import TOPICS as HEARD_BY_LOSSES
from services.mdm.consumer import MdmConsumer
from services.mdm.rules.looking import Seen
from services.mdm.sender import Sender
from services.mdm.store import Action
from services.register.consumer import RegisterConsumer
from services.register.queries import verify_counts
from services.requests.commands import Requests
from services.requests.consumer import TOPICS as HEARD_BY_REQUESTS
from services.requests.consumer import RequestsConsumer
from services.watch.consumer import WANTED, WatchConsumer
from services.watch.evaluation import Evaluation
from services.watch.service import TOPICS as HEARD_BY_WATCH
from services.watch.thresholds import load_thresholds
from tests.fixtures.observations import asset, checked_in
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.request_policies import generous
from tests.integration.flow.joined import Joined, Listener, Order

UNIT = "central-west-response"
AMARA, PRIYA, HELEN, IDRIS = (viewer(name) for name in ("Amara Osei", "Priya Nair", "Helen Marsh", "Idris Bello"))
SERVICES = ("register", "requests", "losses", "custody", "mdm", "watch")


class Console:
    """A device management in memory: what it took, by device, and which serial each of its ids stands for."""

    name = "intune"
    title = "Microsoft Intune"
    settles = timedelta(0)

    def __init__(self) -> None:
        self.serials: dict[str, str] = {}
        self.taken: list[tuple[str, Action]] = []

    async def look(self, device: str, action: Action) -> Seen | None:
        if device not in self.serials:
            return None
        mark = str(len([each for each in self.taken if each == (device, action)])) if self.taken else None
        return Seen(handle=device, mark=mark, serial=self.serials[device])

    async def send(self, handle: str, action: Action) -> None:
        self.taken.append((handle, action))


@dataclasses.dataclass
class Ends:
    """The services, their commands, and a world that tells what happens in it at the hour that it is."""

    pools: dict[str, Pool]
    services: Joined
    order: Order
    clock: FixedClock
    custodies: Custodies
    losses: Losses
    requests: Requests
    console: Console
    sender: Sender
    _acts: int = 0

    async def tell(self, *events: Event) -> None:
        """Something is observed; an hour goes by, and everything follows that follows."""
        await self.services.play([(DEVICE_OBSERVED, event) for event in events], self.order)
        await self.settle()
        self.clock.advance(timedelta(hours=1))

    async def settle(self) -> None:
        """Until nobody has anything to say and no command waits. The sender sends what is due."""
        for _ in range(40):
            heard = await self.services.collect(self.order)
            sent = await self.sender.send_next()
            if not heard and not sent:
                return
        raise AssertionError("they never stop answering each other")

    async def deployed(self, number: int = 1, *, checks_in: bool = True, **facts: Any) -> None:
        """Amara's laptop, managed by Intune."""
        self.console.serials[f"mdm-{number}"] = serial(number)
        known = {"kind": Kind.LAPTOP, "unit": UNIT, "holder_email": AMARA.email, "model": "Latitude 5440"}
        record = asset(serial(number), number, self.clock.now(), state=DeviceState.DEPLOYED, **(known | facts))
        await self.tell(record)
        if checks_in:
            await self.tell(checked_in(serial(number), number, self.clock.now(), kind=Kind.LAPTOP))

    def desk(self, state: DeviceState, number: int = 1) -> Event:
        """The desk's record of the device, now."""
        return asset(serial(number), number, self.clock.now(), state=state, kind=Kind.LAPTOP, unit=UNIT)

    def wiped(self, outcome: Literal["requested", "done", "failed", "cancelled"], number: int = 1) -> Event:
        """Intune tells how a wipe stands, now."""
        now = self.clock.now()
        names = {"serial": serial(number), "intune": f"mdm-{number}"}
        data = Wipe(identifiers=names, outcome=outcome)
        return WipeReported(id=f"{number}/{outcome}/{now}", source="intune", time=now, subject="x", data=data)

    def enrolled(self, number: int = 1) -> Event:
        """It was set up anew, now."""
        now = self.clock.now()
        data = Enrolment(identifiers={"serial": serial(number), "intune": f"mdm-{number}"})
        return DeviceEnrolled(id=f"{number}/enrolled/{now}", source="intune", time=now, subject="x", data=data)

    async def act(self, cause: Cause, number: int = 1, **details: Any) -> None:
        """Helen acts on the device's open custody record, and everything follows."""
        self._acts += 1
        row = await self.pools["custody"].fetchrow(
            "SELECT reference FROM records WHERE serial = $1 AND ended_at IS NULL", serial(number)
        )
        assert row is not None, "no open record"
        if cause in (Cause.CERTIFY, Cause.DESTROY):
            kept = await self.custodies.keep_document(HELEN, name="proof.pdf", content=b"%PDF")
            details = {
                "document_id": kept.document_id,
                "certificate_issuer": "Secure Wipe Ltd",
                "certificate_number": "SW-1",
            } | details
        await self.custodies.act(HELEN, cause, [row["reference"]], Details(**details), idempotency_key=str(self._acts))
        await self.after()

    async def after(self) -> None:
        """What follows from a person's command; an hour goes by."""
        await self.settle()
        self.clock.advance(timedelta(hours=1))

    async def device_id(self, number: int = 1) -> UUID:
        found: UUID = await self.pools["register"].fetchval(
            "SELECT device_id FROM identifiers WHERE name = $1", f"serial:{serial(number)}"
        )
        return found

    async def states(self, number: int = 1) -> tuple[str | None, str | None, str | None]:
        """Where the device stands by the register, its newest custody record and its newest loss."""
        device = await self.device_id(number)
        register = await self.pools["register"].fetchval("SELECT state FROM devices WHERE device_id = $1", device)
        custody = await self.pools["custody"].fetchval(
            "SELECT state FROM records WHERE device_id = $1 ORDER BY ended_at IS NULL DESC, came_at DESC LIMIT 1",
            device,
        )
        loss = await self.pools["losses"].fetchval(
            "SELECT state FROM losses WHERE device_id = $1 ORDER BY reported_at DESC LIMIT 1", device
        )
        return register, custody, loss

    async def faults(self) -> list[str]:
        """What must never be: dead letters, broken chains, counters that are no sums, alerts that nothing holds up."""
        found = [
            f"{name}: {row['reason']}"
            for name, pool in self.pools.items()
            for row in await pool.fetch("SELECT reason FROM dead_letters")
        ]
        async with self.pools["custody"].acquire() as connection:
            found += [f"{each.where}: {each.what}" async for each in faults(connection)]
        async with self.pools["register"].acquire() as connection:
            found += await verify_counts(connection)
        return found


def serial(number: int) -> str:
    """The serial of a device by its number."""
    return f"SER{number:04}"


class Answering(Joined):
    """Also takes up what stands in outboxes because of people's commands."""

    async def collect(self, order: Order) -> int:
        """Deliver what waits anywhere; how many records it took."""
        for listener in self._listeners:
            for record in await listener.apply([]):
                self._publish(record, order)
        nothing: Sequence[Outgoing] = ()
        return await self.play(nothing, order)


@asynccontextmanager
async def ends(database_url: str, clock: FixedClock, order: Order) -> AsyncIterator[Ends]:
    """The services over a fresh database."""
    directory = small_directory()
    async with AsyncExitStack() as stack:
        pools: dict[str, Pool] = {}
        for name in SERVICES:
            pools[name] = await open_pool(database_url, name, size=2)
            stack.push_async_callback(pools[name].close)
        console = Console()
        sender = Sender(pools["mdm"], {"intune": console}, clock)
        watch = WatchConsumer(Evaluation(load_thresholds(), directory), clock)
        heard_by_register = [DEVICE_OBSERVED, PERSON, LOSS, CUSTODY]
        services = Answering(
            [
                Listener("register", heard_by_register, RegisterConsumer().apply, pools["register"]),
                Listener("requests", HEARD_BY_REQUESTS, RequestsConsumer().apply, pools["requests"]),
                Listener("losses", HEARD_BY_LOSSES, LossesConsumer(clock).apply, pools["losses"]),
                Listener("custody", HEARD_BY_CUSTODY, CustodyConsumer().apply, pools["custody"]),
                Listener("mdm", [CUSTODY, LOSS], MdmConsumer(clock, lambda: None).apply, pools["mdm"]),
                Listener("watch", HEARD_BY_WATCH, watch.apply, pools["watch"], WANTED),
            ]
        )
        yield Ends(
            pools,
            services,
            order,
            clock,
            Custodies(pools["custody"], clock, directory),
            Losses(pools["losses"], clock, directory),
            Requests(pools["requests"], clock, directory, policy=generous()),
            console,
            sender,
        )
