"""Whom a unit answers to: the nearest unit with a manager."""

from __future__ import annotations

from schemas.vocabulary import Role
from services.access.directory import Directory, Person, Unit


def test_the_nearest_managed_unit_commands() -> None:
    units = [
        Unit(code="met", name="Metropolitan"),
        Unit(code="west", name="West", parent="met"),
        Unit(code="west-response", name="West Response", parent="west"),
        Unit(code="audit", name="Audit", parent="met"),
    ]
    people = [
        Person(email="m@example.org", name="M", unit="west", roles=frozenset({Role.MANAGER})),
        Person(email="a@example.org", name="A", unit="audit", roles=frozenset({Role.AUDITOR})),
    ]
    directory = Directory(units, people)
    found = {code: directory.command_of(code) for code in ("west", "west-response", "audit", "met", "gone")}
    assert {code: unit and unit.code for code, unit in found.items()} == {
        "west": "west",
        "west-response": "west",
        "audit": "audit",
        "met": "met",
        "gone": None,
    }
