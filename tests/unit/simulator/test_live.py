"""The days that pass: decided by the seed, as busy as asked for, and going where the scenario says."""

from __future__ import annotations

import collections
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from deploy.local.scenarios.directory import Directory
from deploy.local.scenarios.scenario import Scenario
from deploy.local.simulator.finance.extract import COLUMNS, opening_rows
from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.incidents import CLOSED, Incident
from deploy.local.simulator.live.breakages import ceiling, failures_a_year
from deploy.local.simulator.live.chance import occurrences
from deploy.local.simulator.live.step import STEP, prepare, run_step, step_at
from deploy.local.simulator.orders import Order
from deploy.local.simulator.world import World

DAY = 288  # steps
MakeWorld = Callable[[], World]


class Recorder:
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def jamf(self, event: str, device: Device, at: int) -> None:
        self.said.append((event, device.serial, at))

    def hardware(self, device: Device, operation: str) -> None:
        self.said.append((f"hardware {operation}", device.serial, device.status, device.updated))

    def incident(self, incident: Incident, operation: str) -> None:
        self.said.append((f"incident {operation}", incident.number, incident.state, incident.updated))

    def ordered(self, order: Order) -> None:
        self.said.append(("ordered", order.order_id, order.net_pence))

    def delivered(self, order: Order) -> None:
        self.said.append(("delivered", order.order_id, order.net_pence))

    def count(self, what: str) -> int:
        return sum(entry[0] == what for entry in self.said)


def run(world: World, days: int, first: int = 0) -> Recorder:
    recorder = Recorder()
    for step in range(first * DAY, (first + days) * DAY):
        run_step(world, step, recorder)
    return recorder


def test_the_same_days_pass_twice_alike(make_world: MakeWorld) -> None:
    assert run(make_world(), 6).said == run(make_world(), 6).said


def test_a_stop_in_between_changes_nothing(make_world: MakeWorld) -> None:
    straight, halted = make_world(), make_world()
    whole = run(straight, 4).said
    assert run(halted, 2).said + run(halted, 2, first=2).said == whole


def test_everything_that_happens_in_a_step_is_later_than_its_record(make_world: MakeWorld) -> None:
    world = make_world()
    for step in range(5 * DAY):
        recorder = Recorder()
        run_step(world, step, recorder)
        ends = world.starts + (step + 1) * STEP
        for entry in recorder.said:
            if entry[0].startswith(("hardware", "incident", "Computer", "Mobile")):
                assert entry[-1] <= ends + 3_600_000_000


def test_a_day_brings_as_many_check_ins_as_asked_for(metropolitan: Scenario, metropolitan_directory: Directory) -> None:
    world = World(metropolitan, metropolitan_directory)
    prepare(world)
    recorder = run(world, 1)
    jamf = sum(entry[0].startswith(("Computer", "Mobile")) for entry in recorder.said)
    graph = sum(device.last_sync >= world.starts for device in world.microsoft)
    # At a day a minute, 200 to 400 a second.
    assert 12_000 < jamf + graph < 24_000


def test_the_morning_is_the_busiest_part_of_the_day(make_world: MakeWorld) -> None:
    recorder = run(make_world(), 5)
    stamps = [entry[2] for entry in recorder.said if entry[0].startswith(("Computer", "Mobile"))]
    hours = collections.Counter(datetime.fromtimestamp(at / 1e6, UTC).hour for at in stamps)
    assert sum(hours[hour] for hour in (6, 7, 8, 9)) > 3 * sum(hours[hour] for hour in (0, 1, 2, 3))


def test_every_device_in_use_that_is_not_idle_speaks_within_the_cycle(make_world: MakeWorld) -> None:
    world = make_world()
    idle_since = world.starts - world.scenario.check_ins.idle_days[0] * DAY * STEP
    lively = [d for d in world.devices if d.managed and d.last_sync > idle_since and d.action is None]
    idle = [d for d in world.devices if d.managed and d.last_sync <= idle_since and d.action is None]
    run(world, world.scenario.check_ins.every_days)
    assert all(d.last_sync >= world.starts for d in lively if d.status in (1, 3))
    assert all(d.last_sync < world.starts for d in idle if d.status in (1, 3))
    assert 50 < len(idle) < len(lively) / 10


def test_one_model_fails_early(make_world: MakeWorld) -> None:
    world = make_world()
    run(world, 14)
    failed = collections.Counter(
        incident.device.model.plan.name for incident in world.incidents if incident.subcategory == "failure"
    )
    surging = world.scenario.surge.model
    units = sum(d.model.plan.name == surging for d in world.devices)
    others = sum(count for name, count in failed.items() if name != surging)
    assert failed[surging] / units > 5 * others / (len(world.devices) - units)


def test_failures_grow_with_age_and_no_rate_passes_the_ceiling(make_world: MakeWorld) -> None:
    world = make_world()
    day = datetime(2025, 3, 31, tzinfo=UTC).date()
    laptops = [d for d in world.devices if d.model.plan.name == "Latitude 5420"]
    oldest, newest = min(laptops, key=lambda d: d.purchased), max(laptops, key=lambda d: d.purchased)
    assert failures_a_year(world, oldest, day) > failures_a_year(world, newest, day)
    most = max(failures_a_year(world, device, day) for device in world.devices)
    losses = max(plan.losses_a_year for plan in world.scenario.kinds)
    assert most + losses <= ceiling(world)


def test_incidents_run_to_their_end(make_world: MakeWorld) -> None:
    world = make_world()
    recorder = run(world, 20)
    states: dict[int, list[int]] = collections.defaultdict(list)
    for entry in recorder.said:
        if entry[0].startswith("incident"):
            states[entry[1]].append(entry[2])
    assert any(path == [1, 2, 6, 7] for path in states.values())
    assert all(path == [1, 2, 6, 7][: len(path)] for path in states.values())
    assert any(incident.state == CLOSED and incident.close_code for incident in world.incidents)


def test_a_wipe_is_pending_before_it_is_done_and_then_the_record_vanishes(make_world: MakeWorld) -> None:
    world = make_world()
    waiting = [d for d in world.microsoft if d.action is not None]
    assert waiting
    assert {d.action.state for d in waiting if d.action} == {"pending"}
    run(world, 4)
    ended = collections.Counter((d.action.state, d.managed) for d in waiting if d.action)
    assert ended["done", False] > 0
    assert ended["pending", True] + ended["pending", False] == 0
    # However it ended, the device spoke to say so, and a list of recent check-ins holds it.
    assert all(d.action.updated <= d.last_sync for d in waiting if d.action)


def test_deliveries_bring_new_devices_into_use(make_world: MakeWorld) -> None:
    world = make_world()
    before = len(world.devices)
    recorder = run(world, 30)
    new = world.devices[before:]
    assert len(new) == recorder.count("hardware insert") > 20
    assert len({d.serial for d in world.devices}) == len(world.devices)
    assert any(d.status == 1 and d.managed for d in new)
    assert recorder.count("MobileDeviceEnrolled") + recorder.count("ComputerAdded") > 0


def test_chance_leaves_the_acting_peoples_devices_alone(make_world: MakeWorld) -> None:
    world = make_world()
    run(world, 30)
    for device in world.devices[: world.acting_devices]:
        assert device.status == 1
        assert device.holder is not None
        assert device.holder.acting


def test_the_ledger_starts_at_forty_six_per_cent_and_passes_half(make_world: MakeWorld) -> None:
    world = make_world()
    vat = world.scenario.orders.vat_percent
    invoiced = sum(order.gross_pence(vat) for order in world.orders if order.invoiced)
    committed = sum(order.gross_pence(vat) for order in world.orders if not order.invoiced)
    assert 740_000_000 < invoiced < 760_000_000
    assert 390_000_000 < committed < 410_000_000
    assert invoiced + committed < 1_250_000_000
    run(world, 14)
    assert sum(order.gross_pence(vat) for order in world.orders) > 1_250_000_000


def test_no_order_alone_reaches_a_procurement_gate(make_world: MakeWorld) -> None:
    world = make_world()
    run(world, 60)
    gate = world.scenario.published.procurement_route_from_pence
    vat = world.scenario.orders.vat_percent
    assert all(order.net_pence * (100 + vat) // 100 < gate for order in world.orders)


def test_the_year_ends_within_what_was_approved(make_world: MakeWorld) -> None:
    world = make_world()
    run(world, 160)
    ordered = sum(order.gross_pence(world.scenario.orders.vat_percent) for order in world.orders)
    assert 1_800_000_000 < ordered <= 2_500_000_000
    assert max(order.ordered for order in world.orders) < datetime(2025, 4, 1, tzinfo=UTC).date()


def test_the_opening_extract_names_each_document_once(borough: Scenario, make_world: MakeWorld) -> None:
    rows = list(opening_rows(borough, make_world().orders))
    documents = [row[0] for row in rows]
    assert len(documents) == len(set(documents))
    assert all(len(row) == len(COLUMNS) for row in rows)
    dates = [row[COLUMNS.index("document_date")] for row in rows[3:]]
    assert dates == sorted(dates, key=str)
    ordered = {row[2] for row in rows if row[1] == "purchase_order"}
    assert {row[2] for row in rows if row[1] == "invoice"} < ordered


def test_steps_are_counted_from_the_start(make_world: MakeWorld) -> None:
    world = make_world()
    assert step_at(world, world.moment(37, 300)) == 37
    assert step_at(world, world.scenario.scenario.starts) == 0


def test_occurrences_have_the_mean_asked_for() -> None:
    rng = random.Random(5)
    draws = [occurrences(rng, 2.5) for _ in range(4_000)]
    assert 2.4 < sum(draws) / len(draws) < 2.6
