"""How long the clock waits for people before it reminds them, or hands a request on. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from services.requests.rules.machine import Cause, Status


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """All in days, as the request policy says."""

    escalate_after: int
    """After so long without a decision, the next manager above is asked."""
    remind_after: int
    """Between reminders of who should confirm, check or hand back."""
    overdue_after: int
    """So long after the day it was due, a return is told to the person's manager."""
    return_within: int
    """For handing the old device back, once the new one is there."""
    forget_after: int
    """After the end, until what a request says of somebody's health and home is forgotten."""

    def return_due_on(self, today: date) -> date:
        """When the old device is to be back."""
        return today + timedelta(days=self.return_within)

    def waits(self, status: Status) -> timedelta | None:
        """How long a person has before the clock does something; None where it does nothing."""
        cause = CLOCKED.get(status)
        if cause is None:
            return None
        return timedelta(days=self.escalate_after if cause is Cause.ESCALATE else self.remind_after)

    def is_overdue(self, return_due_on: date | None, today: date) -> bool:
        """Whether a return is so late that the manager hears of it."""
        return return_due_on is not None and today > return_due_on + timedelta(days=self.overdue_after)


CLOCKED = {
    Status.WAITING_FOR_APPROVAL: Cause.ESCALATE,
    Status.QUESTION_ASKED: Cause.CHASE,
    Status.WAITING_FOR_REPAIR: Cause.CHASE,
    Status.DELIVERED: Cause.CHASE,
    Status.WAITING_FOR_CHECK: Cause.CHASE,
    Status.RETURN_DUE: Cause.CHASE,
}
"""What the clock does about a state that waits on a person."""
