"""The directory holds London's command units, and the people whom every local workspace knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.scenarios.directory import Directory, load_directory
from deploy.local.scenarios.scenario import Scenario, ScenarioError

COMMANDS = {
    "Central East",
    "Central North",
    "Central South",
    "Central West",
    "East Area",
    "North Area",
    "North East",
    "North West",
    "South Area",
    "South East",
    "South West",
    "West Area",
}
ONE_UNIT = "units:\n- {code: a, name: A, parent: null}\n"
ACTING = {
    "amara.osei@metropolitan.example": ("Amara Osei", ["staff"], "central-west-response"),
    "tom.whitfield@metropolitan.example": ("Tom Whitfield", ["staff"], "central-north-response"),
    "priya.nair@metropolitan.example": ("Priya Nair", ["manager"], "central-west"),
    "daniel.reyes@metropolitan.example": ("Daniel Reyes", ["manager"], "central-north"),
    "helen.marsh@metropolitan.example": ("Helen Marsh", ["planner"], "end-user-services"),
    "idris.bello@metropolitan.example": ("Idris Bello", ["finance"], "commercial-finance"),
    "catherine.doyle@metropolitan.example": ("Catherine Doyle", ["director"], "digital-data-technology"),
    "ruth.adeyemi@metropolitan.example": ("Ruth Adeyemi", ["auditor"], "internal-audit"),
}


def test_the_twelve_commands_hold_all_thirty_two_boroughs(metropolitan_directory: Directory) -> None:
    commands = [unit for unit in metropolitan_directory.units if unit.parent == "frontline-policing"]
    assert {unit.name for unit in commands} == COMMANDS
    boroughs = [borough for unit in commands for borough in unit.boroughs]
    assert len(boroughs) == len(set(boroughs)) == 32
    for command in commands:
        teams = {unit.code for unit in metropolitan_directory.units if unit.parent == command.code}
        ends = ("response", "neighbourhoods", "protection")
        assert teams == {f"{command.code}-{end}" for end in ends}


def test_both_directories_know_the_acting_people(
    metropolitan_directory: Directory, borough_directory: Directory
) -> None:
    for directory in (metropolitan_directory, borough_directory):
        known = {p.email: (p.name, list(p.roles), p.unit) for p in directory.people}
        assert {email: known[email] for email in ACTING} == ACTING


def test_every_command_and_directorate_has_a_manager(metropolitan_directory: Directory) -> None:
    managed = {person.unit for person in metropolitan_directory.people if "manager" in person.roles}
    for unit in metropolitan_directory.units:
        if unit.parent in ("frontline-policing", "metropolitan") and unit.code != "frontline-policing":
            assert unit.code in managed


def test_the_scenarios_units_are_the_directorys(
    metropolitan: Scenario,
    metropolitan_directory: Directory,
    borough: Scenario,
    borough_directory: Directory,
) -> None:
    for scenario, directory in ((metropolitan, metropolitan_directory), (borough, borough_directory)):
        assert set(scenario.units.weights) <= {unit.code for unit in directory.units}
        held = {holding.holder for holding in scenario.holdings if holding.kind == "laptop"}
        assert held == {person.email for person in directory.people}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("units:\n- {code: a, name: A, parent: b}\npeople: []", "before its parent"),
        (
            "units:\n- {code: a, name: A, parent: null}\n- {code: a, name: B, parent: null}\npeople: []",
            "twice",
        ),
        (
            "units:\n- {code: a, name: A, parent: null}\n- {code: b, name: A, parent: a}\npeople: []",
            "unit name",
        ),
        (
            ONE_UNIT + "people:\n- {email: x@y.example, name: X, title: T, unit: z, roles: [staff]}",
            "unknown unit",
        ),
        (
            ONE_UNIT + "people:\n- {email: x@y.example, name: X, title: T, unit: a, roles: [king]}",
            "king",
        ),
    ],
)
def test_a_broken_directory_does_not_load(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "broken.directory.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=words):
        load_directory(file)
