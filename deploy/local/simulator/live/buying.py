"""Orders are placed, goods come, devices go to new holders, and the ones they replace come back."""

from __future__ import annotations

import random
from datetime import datetime

from deploy.local.simulator.fleet.device import IN_STOCK, IN_USE, JAMF, Device, Holder
from deploy.local.simulator.fleet.serials import serial_of
from deploy.local.simulator.live.leaving import hand_back
from deploy.local.simulator.live.rota import STEP_SECONDS
from deploy.local.simulator.moments import LONDON, MICROSECONDS, from_microseconds
from deploy.local.simulator.orders import YEAR, YEAR_ENDS, Order
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.world import World

HOUR = 3_600 * MICROSECONDS
DAY = 24 * HOUR
_HELD_KINDS = {"laptop", "smartphone"}


def buy(world: World, moment: datetime, begins: int, rng: random.Random, outbound: Outbound) -> None:
    """Orders go out once a working day, at three in the afternoon in London."""
    local = moment.astimezone(LONDON)
    if local.weekday() >= 5 or local.hour != 15 or local.minute * 60 >= STEP_SECONDS:
        return
    plan = world.scenario.orders
    largest = plan.largest_net_pence * (100 + plan.vat_percent) // 100
    if local.date() >= YEAR_ENDS or spent(world) + largest > approved(world):
        return
    whole, part = divmod(plan.orders_a_week, 5)
    for _ in range(whole + (rng.random() < part / 5)):
        order = world.buyer.order(len(world.orders) + 1, local.date(), plan.daily_net_pence, rng)
        world.orders.append(order)
        outbound.ordered(order)
        _expect(world, order, begins)


def spent(world: World) -> int:
    """Pence ordered in the year so far, VAT included, delivered or not."""
    return sum(order.gross_pence(world.scenario.orders.vat_percent) for order in world.orders)


def approved(world: World) -> int:
    """Pence approved for the year: no vendor here sells beyond it."""
    return world.scenario.published.approved_pence[YEAR]


def expect_open_orders(world: World) -> None:
    """Orders still open at the start will come too, each in its own time."""
    for order in world.orders:
        if order.invoiced is None:
            _expect(world, order, world.starts)


def _expect(world: World, order: Order, at: int) -> None:
    low, high = world.scenario.orders.lead_days
    rng = random.Random(f"{world.seed}:order:{order.number}")

    def arrive(world: World, at: int, outbound: Outbound) -> None:
        order.invoiced = from_microseconds(at).astimezone(LONDON).date()
        outbound.delivered(order)
        for _ in range(max(1, round(order.quantity * world.scenario.movements.delivered_share))):
            _unpack(world, order, at, rng, outbound)

    world.later(at + int((low + rng.random() * (high - low)) * DAY), arrive)


def _unpack(world: World, order: Order, at: int, rng: random.Random, outbound: Outbound) -> None:
    """One delivered device enters stock, and within a fortnight goes to somebody."""
    number = len(world.devices)
    whole = at // MICROSECONDS * MICROSECONDS
    device = Device(
        number=number,
        model=order.model,
        serial=serial_of(order.model.plan.manufacturer, number),
        unit="end-user-services" if "end-user-services" in world.unit_names else next(iter(world.unit_names)),
        holder=None,
        purchased=from_microseconds(at).date(),
        enrolled=0,
        last_sync=0,
        os_version=world.versions[order.model.plan.platform][-1],
        status=IN_STOCK,
        substatus="available",
        managed=False,
        created=whole,
        updated=whole,
        mod_count=0,
    )
    world.add_device(device)
    outbound.hardware(device, "insert")
    person = world.people[int(rng.random() * len(world.people))]

    def enrol(world: World, at: int, outbound: Outbound) -> None:
        _enrol(world, device, person, at, outbound)

    world.later(at + int((1 + rng.random() * 13) * DAY), enrol)


def _enrol(world: World, device: Device, person: Holder, at: int, outbound: Outbound) -> None:
    if device.model.kind in _HELD_KINDS and not person.acting:
        mine = world.held.get(person.number, ())
        replaced = [held for held in mine if held.model.kind == device.model.kind]
        world.give(device, person)
        for old in replaced:
            hand_back(world, old, at, outbound)
    device.unit = person.unit
    if device.model.vendor:
        device.managed = True
        device.enrolled = device.last_sync = at
        world.put_on_rota(device)
    world.record(device, at, IN_USE, "", outbound)
    if device.model.vendor == JAMF:
        event = "ComputerAdded" if device.model.plan.platform == "macos" else "MobileDeviceEnrolled"
        outbound.jamf(event, device, at)
