"""The devices that the scenes use are there in the scenario, and fit what the scenes say of them."""

from __future__ import annotations

from deploy.local.demo.props import Props
from deploy.local.scenarios.directory import directory_path, load_directory
from deploy.local.scenarios.scenario import FOLDER, load_scenario
from deploy.local.simulator.world import World

PATH = FOLDER / "borough.yaml"


def world() -> World:
    return World(load_scenario(PATH), load_directory(directory_path(PATH)))


def test_the_same_devices_are_found_on_every_run() -> None:
    first, second = Props.of(world()), Props.of(world())
    for name in ("spoilt", "worn", "mac"):
        assert getattr(first, name).serial == getattr(second, name).serial
    assert [each.serial for each in first.leavers] == [each.serial for each in second.leavers]


def test_whoever_leaves_is_nobody_who_acts_and_holds_what_can_be_wiped() -> None:
    props = Props.of(world())
    assert not props.leaver.acting
    assert {each.model.kind for each in props.leavers} == {"laptop", "smartphone"}
    assert all(each.managed for each in (*props.leavers, props.spoilt, props.worn))


def test_no_device_plays_two_parts() -> None:
    props = Props.of(world())
    serials = [each.serial for each in (props.old, *props.leavers, props.spoilt, props.worn, props.mac)]
    assert len(set(serials)) == len(serials)


def test_the_laptop_for_the_new_holder_lies_in_stock() -> None:
    mac = Props.of(world()).mac
    assert (mac.holder, mac.managed, mac.substatus) == (None, False, "available")
