"""Where a device stands, derived from what was recorded (DESIGN §2).

Retirement at the desk means `returned`, no more. A finished wipe makes a returned device `sanitised` only if the
device was not in use again after it; a wipe that was merely requested, or failed, is no proof. Derived from facts
that do not depend on the order of arrival, the state does not either.
"""

from __future__ import annotations

from datetime import datetime

from schemas.vocabulary import DeviceState


def derived_state(recorded: DeviceState | None, in_use_at: datetime | None, wiped_at: datetime | None) -> DeviceState:
    """The state, from the desk's latest record, the last record of it in use, and the last finished wipe."""
    if recorded is None:
        return DeviceState.DEPLOYED
    if recorded is DeviceState.RETURNED and wiped_at is not None and (in_use_at is None or wiped_at > in_use_at):
        return DeviceState.SANITISED
    return recorded
