"""The two scenarios, read once, and worlds to play in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deploy.local.scenarios.directory import Directory, directory_path, load_directory
from deploy.local.scenarios.scenario import FOLDER, Scenario, load_scenario
from deploy.local.simulator.live.step import prepare
from deploy.local.simulator.world import World


@pytest.fixture(scope="session")
def borough() -> Scenario:
    return load_scenario(FOLDER / "borough.yaml")


@pytest.fixture(scope="session")
def metropolitan() -> Scenario:
    return load_scenario(FOLDER / "metropolitan.yaml")


@pytest.fixture(scope="session")
def borough_directory() -> Directory:
    return load_directory(directory_path(FOLDER / "borough.yaml"))


@pytest.fixture(scope="session")
def metropolitan_directory() -> Directory:
    return load_directory(directory_path(FOLDER / "metropolitan.yaml"))


@pytest.fixture
def make_world(borough: Scenario, borough_directory: Directory) -> Callable[[], World]:
    def make() -> World:
        world = World(borough, borough_directory)
        prepare(world)
        return world

    return make
