"""What the request machine's guards ask, of a request that is held."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from services.requests.rules.arrivals import Awaited
from services.requests.rules.guards import Facts, holds
from services.requests.store import Held


def facts_of(held: Held) -> Facts:
    """The facts that stand in the request itself; what a step brings is added by whoever takes it."""
    return Facts(
        accessibility_needs=held.accessibility_needs,
        checked=held.checked_at is not None,
        old_device=held.hands_back,
        old_is_back=held.old_back_at is not None,
    )


def answers(held: Held, **brought: bool) -> Callable[[str], bool]:
    """Answers guards of a held request, with what a step brings."""
    facts = msgspec.structs.replace(facts_of(held), **brought)
    return lambda guard: holds(guard, facts)


def awaited(held: Held) -> Awaited:
    """The request as devices are judged by it."""
    return Awaited(
        for_whom=held.for_whom,
        kind=held.kind,
        status=held.status,
        device_id=held.device_id if held.hands_back else None,
        serial=held.serial,
        successor_device_id=held.successor_device_id,
        raised_at=held.raised_at,
        since=held.decided_at or held.raised_at,
    )
