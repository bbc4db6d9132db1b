"""The directory file: the units of the organisation and the people who may act in chat.

It is chat's own file; the simulator reads it only to spread its fleet over the same units and to give
the same people their devices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from deploy.local.scenarios.scenario import ScenarioError

Role = Literal["staff", "manager", "planner", "finance", "director", "auditor"]


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    parent: str | None
    boroughs: list[str] = []


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str
    title: str
    unit: str
    roles: list[Role]


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    units: list[Unit]
    people: list[Person]


def directory_path(scenario_path: Path) -> Path:
    """Where a scenario's directory stands: beside `metropolitan.yaml`, `metropolitan.directory.yaml`."""
    return scenario_path.with_name(f"{scenario_path.stem}.directory.yaml")


def load_directory(path: Path) -> Directory:
    """Read and check a directory file: unique codes, names and e-mails, parents and units that exist.

    Raises ScenarioError naming the offender.
    """
    try:
        directory = msgspec.yaml.decode(path.read_bytes(), type=Directory)
    except msgspec.MsgspecError as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    seen: set[str] = set()
    for unit in directory.units:
        if unit.parent is not None and unit.parent not in seen:
            raise ScenarioError(f"{path.name}: {unit.code} stands before its parent {unit.parent!r}")
        if unit.code in seen:
            raise ScenarioError(f"{path.name}: unit {unit.code} stands twice")
        seen.add(unit.code)
    _refuse_repeats(path.name, "unit name", [unit.name for unit in directory.units])
    _refuse_repeats(path.name, "e-mail", [person.email for person in directory.people])
    for person in directory.people:
        if person.unit not in seen:
            raise ScenarioError(f"{path.name}: {person.email} belongs to an unknown unit, {person.unit!r}")
    return directory


def _refuse_repeats(file: str, what: str, values: list[str]) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ScenarioError(f"{file}: {what} stands twice: {', '.join(repeated)}")
