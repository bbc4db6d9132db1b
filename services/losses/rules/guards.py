"""What the loss machine's guards ask, answered from the facts at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from services.losses.rules.machine import Guard


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`services/losses/policy.yaml`. `assumed` says that nobody published these figures."""

    assumed: bool
    one_person_may_wipe: bool
    write_off_unwiped_after_days: int
    stolen_needs_crime_reference: bool
    request_reports_within_days: int = 14
    people_kept_days: int = 2_555

    def may_be_written_off_from(self, reported_at: datetime) -> datetime:
        """From when a device that was never wiped may be written off."""
        return reported_at + timedelta(days=self.write_off_unwiped_after_days)

    def people_forgotten_before(self, now: datetime) -> datetime:
        """A loss that ended before this names nobody any more."""
        return now - timedelta(days=self.people_kept_days)

    def requests_report_since(self, now: datetime) -> datetime:
        """From when a request that is heard of now still reports what it says is gone."""
        return now - timedelta(days=self.request_reports_within_days)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that guards look at. A fact that a step does not ask for may stay as it is here."""

    email: str = ""
    """Who acts."""
    holder_email: str | None = None
    wipe_asked_by: str | None = None
    one_person_may_wipe: bool = False
    managed: bool = False
    lock_standing: Literal["wanted", "sent", "refused", "unmanaged", "recalled"] | None = None
    """None: no lock was ever sent."""
    lock_barred: bool = False
    wipe_barred: bool = False
    """Whether device management can never do it to this device."""
    told_failed: bool = False
    """Whether the register told that the present wipe failed on the device."""
    crime_reference_missing: bool = False
    wiped: bool = False
    days_have_passed: bool = False


def holds(guard: str, facts: Facts) -> bool:
    """Whether a guard holds. Raises KeyError for one there is none of."""
    return _ANSWERS[Guard(guard)](facts)


_ANSWERS: Mapping[Guard, Callable[[Facts], bool]] = {
    Guard.ANOTHER_PERSON: lambda facts: facts.email.lower() != (facts.wipe_asked_by or "").lower(),
    Guard.NOT_THE_HOLDER: lambda facts: facts.email.lower() != (facts.holder_email or "").lower(),
    Guard.ONE_PERSON_MAY_WIPE: lambda facts: facts.one_person_may_wipe,
    Guard.MANAGED: lambda facts: facts.managed,
    Guard.CAN_BE_LOCKED: lambda facts: not facts.lock_barred,
    Guard.CAN_BE_WIPED: lambda facts: not facts.wipe_barred,
    Guard.LOCK_DID_NOT_GO: lambda facts: facts.lock_standing not in ("wanted", "sent"),
    Guard.WAS_LOCKED: lambda facts: facts.lock_standing == "sent",
    Guard.ONLY_REFUSED: lambda facts: not facts.told_failed,
    Guard.CRIME_REFERENCE: lambda facts: not facts.crime_reference_missing,
    Guard.MAY_BE_WRITTEN_OFF: lambda facts: facts.wiped or facts.days_have_passed,
}
