"""A loss as it stands, whole: what is written of it, and what its guards ask."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5

import msgspec

from schemas.vocabulary import Kind
from services.losses.rules.guards import Facts, Policy
from services.losses.rules.machine import LossState

CommandState = Literal["sent", "refused", "unmanaged", "recalled"]
How = Literal["lost", "stolen"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The fields stand in the order of the statements in `store.sql`."""

    loss_id: UUID
    reference: str
    revision: int
    state: LossState
    how: How
    device_id: UUID
    device_revision: int
    serial: str | None
    kind: Kind | None
    model: str | None
    unit: str | None
    holder_email: str | None
    reporter_email: str
    reported_at: datetime
    request_id: UUID | None = None
    request_reference: str | None = None
    last_seen_on: date | None = None
    last_seen_where: str = ""
    crime_reference: str = ""
    was_unlocked: bool | None = None
    sensitive: bool | None = None
    explanation: str = ""
    lock_attempts: int = 0
    lock_command: UUID | None = None
    lock_standing: CommandState | None = None
    lock_by: str | None = None
    wipe_asked_by: str | None = None
    wipe_asked_at: datetime | None = None
    wipe_confirmed_by: str | None = None
    wipe_attempts: int = 0
    wipe_command: UUID | None = None
    wipe_wanted_at: datetime | None = None
    wipe_standing: CommandState | None = None
    wipe_by: str | None = None
    wipe_failed_at: datetime | None = None
    wiped_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    lock_said: str | None = None
    """What device management said of the present lock, in a sentence."""
    wipe_said: str | None = None
    lock_barred: bool = False
    """Device management can never lock this device: it is no use to ask again."""
    wipe_barred: bool = False

    def command_id(self, action: Literal["lock", "wipe"], attempt: int) -> UUID:
        """The id of a command for ever: told again it is the same wish, and a new attempt is another."""
        return uuid5(self.loss_id, f"{action}/{attempt}")

    def facts(self, policy: Policy, now: datetime, *, email: str = "", managed: bool = False) -> Facts:
        """What guards look at. `managed`: whether a device management knows the device now."""
        return Facts(
            email=email,
            holder_email=self.holder_email,
            wipe_asked_by=self.wipe_asked_by,
            one_person_may_wipe=policy.one_person_may_wipe,
            managed=managed,
            lock_standing=self.lock_standing or ("wanted" if self.lock_command else None),
            lock_barred=self.lock_barred,
            wipe_barred=self.wipe_barred,
            told_failed=self.wipe_failed_at is not None,
            crime_reference_missing=policy.stolen_needs_crime_reference
            and self.how == "stolen"
            and not self.crime_reference,
            wiped=self.wiped_at is not None,
            days_have_passed=now >= policy.may_be_written_off_from(self.reported_at),
        )

    @property
    def still_wanted(self) -> list[UUID]:
        """Commands that device management may not have taken yet, the gravest first."""
        wipe = self.wipe_command if self.wipe_standing is None and self.wiped_at is None else None
        lock = self.lock_command if self.lock_standing is None else None
        return [each for each in (wipe, lock) if each is not None]
