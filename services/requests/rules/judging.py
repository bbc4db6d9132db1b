"""Policy's verdict on a request: what happens at once, and why, in a sentence that staff understand."""

from __future__ import annotations

from datetime import date

import msgspec

from services.clock import in_words
from services.requests.policy import RequestPolicy
from services.requests.rules.asking import DeviceFacts
from services.requests.rules.verdicts import GONE, Reason, Verdict

MANAGER_DECIDES = "a manager's approval is needed"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict, and why. `wave_month` is the first day of the month whose wave is to be waited for."""

    verdict: Verdict
    why: str
    wave_month: date | None = None


def judge(
    device: DeviceFacts | None, reason: Reason, policy: RequestPolicy, today: date, *, stock_fits: bool
) -> Judgement:
    """What policy says. `stock_fits`: a device of the kind lies in stock and is set aside for nobody.

    Repair comes before replacing, what is due before what is planned, and stock before a manager. Somebody without a
    device, or who cannot work with it, is never told to wait for a repair or a wave.
    """
    can_wait = reason not in GONE and reason not in (Reason.ACCESSIBILITY, Reason.JOINER)
    if device is not None and can_wait:
        ends = device.warranty_ends_on
        if reason in policy.verdicts.repair and ends is not None and ends >= today:
            return _told(
                policy,
                Verdict.REPAIR,
                f"It is under warranty until {in_words(ends)}: repair first",
            )
        if device.in_released_wave is not None:
            return _waits(policy, device)
    if device is not None and device.due_on is not None and device.due_on <= today:
        return _told(
            policy, Verdict.REFRESH_NOW, f"It is due anyway, since {in_words(device.due_on)}: it is replaced now"
        )
    if device is not None and can_wait and device.due_on is not None and device.planned_for is not None:
        return _waits(policy, device)
    if stock_fits and reason in policy.verdicts.from_stock:
        return _told(
            policy, Verdict.SWAP_FROM_STOCK, "One that fits is in stock: you get that one, and nothing is bought"
        )
    return Judgement(verdict=Verdict.MANAGER_APPROVAL, why=f"{_why_a_manager(device, reason)}; {MANAGER_DECIDES}.")


def _waits(policy: RequestPolicy, device: DeviceFacts) -> Judgement:
    month = device.planned_for
    when = f" of {month:%B %Y}" if month else ""
    if device.in_released_wave is None:
        due = f"It falls due on {in_words(device.due_on)}" if device.due_on else "It falls due"
        why = f"{due}, and the wave{when} replaces it"
    elif device.wave_is_ordered:
        why = f"Its successor is ordered already, with the wave {device.in_released_wave}{when}"
    else:
        why = f"Its successor is planned in the wave {device.in_released_wave}{when}"
    return msgspec.structs.replace(_told(policy, Verdict.WAIT_FOR_WAVE, why), wave_month=month)


def _told(policy: RequestPolicy, verdict: Verdict, why: str) -> Judgement:
    if policy.asks_manager(verdict):
        return Judgement(verdict=verdict, why=f"{why}; {MANAGER_DECIDES} all the same.")
    nobody = "" if verdict in (Verdict.REPAIR, Verdict.WAIT_FOR_WAVE) else "Nobody needs to approve it."
    return Judgement(verdict=verdict, why=" ".join(part for part in (f"{why}.", nobody) if part))


def _why_a_manager(device: DeviceFacts | None, reason: Reason) -> str:
    if reason in GONE:
        return f"A {reason} device is replaced outside the refresh plan"
    if reason is Reason.JOINER:
        return "A device for somebody who joins is bought outside the refresh plan"
    if reason is Reason.ACCESSIBILITY:
        return "An accessibility need counts whatever the device's age"
    if device is not None and device.due_on is not None:
        return f"It falls due on {in_words(device.due_on)}, and no wave of replacements holds it yet"
    if device is None:
        return "No device of yours is named"
    return (device.not_due_because or "When it falls due is not known yet").rstrip(".")
