"""A loss is never forgotten: who asks for a replacement because theirs is gone has reported it, whatever dies then."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from schemas.events.request import Progress, RequestProgressed, RequestRaised
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import RuleBroken
from services.losses import queries
from services.losses.commands import Losses, request_key
from services.losses.consumer import LossesConsumer
from services.register.consumer import RegisterConsumer
from services.requests.commands import Requests
from services.requests.queries import Reason, RequestView
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.losses import device_changed
from tests.fixtures.observations import asset
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.request_policies import generous
from tests.integration.losses.conftest import Reports, told

pytestmark = pytest.mark.integration
AMARA = viewer("Amara Osei")


class Asking:
    """Amara asks for a replacement of S1; what was told of it is kept."""

    def __init__(self, database_url: str, clock: FixedClock, device_id: UUID) -> None:
        self._url, self._clock, self._device = database_url, clock, device_id

    async def __call__(self, reason: Reason = Reason.STOLEN) -> tuple[RequestView, RequestRaised]:
        pool = await open_pool(self._url, "requests")
        view = await Requests(pool, self._clock, small_directory(), policy=generous()).raise_request(
            AMARA,
            device_id=self._device,
            kind=Kind.LAPTOP,
            reason=reason,
            needed_by=None,
            accessibility_needs=False,
            explanation="",
            delivery_place="Charing Cross",
            idempotency_key="ask",
        )
        rows = await pool.fetch("SELECT event FROM outbox ORDER BY position")
        await pool.close()
        events = [msgspec.json.decode(row["event"], type=RequestRaised | RequestProgressed) for row in rows]
        return view, next(each for each in events if isinstance(each, RequestRaised))


@pytest.fixture
def ask(database_url: str, clock: FixedClock, devices: dict[str, UUID]) -> Asking:
    return Asking(database_url, clock, devices["S1"])


async def hear(pool: Pool, clock: FixedClock, *events: object) -> list[object]:
    return await deliver(pool, LossesConsumer(clock).apply, events)  # type: ignore[arg-type]


async def test_a_request_whose_report_died_is_reported_and_locked(pool: Pool, clock: FixedClock, ask: Asking) -> None:
    request, event = await ask()
    clock.advance(timedelta(minutes=5))
    await hear(pool, clock, event)
    async with pool.acquire() as connection:
        (loss,) = await queries.open_losses(connection, AMARA, small_directory())
    assert (loss.how, loss.state, loss.request_reference) == ("stolen", "reported", request.reference)
    assert (loss.reporter_email, loss.holder_email, loss.reported_at) == (AMARA.email, AMARA.email, NOW)
    (said,) = await told(pool)
    assert said.command is not None
    assert (said.command.action, said.serial) == ("lock", "S1")


@pytest.mark.parametrize("first", ["command", "event"])
async def test_command_and_event_are_one_report_whichever_comes_first(
    pool: Pool, clock: FixedClock, losses: Losses, devices: dict[str, UUID], ask: Asking, first: str
) -> None:
    request, event = await ask()

    async def command() -> UUID:
        found = await losses.report(
            AMARA,
            device_id=devices["S1"],
            how="stolen",
            request_reference=request.reference,
            idempotency_key=request_key(request.request_id),
        )
        return found.loss.loss_id

    if first == "event":
        await hear(pool, clock, event)
    loss_id = await command()
    await hear(pool, clock, event, msgspec.structs.replace(event, id="the same, written anew"))
    assert await command() == loss_id
    assert [(each.loss_id, each.revision) for each in await told(pool)] == [(loss_id, 1)]


async def test_of_both_at_once_one_reports(
    pool: Pool, clock: FixedClock, losses: Losses, devices: dict[str, UUID], ask: Asking
) -> None:
    request, event = await ask()
    key = request_key(request.request_id)
    await asyncio.gather(
        hear(pool, clock, event),
        *(losses.report(AMARA, device_id=devices["S1"], how="stolen", idempotency_key=key) for _ in range(3)),
    )
    assert await pool.fetchval("SELECT count(*) FROM losses") == 1
    assert len([each for each in await told(pool) if each.command is not None]) == 1


async def test_a_loss_that_was_reported_before_learns_of_the_request(
    pool: Pool, clock: FixedClock, report: Reports, ask: Asking
) -> None:
    before = (await report(how="stolen")).loss
    request, event = await ask()
    await hear(pool, clock, event)
    async with pool.acquire() as connection:
        (loss,) = await queries.open_losses(connection, AMARA, small_directory())
    assert (loss.loss_id, loss.request_reference) == (before.loss_id, request.reference)
    assert [each.revision for each in await told(pool)] == [1, 2]


async def test_a_request_that_comes_late_does_not_lose_a_found_device_again(
    pool: Pool, clock: FixedClock, losses: Losses, report: Reports, ask: Asking
) -> None:
    before = (await report(how="stolen")).loss
    _, event = await ask()
    clock.advance(timedelta(days=1))
    await losses.find(AMARA, before.loss_id, idempotency_key="f")
    await hear(pool, clock, event)
    assert await pool.fetchval("SELECT count(*) FROM losses") == 1


async def test_a_request_that_is_withdrawn_does_not_end_the_loss(pool: Pool, clock: FixedClock, ask: Asking) -> None:
    request, event = await ask(Reason.LOST)
    withdrawn = RequestProgressed(
        id="w",
        source="quartermaster/requests",
        time=NOW,
        subject=str(request.request_id),
        data=Progress(
            request_id=request.request_id,
            reference=request.reference,
            requester_email=AMARA.email,
            status="withdrawn",
            explanation="",
            revision=2,
        ),
    )
    for events in itertools.permutations([event, withdrawn]):
        await hear(pool, clock, *events)
    assert await pool.fetch("SELECT state FROM losses") == [("reported",)]


async def test_a_request_for_a_broken_one_reports_nothing(pool: Pool, clock: FixedClock, ask: Asking) -> None:
    _, event = await ask(Reason.BROKEN)
    await hear(pool, clock, event)
    assert await told(pool) == []


async def test_a_request_from_long_before_there_were_losses_reports_nothing(
    pool: Pool, clock: FixedClock, ask: Asking
) -> None:
    _, event = await ask()
    clock.advance(timedelta(days=15))
    await hear(pool, clock, event)
    assert await told(pool) == []


async def test_a_loss_of_a_record_that_proved_to_be_anothers_is_reported_for_that_one(
    pool: Pool, clock: FixedClock, devices: dict[str, UUID], ask: Asking
) -> None:
    _, event = await ask()
    await hear(pool, clock, device_changed(9, devices["S1"], merged_into=devices["S3"]), event)
    assert await pool.fetchval("SELECT serial FROM losses") == "S3"


async def test_a_device_that_the_register_has_by_no_such_id_is_reported_by_what_the_request_says(
    pool: Pool, clock: FixedClock, ask: Asking
) -> None:
    _, event = await ask()
    unknown = msgspec.structs.replace(event.data, device_id=UUID(int=7))
    await hear(pool, clock, msgspec.structs.replace(event, data=unknown))
    assert await pool.fetch("SELECT serial, state FROM losses") == [("S1", "reported")]


async def test_a_device_that_has_left_us_is_a_fault_to_be_looked_at(
    database_url: str, pool: Pool, clock: FixedClock, ask: Asking
) -> None:
    _, event = await ask()
    register = await open_pool(database_url, "register")
    await deliver(register, RegisterConsumer().apply, [asset("S1", 0, NOW, state=DeviceState.WRITTEN_OFF)])
    await register.execute("UPDATE devices SET state = 'recycled' WHERE serial = 'S1'")
    await register.close()
    with pytest.raises(RuleBroken):
        await hear(pool, clock, event)


async def test_a_press_for_one_loss_is_no_press_for_another(losses: Losses, report: Reports) -> None:
    one = (await report()).loss
    other = (await report("Tom Whitfield", "S2")).loss
    helen = viewer("Helen Marsh")
    await losses.find(helen, one.loss_id, idempotency_key="k")
    with pytest.raises(RuleBroken, match="another loss"):
        await losses.find(helen, other.loss_id, idempotency_key="k")
