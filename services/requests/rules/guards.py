"""What the request machine's guards ask, answered from the facts at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from services.requests.rules.machine import Guard
from services.requests.rules.verdicts import Verdict


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that guards look at. A fact that a step does not ask for may stay as it is here."""

    verdict: Verdict = Verdict.MANAGER_APPROVAL
    """Policy's, when it was raised; only asking looks at it."""
    asks_manager: bool = False
    """Whether the policy document wants a manager's approval for this verdict all the same."""
    stock_at_hand: bool = False
    """Whether a device in stock of the kind is set aside for it in the same transaction."""
    device_named: bool = False
    """Whether a planner named a device that may be set aside."""
    accessibility_needs: bool = False
    checked: bool = False
    old_device: bool = False
    """Whether there is a device to hand back: not for a joiner, nor for what was lost or stolen."""
    old_is_back: bool = False
    waited_long_enough: bool = False
    asked_back: bool = False
    """Whether a manager asked for what stands idle or is one too many."""


def holds(guard: str, facts: Facts) -> bool:
    """Whether a guard holds. Raises KeyError for one there is none of."""
    return _ANSWERS[Guard(guard)](facts)


def _verdict(wanted: Verdict, facts: Facts) -> bool:
    return facts.verdict is wanted and not facts.asks_manager


_ANSWERS: Mapping[Guard, Callable[[Facts], bool]] = {
    Guard.REPAIR_FIRST: lambda facts: _verdict(Verdict.REPAIR, facts),
    Guard.WAVE_SERVES: lambda facts: _verdict(Verdict.WAIT_FOR_WAVE, facts),
    Guard.STOCK_SERVES: lambda facts: _verdict(Verdict.SWAP_FROM_STOCK, facts) and facts.stock_at_hand,
    Guard.DUE_NOW: lambda facts: _verdict(Verdict.REFRESH_NOW, facts),
    Guard.STOCK_AT_HAND: lambda facts: facts.stock_at_hand,
    Guard.DEVICE_NAMED: lambda facts: facts.device_named,
    Guard.NEEDS_CHECK: lambda facts: facts.accessibility_needs and not facts.checked,
    Guard.OLD_GOES_BACK: lambda facts: facts.old_device and not facts.old_is_back,
    Guard.STILL_WAITS: lambda facts: facts.waited_long_enough,
    Guard.ASKED_BACK: lambda facts: facts.asked_back,
}
