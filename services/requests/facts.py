"""What the request machine's guards ask, of a request that is held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from services.requests.rules.arrivals import Awaited
from services.requests.rules.guards import Facts, holds
from services.requests.rules.verdicts import GONE, Reason
from services.requests.store import Held


class Standing(Protocol):
    """What guards look at in a request, as it is held or viewed."""

    @property
    def accessibility_needs(self) -> bool: ...

    @property
    def device_id(self) -> UUID | None: ...

    @property
    def reason(self) -> Reason: ...

    @property
    def checked_at(self) -> datetime | None: ...

    @property
    def old_back_at(self) -> datetime | None: ...


def facts_of(request: Standing, *, device_named: bool = False) -> Facts:
    """The facts that stand in the request itself; what a step brings is added by whoever takes it."""
    return Facts(
        device_named=device_named,
        accessibility_needs=request.accessibility_needs,
        checked=request.checked_at is not None,
        old_device=request.device_id is not None and request.reason not in GONE,
        old_is_back=request.old_back_at is not None,
        asked_back=request.reason is Reason.RECLAIM,
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
