"""The same seed gives the same fleet, and the fleet is the one the scenario describes."""

from __future__ import annotations

import collections
import dataclasses

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.scenarios.directory import Directory
from deploy.local.scenarios.scenario import Scenario, months_later
from deploy.local.simulator.fleet.generation import Fleet, generate, shares
from deploy.local.simulator.fleet.serials import imei_of, serial_of

POLICY_LIFE = {"laptop": 48, "desktop": 60, "monitor": 72, "smartphone": 36}


def facts(fleet: Fleet) -> list[tuple[object, ...]]:
    return [dataclasses.astuple(dataclasses.replace(d, model=d.model.number)) for d in fleet.devices]  # type: ignore[arg-type]  # the number stands for the model


def test_the_same_seed_gives_the_same_fleet(borough: Scenario, borough_directory: Directory) -> None:
    assert facts(generate(borough, borough_directory)) == facts(generate(borough, borough_directory))


def test_another_seed_gives_another_fleet(borough: Scenario, borough_directory: Directory) -> None:
    heading = msgspec.structs.replace(borough.scenario, seed=1)
    other = generate(msgspec.structs.replace(borough, scenario=heading), borough_directory)
    assert facts(other) != facts(generate(borough, borough_directory))


@pytest.fixture(scope="module")
def fleet(metropolitan: Scenario, metropolitan_directory: Directory) -> Fleet:
    return generate(metropolitan, metropolitan_directory)


def test_the_metropolitan_fleet(metropolitan: Scenario, fleet: Fleet) -> None:
    counts = collections.Counter(device.model.kind for device in fleet.devices)
    assert counts == {
        "laptop": 40_000,
        "tablet": 12_000,
        "desktop": 15_000,
        "monitor": 30_000,
        "smartphone": 35_000,
    }
    assert len({device.serial for device in fleet.devices}) == len(fleet.devices) == 132_000
    assert len({person.email for person in fleet.people}) == len(fleet.people)
    starts = metropolitan.scenario.starts.date()
    for kind, months in POLICY_LIFE.items():
        used = [d for d in fleet.devices if d.model.kind == kind and d.status == 1]
        past = sum(months_later(d.purchased, months) < starts for d in used) / len(used)
        assert 0.05 < past < 0.25, kind
    ages = [(starts - device.purchased).days / 365.25 for device in fleet.devices]
    assert min(ages) < 0.2
    assert 6.5 < max(ages) < 7.2


def test_most_tablets_have_come_back_and_wait_to_be_sanitised(fleet: Fleet) -> None:
    tablets = [device for device in fleet.devices if device.model.kind == "tablet"]
    states = collections.Counter((device.status, device.substatus) for device in tablets)
    assert states[6, "pending_disposal"] > 7_000
    assert states[7, "disposed"] > 3_000
    assert 0 < states[1, ""] < 1_000
    assert not any(device.holder for device in tablets if device.status != 1)


def test_the_acting_people_hold_what_the_scenario_gives_them(borough: Scenario, borough_directory: Directory) -> None:
    held: dict[str, list[str]] = collections.defaultdict(list)
    for device in generate(borough, borough_directory).devices:
        if device.holder is not None and device.holder.acting:
            held[device.holder.email.partition("@")[0]].append(device.model.plan.name)
    assert held["amara.osei"] == ["Latitude 7400", "Galaxy A54 5G"]
    assert held["tom.whitfield"] == ["MacBook Pro (14-inch, 2021)", "iPhone 13"]
    assert len(held) == len(borough_directory.people)


def test_amaras_laptop_is_past_its_policy_life(borough: Scenario, borough_directory: Directory) -> None:
    amara = generate(borough, borough_directory).devices[0]
    assert months_later(amara.purchased, POLICY_LIFE["laptop"]) < borough.scenario.starts.date()


def test_a_holders_unit_is_the_devices_unit(borough: Scenario, borough_directory: Directory) -> None:
    for device in generate(borough, borough_directory).devices:
        assert device.holder is None or device.holder.unit == device.unit


def test_nothing_lies_in_the_future(borough: Scenario, borough_directory: Directory) -> None:
    starts = borough.scenario.starts.timestamp() * 1_000_000
    for device in generate(borough, borough_directory).devices:
        assert max(device.enrolled, device.last_sync, device.updated, device.created) < starts
        assert device.enrolled <= device.last_sync or not device.managed


@given(count=st.integers(0, 50_000))
def test_shares_add_up_to_the_whole(borough: Scenario, count: int) -> None:
    parts = list(shares(borough.kinds[0].models, count))
    assert sum(number for _, number in parts) == count
    assert all(number >= 0 for _, number in parts)


@given(numbers=st.sets(st.integers(0, 800_000_000), min_size=2, max_size=50))
def test_serials_of_a_manufacturer_never_meet(numbers: set[int]) -> None:
    for manufacturer in ("Dell Inc.", "HP", "LENOVO", "Apple", "samsung", "Microsoft Corporation"):
        assert len({serial_of(manufacturer, number) for number in numbers}) == len(numbers)


def test_serials_have_their_makers_form() -> None:
    assert len(serial_of("Dell Inc.", 1)) == 7
    assert serial_of("HP", 1).startswith("5CG")
    assert len(serial_of("Apple", 1)) == 12


def test_an_imei_passes_its_check() -> None:
    for number in (0, 7, 131_999):
        imei = imei_of(number)
        digits = [int(d) * (1 + place % 2) for place, d in enumerate(imei)]
        assert len(imei) == 15
        assert sum(d - 9 if d > 9 else d for d in digits) % 10 == 0
