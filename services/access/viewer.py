"""The viewer: every read takes one, and SQL applies it. Pure rules of who sees what (DESIGN §1, §4 rule 6)."""

from __future__ import annotations

import dataclasses

from schemas.vocabulary import Role
from services.access.directory import Directory
from services.errors import NotAllowed

SEES_ALL_UNITS = frozenset({Role.PLANNER, Role.FINANCE, Role.DIRECTOR, Role.AUDITOR})
SEES_PRICES = frozenset({Role.FINANCE, Role.DIRECTOR, Role.AUDITOR})
SEES_UNITS = SEES_ALL_UNITS | {Role.MANAGER}


@dataclasses.dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and how far they see.

    `units` are the codes a read is limited to; None means every unit, an empty tuple means only their own devices.
    In SQL: `($1::text[] IS NULL OR unit = ANY ($1))`. `manages` are the units a manager answers for, however far they
    see by another role: who plans for all units decides for their own alone.
    """

    email: str
    name: str
    roles: frozenset[Role]
    unit: str | None
    units: tuple[str, ...] | None
    manages: tuple[str, ...] = ()

    @property
    def sees_prices(self) -> bool:
        """Prices, suppliers and contracts are OFFICIAL-SENSITIVE [COMMERCIAL]: finance, director, auditor only."""
        return bool(self.roles & SEES_PRICES)

    @property
    def unit_scope(self) -> list[str] | None:
        """The parameter for SQL."""
        return None if self.units is None else list(self.units)

    def has(self, *roles: Role) -> bool:
        """True if the viewer has any of these roles."""
        return bool(self.roles.intersection(roles))

    def narrowed_to(self, code: str, directory: Directory) -> Viewer:
        """The same viewer looking at one unit and below. Raises NotAllowed outside their own units."""
        wanted = directory.under(code)
        if self.units is not None and not set(wanted) <= set(self.units):
            raise NotAllowed(f"You may see your own unit and those under it; {directory.units[code].name} is not one.")
        return dataclasses.replace(self, units=wanted)


def viewer_for(email: str, directory: Directory) -> Viewer:
    """The viewer for an e-mail address. A person the directory does not know is staff without a unit."""
    person = directory.person(email)
    if person is None:
        return Viewer(email.lower(), email, frozenset({Role.STAFF}), None, ())
    roles = person.all_roles
    manages = directory.under(person.unit) if Role.MANAGER in roles else ()
    units = None if roles & SEES_ALL_UNITS else manages
    return Viewer(person.email.lower(), person.name, roles, person.unit, units, manages)
