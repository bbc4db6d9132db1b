"""Where a device stands, derived from what was recorded and told of it (DESIGN §2, §4 rule 4).

- The desk's latest record counts, by itself up to `returned`: retirement or disposal at the desk means that nobody uses
  the device any more, and what comes after that needs a proof. A record is none.
- A finished wipe makes a returned device `sanitised` if the device was not in use again after it. A wipe that was
  merely requested, or failed, is no proof. Checking in a good while after it is use too, whatever the desk recorded: a
  device that was wiped while it was lost, and found, may have been used on.
- Custody's word on a device stands over an older record of the desk. Its words from `sanitised` on are taken only with
  their proof (`words.told_by`); only they lead to `resold`, `redistributed` and `recycled`, and from there nothing but
  a later word of custody leads back: a record or a check-in that shows such a device in use is kept beside it, and
  shown, but it is not ours again by that.
- Before that, a newer record of the desk that shows it in use or in stock ends what custody said, and one that says it
  is missing too. A device enrolled anew after it was proved empty is in use, for the proof no longer holds.
- A loss changes nothing until it is written off; nothing but `found`, or a later word of custody that has the device at
  hand, takes that back: desks seldom hear of a loss, so a newer record there says nothing against it.

Derived from facts that do not depend on the order of arrival, the state does not either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.vocabulary import DeviceState
from services.register.rules.facts import IN_USE, IN_USE_AT, LAST_SEEN_AT, RECORDED_STATE, WIPED_AT, Device, desk_moment
from services.register.rules.words import CUSTODY_STATES, NEEDS_PROOF, Ending, Word

LEFT = frozenset({DeviceState.RESOLD, DeviceState.REDISTRIBUTED, DeviceState.RECYCLED})
"""Where custody's way ends: the device is somebody else's, or no more."""

GOES_QUIET = timedelta(days=1)
"""A management sees a device in the very session in which it tells that the wipe is done, and perhaps once more.
Whatever checks in later than this after its proof was set up anew.
"""


def state_of(device: Device) -> DeviceState:
    """The state that follows from what is known of a device."""
    values = device.values
    used_at = _used_at(values[IN_USE_AT], values[LAST_SEEN_AT])
    if device.ending is None:
        return derived_state(values[RECORDED_STATE], used_at, values[WIPED_AT])
    recorded_at = desk_moment(device.weights[RECORDED_STATE])
    return derived_state(values[RECORDED_STATE], used_at, values[WIPED_AT], device.ending, recorded_at)


def _used_at(in_use_at: datetime | None, seen_at: datetime | None) -> datetime | None:
    """Since when a proof is void if it is not newer."""
    if seen_at is None:
        return in_use_at
    quiet = seen_at - GOES_QUIET
    return quiet if in_use_at is None else max(in_use_at, quiet)


def derived_state(
    recorded: DeviceState | None,
    in_use_at: datetime | None,
    wiped_at: datetime | None,
    ending: Ending | None = None,
    recorded_at: datetime | None = None,
) -> DeviceState:
    """The state, from the desk's latest record and its time, the last that shows it in use, the last finished wipe, and
    what losses and custody told.
    """
    place = _of_desk(recorded) if ending is None else _by_words(recorded, recorded_at, in_use_at, ending)
    proved = wiped_at is not None and (in_use_at is None or wiped_at > in_use_at)
    if place is DeviceState.RETURNED and proved and not _to_be_destroyed(ending):
        return DeviceState.SANITISED
    return place


def _to_be_destroyed(ending: Ending | None) -> bool:
    """On its way to destruction a device is proved empty by the certificate alone, as custody's way goes on from there:
    a wipe that is told meanwhile calls nobody back.
    """
    return ending is not None and ending.custody is not None and ending.custody.state == "to_destruction"


def _of_desk(recorded: DeviceState | None) -> DeviceState:
    if recorded is None:
        return DeviceState.DEPLOYED
    return DeviceState.RETURNED if recorded in NEEDS_PROOF else recorded


def _by_words(
    recorded: DeviceState | None, recorded_at: datetime | None, in_use_at: datetime | None, ending: Ending
) -> DeviceState:
    custody = ending.custody
    place = None if custody is None else CUSTODY_STATES[custody.state]
    if place in LEFT:
        return place
    if _is_written_off(ending.loss, custody):
        return DeviceState.WRITTEN_OFF
    if custody is None:
        return _of_desk(recorded)
    if place is None:
        # Custody let it go because it is in use again: the desk's record of its return is older than that.
        returned = recorded is DeviceState.RETURNED or recorded in NEEDS_PROOF
        older = recorded_at is None or recorded_at <= custody.at
        in_use = custody.state == "back_in_use" and returned and older
        return DeviceState.DEPLOYED if in_use else _of_desk(recorded)
    newer = recorded is not None and recorded_at is not None and recorded_at > custody.at
    if recorded is not None and newer and (recorded in IN_USE or recorded is DeviceState.WRITTEN_OFF):
        return recorded
    proved_at = custody.proved_at or custody.at
    if place is DeviceState.SANITISED and in_use_at is not None and in_use_at > proved_at:
        back_again = newer and recorded_at is not None and recorded_at > in_use_at
        return DeviceState.RETURNED if back_again else DeviceState.DEPLOYED
    return place


def _is_written_off(loss: Word | None, custody: Word | None) -> bool:
    if loss is None or loss.state != "written_off":
        return False
    # Custody ends a record as written off because it heard so from us: that says nothing against it.
    at_hand = custody is not None and custody.state != "written_off"
    return not (at_hand and custody is not None and custody.at > loss.at)
