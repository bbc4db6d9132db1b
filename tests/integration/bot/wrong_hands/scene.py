"""All that buttons and forms are about, made anew for each press: requests, losses, custody, a wave, books, letters."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.desk import Desk
from schemas.events.finance import DocumentType
from schemas.vocabulary import Kind
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.custody.commands import Details
from services.custody.consumer import CustodyConsumer
from services.custody.rules.machine import Cause as CustodyCause
from services.database.pool import Pool
from services.eventlog import dead_letters
from services.eventlog.dead_letters import DeadLetter
from services.refresh import policy_store
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.register.consumer import RegisterConsumer
from services.requests.rules.machine import Cause, Status
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, YEAR, document, recorded
from tests.fixtures.observations import START, asset, checked_in
from tests.fixtures.people import viewer
from tests.integration.custody import test_every_step_by_command as custody
from tests.integration.losses import test_every_step_by_command as losses
from tests.integration.refresh.fleet import DIRECTORY, changed
from tests.integration.requests import test_every_step_by_command as requests
from tests.integration.requests.journey import shelve
from tests.unit.refresh.policies import FILE

PROOF = b"%PDF-1.7 wiped"
DEVICES = 8
"""Laptops past their life, which a wave may order."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pools:
    """One a service, that looks in its own schema."""

    requests: Pool
    register: Pool
    losses: Pool
    custody: Pool
    refresh: Pool
    budget: Pool
    intake: Pool


class Scene:
    """Makes what somebody is to press on, standing where the step can be taken."""

    def __init__(self, desk: Desk, pools: Pools, clock: FixedClock, certificate: UUID) -> None:
        self.desk = desk
        self.pools = pools
        self.certificate = certificate
        self.requests = requests.Stage(pools.requests, pools.register, desk.commands, desk.deliveries, clock)
        self.losses = losses.Stage(pools.losses, pools.register, desk.losses)
        self.custody = custody.Stage(pools.custody, pools.register, desk.custodies, self._hear, certificate)
        for place, stage in enumerate((self.requests, self.losses, self.custody), 1):
            stage.number_from(1000 * place)
        self._numbers = itertools.count(9000)

    @classmethod
    async def make(cls, desk: Desk, pools: Pools, clock: FixedClock) -> Scene:
        """With what all of them share: a year's books, a policy, a few devices that are due, a proof."""
        async with pools.budget.acquire() as connection, connection.transaction():
            await configuration_store.fill_all(
                connection, load_price_book(), load_prior_years(), load_procurement(), desk.directory, NOW
            )
        approval = recorded(document("A1", DocumentType.APPROVAL, 2_500_000_000, 0))
        await deliver(pools.budget, BudgetConsumer(FixedClock(NOW)).apply, [approval])
        async with pools.refresh.acquire() as connection:
            await policy_store.adopt(connection, PolicyInForce.of(Policy.load(FILE), DIRECTORY), NOW)
        due = [changed(number, unit="central-west-response") for number in range(DEVICES)]
        await deliver(pools.refresh, RefreshConsumer(FixedClock(NOW)).apply, due)
        kept = await desk.custodies.keep_document(viewer("Helen Marsh"), name="report.pdf", content=PROOF)
        return cls(desk, pools, clock, kept.document_id)

    async def _hear(self, *events: Any) -> list[Any]:
        return await deliver(self.pools.custody, CustodyConsumer().apply, events)

    async def request(self, state: str, ahead_of: StrEnum) -> str:
        """The id of a request of Amara's."""
        return str(await self.requests.at(state, ahead_of))

    async def photographed(self) -> str:
        """The same that waits for Priya, with a photo."""
        request = await self.request(Status.WAITING_FOR_APPROVAL, Cause.APPROVE)
        await self.pools.requests.execute(
            "UPDATE requests.requests SET photos = '{F0NOTTHERE}' WHERE request_id = $1", UUID(request)
        )
        return request

    async def loss(self, state: str, ahead_of: StrEnum) -> str:
        """The id of a loss of Amara's, old enough to be written off."""
        loss = await self.losses.at(state, ahead_of)
        await self.pools.losses.execute(
            "UPDATE losses.losses SET reported_at = reported_at - interval '90 days' WHERE loss_id = $1", loss
        )
        return str(loss)

    async def record(self, state: str, ahead_of: StrEnum | None = None) -> str:
        """The C-number of a device that came back from Amara's unit."""
        thing = await self.custody.at(state, ahead_of)
        reference: str = await self.pools.custody.fetchval(
            "SELECT reference FROM custody.records WHERE custody_id = $1", thing
        )
        return reference

    async def batch(self) -> str:
        """The B-number of an act on two devices."""
        wanted = [await self.record("returned"), await self.record("returned")]
        details = Details(document_id=self.certificate, certificate_issuer="Blancco", certificate_number="B1")
        done = await self.desk.custodies.act(
            viewer("Helen Marsh"), CustodyCause.CERTIFY, wanted, details, idempotency_key=f"batch {wanted}"
        )
        return done.batch

    def shelved(self, request: str) -> str:
        """The serial in stock that may be set aside for a request."""
        return self.requests.shelf[UUID(request)]

    async def reference(self, request: str) -> str:
        """The R-number of a request."""
        found: str = await self.pools.requests.fetchval(
            "SELECT reference FROM requests.requests WHERE request_id = $1", UUID(request)
        )
        return found

    async def loss_reference(self, loss: str) -> str:
        """The L-number of a loss."""
        found: str = await self.pools.losses.fetchval(
            "SELECT reference FROM losses.losses WHERE loss_id = $1", UUID(loss)
        )
        return found

    async def serial(self, device: str) -> str:
        """The serial number of a device."""
        found: str = await self.pools.register.fetchval(
            "SELECT serial FROM register.devices WHERE device_id = $1", UUID(device)
        )
        return found

    async def cover(self) -> None:
        """Daniel decides for Priya."""
        today = self.desk.today
        await self.desk.commands.arrange_cover(
            viewer("Priya Nair"), "daniel.reyes@metropolitan.example", today, today + timedelta(days=2)
        )

    async def device(self) -> str:
        """The id of a laptop that Amara holds."""
        number = next(self._numbers)
        return str(await shelve(self.pools.register, f"SECRET{number}", number, **HELD))

    async def wave(self) -> tuple[str, str]:
        """The W-number and the id of a proposal."""
        key = f"wave {next(self._numbers)}"
        view = await self.desk.waves.propose(viewer("Helen Marsh"), most_pence=None, kinds=(), idempotency_key=key)
        return view.wave, str(view.wave_id)

    async def order(self, year: str = YEAR) -> str:
        """A purchase order in the books of a year."""
        number = next(self._numbers)
        order = document(
            f"P{number}",
            DocumentType.PURCHASE_ORDER,
            100_000,
            order_id=f"PO{number}",
            kind=Kind.LAPTOP,
            quantity=1,
            financial_year=year,
        )
        await deliver(self.pools.budget, BudgetConsumer(FixedClock(NOW)).apply, [recorded(order)])
        return f"P{number}"

    async def conflict(self) -> tuple[str, str]:
        """A conflict over a serial, and the claimant that may be split off."""
        number = next(self._numbers)
        serial, other = f"SECRET{number}", number + 50_000
        seen: list[Any] = [asset(serial, number, START, **HELD)]
        models = ("Latitude 5440", "EliteBook 840 G9")
        seen += [
            checked_in(serial, number if day % 2 else other, START + timedelta(days=day), model=models[day % 2])
            for day in range(6)
        ]
        await deliver(self.pools.register, RegisterConsumer().apply, seen)
        row = await self.pools.register.fetchrow(
            "SELECT conflict, claimants FROM register.conflicts WHERE serial = $1", f"serial:{serial}"
        )
        assert row is not None
        return row["conflict"], row["claimants"][-1]

    async def letter(self) -> tuple[str, str]:
        """What names a dead letter, and what names all of its reason."""
        number = next(self._numbers)
        letter = DeadLetter(source="jamf", reason=f"was {'x' * (number - 8999)}", body=b"SECRET %d" % number)
        async with self.pools.intake.acquire() as connection:
            await dead_letters.keep(connection, [letter])
        row = await self.pools.intake.fetchrow(
            "SELECT fingerprint, eventlog.reason_key(source, reason) AS reason_key FROM intake.dead_letters"
            " WHERE reason = $1",
            letter.reason,
        )
        assert row is not None
        return f"intake|{row['fingerprint']}", f"intake|{row['reason_key']}"


HELD = {
    "kind": Kind.LAPTOP,
    "state": "deployed",
    "unit": "central-west-response",
    "holder_email": "amara.osei@metropolitan.example",
}
