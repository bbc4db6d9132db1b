"""Anything may happen to a few devices, and anybody may press anything: the services settle and agree."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from schemas.envelope import Event
from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.custody import queries as custody_queries
from services.custody.rules.machine import Cause
from services.errors import QuartermasterError
from services.losses import queries as losses_queries
from services.losses.queries import LossView
from tests.fixtures.observations import START, checked_in
from tests.fixtures.people import small_directory
from tests.integration.flow.ends import AMARA, HELEN, PRIYA, Ends, ends, serial
from tests.integration.flow.joined import Disorder

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
SEEDS = int(os.environ.get("ENDS_SEEDS", "4"))
GIVEN = {"condition": "good", "charity": "schools", "weee_note": "W-1"}
IN_CUSTODY = {
    "returned": {"returned", "wipe_requested", "wipe_failed", "to_destruction"},
    "sanitised": {"sanitised", "reviewed", "destroyed"},
    "resold": {"resold"},
    "redistributed": {"redistributed"},
    "recycled": {"recycled"},
}
GONE_OR_NONE = {None, "back_in_use", "written_off", "resold", "redistributed", "recycled"}


async def something_is_seen(world: Ends, chance: random.Random, number: int) -> None:
    happened: list[Callable[[], Event]] = [
        lambda: checked_in(serial(number), number, world.clock.now()),
        lambda: world.enrolled(number),
        lambda: world.wiped("done", number),
        lambda: world.wiped("failed", number),
        lambda: world.desk(DeviceState.RETURNED, number),
        lambda: world.desk(DeviceState.RETURNED, number),
        lambda: world.desk(DeviceState.DEPLOYED, number),
    ]
    await world.tell(*(chance.choice(happened)() for _ in range(chance.choice([1, 1, 2]))))


async def custody_acts(world: Ends, chance: random.Random, number: int) -> None:
    view = await custody_queries.custody(world.pools["custody"], HELEN, serial(number))
    if view is not None and view.may:
        await world.act(Cause(chance.choice(view.may)), number, **GIVEN)


async def somebody_presses(world: Ends, chance: random.Random, number: int) -> None:
    device_id = await world.device_id(number)
    async with world.pools["losses"].acquire() as connection:
        loss = await losses_queries.open_loss_of(connection, HELEN, small_directory(), device_id)
    await pressed(world, chance, number, loss)
    await world.after()


async def pressed(world: Ends, chance: random.Random, number: int, loss: LossView | None) -> None:
    losses, key, who = world.losses, str(chance.random()), chance.choice([AMARA, PRIYA, HELEN])
    if loss is None:
        device_id = await world.device_id(number)
        await losses.report(who, device_id=device_id, how="lost", idempotency_key=key)
        return
    buttons: list[Callable[[], Awaitable[LossView]]] = [
        lambda: losses.ask_wipe(who, loss.loss_id, idempotency_key=key),
        lambda: losses.confirm_wipe(who, loss.loss_id, idempotency_key=key),
        lambda: losses.call_off(who, loss.loss_id, idempotency_key=key),
        lambda: losses.write_off(who, loss.loss_id, reason="gone", idempotency_key=key),
        lambda: losses.find(who, loss.loss_id, idempotency_key=key),
    ]
    await chance.choice(buttons)()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_they_settle_and_agree_whatever_happens(database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    ways = [something_is_seen, something_is_seen, custody_acts, somebody_presses]
    async with ends(database_url, FixedClock(START), Disorder(seed)) as world:
        for number in (1, 2):
            await world.deployed(number)
        for _ in range(40):
            world.clock.advance(timedelta(hours=chance.choice([0, 0, 30, 900])))
            try:
                await chance.choice(ways)(world, chance, chance.choice([1, 2]))
            except QuartermasterError:
                await world.after()
            for number in (1, 2):
                register, custody, loss = await world.states(number)
                assert custody in IN_CUSTODY.get(register or "", GONE_OR_NONE), (register, custody, loss)
        assert await world.faults() == []
