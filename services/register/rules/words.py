"""What losses and custody say of a device: of each record the word of its highest revision, of several records of one
matter the latest.

A word is weighed by its record's revision, never by when it came, so words may come in any order and repeated.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from schemas.events.custody import CustodyMoved
from schemas.events.loss import LossMoved
from schemas.vocabulary import DeviceState
from services.errors import BadInput

Matter = Literal["loss", "custody"]

CUSTODY_STATES: dict[str, DeviceState | None] = {
    "returned": DeviceState.RETURNED,
    "wipe_requested": DeviceState.RETURNED,
    "wipe_failed": DeviceState.RETURNED,
    "to_destruction": DeviceState.RETURNED,
    "destroyed": DeviceState.SANITISED,
    "sanitised": DeviceState.SANITISED,
    "reviewed": DeviceState.SANITISED,
    "resold": DeviceState.RESOLD,
    "redistributed": DeviceState.REDISTRIBUTED,
    "recycled": DeviceState.RECYCLED,
    "back_in_use": None,
    "written_off": None,
    "joined": None,
}
"""Where a device stands by custody's word. None: custody has nothing to say of it any more."""

LOSS_STATES = frozenset(
    {"reported", "locked", "wipe_asked", "wiping", "wipe_failed", "wiped", "written_off", "found"},
)
"""While a loss is open the device stays where it was; only `written_off` is a state of the device."""

NEEDS_PROOF = frozenset(
    {DeviceState.SANITISED, DeviceState.RESOLD, DeviceState.REDISTRIBUTED, DeviceState.RECYCLED},
)
"""States that nobody reaches by saying so (DESIGN §4 rule 4)."""


class Word(NamedTuple):
    """How a loss or a custody record stands, since when. `record` settles which of two of one moment holds."""

    at: datetime
    record: str
    state: str
    proved_at: datetime | None = None
    """Since when a custody record has its proof that the device is empty."""


class Ending(NamedTuple):
    """What is told of a device's end: the latest word of each matter."""

    loss: Word | None = None
    custody: Word | None = None

    def joined(self, other: Ending) -> Ending:
        """What is told of one device for which two were taken."""
        return Ending(_later(self.loss, other.loss), _later(self.custody, other.custody))


class Told(NamedTuple):
    """One move of one record, in the order of its columns. `device_id` is the device meant, as far as it is known."""

    record_id: UUID
    revision: int
    matter: Matter
    reference: str
    state: str
    at: datetime
    explanation: str
    source: str
    told_of: UUID
    serial: str | None
    device_id: UUID | None = None
    proof_at: datetime | None = None
    """Since when a custody record that has its proof has it, as custody tells."""

    @property
    def serial_name(self) -> str | None:
        """The name under which a device has this serial."""
        return None if self.serial is None else f"serial:{self.serial}"


def told_by(event: LossMoved | CustodyMoved) -> Told:
    """The word in an event. Raises BadInput for a state we do not know, or one that needs a proof and has none."""
    said = event.data
    if isinstance(event, LossMoved):
        matter: Matter = "loss"
        record_id, known = event.data.loss_id, event.data.state in LOSS_STATES
    else:
        matter, record_id, known = "custody", event.data.custody_id, event.data.state in CUSTODY_STATES
        if CUSTODY_STATES.get(event.data.state) in NEEDS_PROOF and event.data.proof is None:
            raise BadInput(
                f"{said.reference} is said to be {said.state} without a proof that it is empty", where="proof"
            )
    if not known:
        raise BadInput(f"{said.reference} is said to be {said.state}, which is no state of a {matter}", where="state")
    return Told(
        record_id,
        said.revision,
        matter,
        said.reference,
        said.state,
        event.time,
        said.explanation,
        event.source,
        said.device_id,
        said.serial,
        proof_at=event.data.proof_at if isinstance(event, CustodyMoved) else None,
    )


def ending_of(told: Iterable[Told]) -> Ending:
    """What follows from all the words on one device, whatever order they came in."""
    newest: dict[UUID, Told] = {}
    proved: dict[UUID, datetime] = {}
    for each in sorted(told, key=lambda word: (word.record_id, word.revision)):
        newest[each.record_id] = each
        if each.matter == "loss":
            continue
        if CUSTODY_STATES[each.state] in NEEDS_PROOF:
            proved.setdefault(each.record_id, each.at)
        else:  # a proof that fell: the next one counts from when it came
            proved.pop(each.record_id, None)
    ending = Ending()
    for each in newest.values():
        proved_at = each.proof_at or proved.get(each.record_id)
        word = Word(each.at, str(each.record_id), each.state, proved_at)
        ending = ending.joined(Ending(loss=word) if each.matter == "loss" else Ending(custody=word))
    return ending


def _later(one: Word | None, other: Word | None) -> Word | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda word: (word.at, word.record))
