"""What the custody machine's guards ask, answered from the facts at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from services.custody.rules.machine import Guard


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that guards look at. A fact that a step does not ask for may stay as it is here."""

    already_sanitised: bool = False
    """Whether the register says that it was wiped after it was last in use."""
    unchecked: bool = False
    """Whether its user's accessibility settings are still to be checked on the new device."""
    managed: bool = False
    holds_storage: bool = True
    route: str | None = None
    """What the review decided."""
    certificate_at_hand: bool = False
    route_approved: bool = False
    weee_note_at_hand: bool = False


def holds(guard: str, facts: Facts) -> bool:
    """Whether a guard holds. Raises ValueError for one there is none of."""
    return _ANSWERS[Guard(guard)](facts)


_ANSWERS: Mapping[Guard, Callable[[Facts], bool]] = {
    Guard.ALREADY_SANITISED: lambda facts: facts.already_sanitised,
    Guard.ACCESSIBILITY_SETTLED: lambda facts: not facts.unchecked,
    Guard.MANAGED: lambda facts: facts.managed,
    Guard.CERTIFICATE_AT_HAND: lambda facts: facts.certificate_at_hand,
    Guard.HOLDS_NO_STORAGE: lambda facts: not facts.holds_storage,
    Guard.TO_BE_RESOLD: lambda facts: facts.route == "resale",
    Guard.TO_BE_REDISTRIBUTED: lambda facts: facts.route == "redistribution",
    Guard.TO_BE_RECYCLED: lambda facts: facts.route == "recycling",
    Guard.ROUTE_APPROVED: lambda facts: facts.route_approved,
    Guard.WEEE_NOTE_AT_HAND: lambda facts: facts.weee_note_at_hand,
}
