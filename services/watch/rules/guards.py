"""What the alert machine's guards ask, answered from the facts at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from services.watch.rules.machine import Guard


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that guards look at. A fact that a step does not ask for may stay as it is here."""

    grown: bool = False
    """Whether it is more severe than when it was snoozed."""
    until_has_come: bool = False
    """Whether the time until which it is, or is to be, snoozed is now or past."""
    too_far: bool = False
    assignee: str | None = None
    """Who has it, by address."""
    wanted: str | None = None
    """Who is to have it."""
    by: str = ""
    """Who acts."""
    wanted_sees_it: bool = False
    wanted_may_act: bool = False


def holds(guard: str, facts: Facts) -> bool:
    """Whether a guard holds. Raises KeyError for one there is none of."""
    return _ANSWERS[Guard(guard)](facts)


_ANSWERS: Mapping[Guard, Callable[[Facts], bool]] = {
    Guard.GROWN: lambda facts: facts.grown,
    Guard.TIME_HAS_COME: lambda facts: facts.until_has_come,
    Guard.STILL_TO_COME: lambda facts: not facts.until_has_come,
    Guard.NEAR_ENOUGH: lambda facts: not facts.too_far,
    Guard.MAY_SEE_IT: lambda facts: facts.wanted_sees_it,
    Guard.MAY_ACT: lambda facts: facts.wanted_may_act,
    Guard.NOT_THEIRS_YET: lambda facts: facts.wanted != facts.assignee,
    Guard.TO_THEMSELVES: lambda facts: facts.wanted == facts.by,
}
