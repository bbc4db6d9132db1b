"""Which acts there are from a state, for whom: what is offered for many devices at once. Of each device the machine
decides with the facts at hand when it comes to it.
"""

from __future__ import annotations

from services.access.viewer import Viewer
from services.custody.rules.machine import CUSTODY, Cause, CustodyState
from services.custody.surroundings import actors_of


def acts_from(viewer: Viewer, state: CustodyState) -> tuple[Cause, ...]:
    """What this viewer could do with a device in this state if nothing stood against it, in the machine's order."""
    return tuple(Cause(event) for event in CUSTODY.offers(state, actors_of(viewer), lambda _: True))


def acts_of(viewer: Viewer) -> tuple[Cause, ...]:
    """What this viewer could do with devices in any state."""
    return tuple(dict.fromkeys(act for state in CustodyState for act in acts_from(viewer, state)))
