"""The directory: units as a tree, people with roles. Read from one YAML file that the organisation keeps."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import msgspec

from schemas.vocabulary import Role
from services.errors import ConfigurationError


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A business unit. `code` is its name in tables and events, `name` the one people and other systems use."""

    code: str
    name: str
    parent: str | None = None
    boroughs: tuple[str, ...] = ()


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may speak to Quartermaster. Everyone is staff, whether `roles` says so or not."""

    email: str
    name: str
    unit: str
    roles: frozenset[Role] = frozenset({Role.STAFF})
    title: str = ""

    @property
    def all_roles(self) -> frozenset[Role]:
        """The roles, staff included."""
        return self.roles | {Role.STAFF}


class _DirectoryFile(msgspec.Struct, frozen=True, kw_only=True):
    units: tuple[Unit, ...]
    people: tuple[Person, ...]


class Directory:
    """Answers who somebody is, which units lie under one, and who decides for whom. Immutable."""

    def __init__(self, units: Iterable[Unit], people: Iterable[Person]) -> None:
        self.units = {unit.code: unit for unit in units}
        self.people = {person.email.lower(): person for person in people}
        for unit in self.units.values():
            if unit.parent is not None and unit.parent not in self.units:
                raise ConfigurationError(f"directory: unit {unit.code} has an unknown parent {unit.parent}")
        for person in self.people.values():
            if person.unit not in self.units:
                raise ConfigurationError(f"directory: {person.email} is in an unknown unit {person.unit}")
        for code in self.units:
            self._check_no_circle(code)

    @classmethod
    def load(cls, path: Path) -> Directory:
        """Read the YAML file. Raises ConfigurationError naming the place that is wrong."""
        try:
            content = msgspec.yaml.decode(path.read_bytes(), type=_DirectoryFile)
        except (OSError, msgspec.MsgspecError) as error:
            raise ConfigurationError(f"directory {path.name}: {error}") from None
        return cls(content.units, content.people)

    def _check_no_circle(self, code: str) -> None:
        if code in (above.code for above in self.above(code)):
            raise ConfigurationError(f"directory: unit {code} lies under itself")

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, list[str]] = {}
        for unit in self.units.values():
            if unit.parent is not None:
                children.setdefault(unit.parent, []).append(unit.code)
        return {code: tuple(below) for code, below in children.items()}

    def person(self, email: str) -> Person | None:
        """The person with this e-mail address, in any case."""
        return self.people.get(email.lower())

    def called(self, words: str) -> list[Person]:
        """The people of this name, in any case, by address; or else those who have all its words in their names."""
        wanted = words.lower().split()
        if not wanted:
            return []
        full = [person for person in self.people.values() if person.name.lower().split() == wanted]
        found = full or [person for person in self.people.values() if set(wanted) <= set(person.name.lower().split())]
        return sorted(found, key=lambda person: person.email)

    def above(self, code: str) -> list[Unit]:
        """The units over this one, nearest first, without itself."""
        found: list[Unit] = []
        parent = self.units[code].parent
        while parent is not None and len(found) <= len(self.units):
            found.append(self.units[parent])
            parent = self.units[parent].parent
        return found

    def under(self, code: str) -> tuple[str, ...]:
        """This unit's code and those of all units below it."""
        found = [code]
        for each in found:
            found.extend(self._children.get(each, ()))
        return tuple(found)

    def command_of(self, code: str) -> Unit | None:
        """The nearest unit, this one first, that a manager answers for; this one if nobody does. None: not known."""
        unit = self.units.get(code)
        if unit is None:
            return None
        return next((each for each in (unit, *self.above(code)) if each.code in self._managed), unit)

    def manager_of(self, code: str) -> Person | None:
        """Who answers for a unit: of its managers the first by address; None if it has none."""
        here = (each for each in self.people.values() if each.unit == code and Role.MANAGER in each.roles)
        return min(here, key=lambda each: each.email, default=None)

    @cached_property
    def _managed(self) -> frozenset[str]:
        return frozenset(person.unit for person in self.people.values() if Role.MANAGER in person.roles)

    def find_unit(self, words: str) -> Unit | None:
        """The unit somebody means by its code or its name, in any case."""
        wanted = " ".join(words.lower().replace("-", " ").split())
        for unit in self.units.values():
            if wanted in (unit.code.lower().replace("-", " "), unit.name.lower().replace("-", " ")):
                return unit
        return None

    @cached_property
    def codes_by_name(self) -> dict[str, str]:
        """Unit name in lower case → code, as other systems write it."""
        return {unit.name.lower(): unit.code for unit in self.units.values()}

    def approver_of(self, person: Person) -> Person | None:
        """Who decides on this person's requests: the nearest manager or director above, never the person."""
        for code in (person.unit, *(unit.code for unit in self.above(person.unit))):
            here = [other for other in self.people.values() if other.unit == code and other.email != person.email]
            for role in (Role.MANAGER, Role.DIRECTOR):
                for other in sorted(here, key=lambda each: each.email):
                    if role in other.roles:
                        return other
        directors = (p for p in self.people.values() if Role.DIRECTOR in p.roles and p.email != person.email)
        return min(directors, key=lambda each: each.email, default=None)
