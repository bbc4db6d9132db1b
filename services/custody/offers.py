"""Which acts there are from a state, for whom: what is offered for many devices at once. Of each device the machine
decides with the facts at hand when it comes to it.
"""

from __future__ import annotations

from services.access.viewer import Viewer
from services.custody.rules.machine import CUSTODY, Cause, CustodyState
from services.custody.surroundings import actors_of
from services.custody.views import CustodyView
from services.errors import NotAllowed, RuleBroken
from services.machines import Actor

_CALLED = {Actor.FINANCE: "finance"}
_HOLDS_DATA_AGAIN = frozenset({CustodyState.BACK_IN_USE, CustodyState.JOINED})


def acts_from(viewer: Viewer, state: CustodyState) -> tuple[Cause, ...]:
    """What this viewer could do with a device in this state if nothing stood against it, in the machine's order."""
    return tuple(Cause(event) for event in CUSTODY.offers(state, actors_of(viewer), lambda _: True))


def acts_of(viewer: Viewer) -> tuple[Cause, ...]:
    """What this viewer could do with devices in any state."""
    return tuple(dict.fromkeys(act for state in CustodyState for act in acts_from(viewer, state)))


def check_role(viewer: Viewer, cause: Cause) -> None:
    """Raises NotAllowed, saying whose act it is; RuleBroken for one that nobody does by hand."""
    allowed = {actor for step in CUSTODY.steps if step.event == cause for actor in step.who if not actor.is_service}
    if not allowed:
        raise RuleBroken("Nobody does that by hand: it follows from what device management and the register tell.")
    if allowed.isdisjoint(actors_of(viewer)):
        raise NotAllowed(
            f"That is for {' or '.join(_CALLED.get(each, f'the {each}') for each in sorted(allowed))} to do."
        )


def certifiable(view: CustodyView) -> bool:
    """True if something proves it empty, and it was not put to use again since."""
    return view.proof is not None and view.state not in _HOLDS_DATA_AGAIN
