"""What is known of a device in custody from the outside, and which steps follow from it.

Each fact keeps its own order (the register's revision, or the time of the word), so that words may be heard in any
order and more than once: the standing is the same, and so are the steps that follow. What a person did is a fact of
its own time: a word from before it does not undo it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import DeviceState
from services.custody.rules.machine import Cause
from services.custody.rules.record import Record

BACK = frozenset({DeviceState.RETURNED, DeviceState.SANITISED})
IN_USE = frozenset({DeviceState.IN_STOCK, DeviceState.DEPLOYED, DeviceState.IN_REPAIR, DeviceState.ORDERED})


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """All words on one device, folded. `left_*` is the last word that it was in use or gone, whoever said so."""

    device_id: UUID
    revision: int = 0
    state: DeviceState | None = None
    told_at: datetime | None = None
    left_revision: int = 0
    left_state: DeviceState | None = None
    left_at: datetime | None = None
    sanitised_revision: int = 0
    wiped_at: datetime | None = None
    failed_at: datetime | None = None
    merged_into: UUID | None = None


def joined(one: Standing, other: Standing) -> Standing:
    """Two foldings of words on one device as one; in either order, and the same twice is the same."""
    last, left = max(one, other, key=_last), max(one, other, key=_left)
    return msgspec.structs.replace(
        one,
        revision=last.revision,
        state=last.state,
        told_at=last.told_at,
        left_revision=left.left_revision,
        left_state=left.left_state,
        left_at=left.left_at,
        sanitised_revision=max(one.sanitised_revision, other.sanitised_revision),
        wiped_at=_later(one.wiped_at, other.wiped_at),
        failed_at=_later(one.failed_at, other.failed_at),
        merged_into=one.merged_into or other.merged_into,
    )


def word(device_id: UUID, revision: int, state: DeviceState, at: datetime) -> Standing:
    """The register's one word that a device came to be in a state."""
    left = state not in BACK
    return Standing(
        device_id=device_id,
        revision=revision,
        state=state,
        told_at=at,
        left_revision=revision if left else 0,
        left_state=state if left else None,
        left_at=at if left else None,
        sanitised_revision=revision if state is DeviceState.SANITISED else 0,
    )


def leaves(standing: Standing, record: Record) -> Cause | None:
    """Whether the device's open record ends here, for it went back into use or was written off after it came."""
    if standing.left_revision <= record.opened_revision or standing.left_at is None:
        return None
    if not record.opened_revision and standing.left_at <= record.came_at:
        return None  # Opened under another id, whose revisions say nothing of this one's.
    if record.acted_at is not None and standing.left_at <= record.acted_at:
        return None
    if standing.left_state in IN_USE:
        return Cause.TAKE_BACK
    return Cause.LOSE if standing.left_state is DeviceState.WRITTEN_OFF else None


def comes(standing: Standing, last: Record | None) -> bool:
    """Whether a record begins: the device is back, and was away since its last record began and after it ended."""
    if standing.state not in BACK or standing.told_at is None or standing.merged_into is not None:
        return False
    if last is None:
        return True
    if last.is_open or standing.left_revision <= last.opened_revision:
        return False
    return last.acted_at is None or standing.told_at > last.acted_at


def proving(standing: Standing, record: Record) -> Iterator[Cause]:
    """What words on wipes, and on use after a proof, do to an open record; in this order."""
    void = _is_void(standing, record)
    if void and record.proof_at is not None and standing.told_at is not None and standing.told_at > record.proof_at:
        yield Cause.DOUBT
    if standing.state is DeviceState.SANITISED or (
        not void and standing.wiped_at is not None and standing.wiped_at > record.came_at
    ):
        yield Cause.WIPE_DONE
    elif _failed_last(standing, record):
        yield Cause.WIPE_FAILED


def _failed_last(standing: Standing, record: Record) -> bool:
    """A failure that a finished wipe followed is over: it does not count again when the proof falls. One told with the
    return itself counts: both may be of one moment.
    """
    if standing.failed_at is None or standing.failed_at < record.came_at:
        return False
    return standing.wiped_at is None or standing.failed_at > standing.wiped_at


def _is_void(standing: Standing, record: Record) -> bool:
    """The register said that it is sanitised, and takes it back: it was in use after the proof."""
    return standing.state is DeviceState.RETURNED and standing.sanitised_revision >= max(1, record.opened_revision)


def _last(standing: Standing) -> tuple[int, str]:
    return standing.revision, standing.state or ""


def _left(standing: Standing) -> tuple[int, str]:
    return standing.left_revision, standing.left_state or ""


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)
