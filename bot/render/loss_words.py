"""How a loss stands, in sentences that promise no more than we know: a lock or wipe that device management took is not
one that the device has done.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.render.message import escape
from bot.render.wording import day, kind_name, moment
from services.clock import london_date
from services.losses.queries import LossState, LossView, management

STATES: Mapping[LossState, str] = {
    LossState.REPORTED: ":rotating_light: *Reported*",
    LossState.LOCKED: ":lock: *Lock sent*",
    LossState.WIPE_ASKED: ":hourglass_flowing_sand: *A wipe waits for a second person*",
    LossState.WIPING: ":hourglass_flowing_sand: *A wipe is on its way*",
    LossState.WIPE_FAILED: ":warning: *The wipe failed*",
    LossState.WIPED: ":white_check_mark: *Wiped*",
    LossState.WRITTEN_OFF: ":wastebasket: *Written off*",
    LossState.FOUND: ":white_check_mark: *Found*",
}


def plain_state(loss: LossView) -> str:
    """The state without picture and markup."""
    return STATES[loss.state].partition(" ")[2].strip("*").lower()


def name_of(people: Mapping[str, str], email: str | None) -> str:
    """The name people know, ready for Slack."""
    return escape(people.get((email or "").lower(), email or "somebody"))


def device(loss: LossView) -> str:
    """laptop Latitude 7440 `S1`."""
    serial = f"`{escape(loss.serial)}`" if loss.serial else "without a serial number"
    return " ".join(part for part in (kind_name(loss.kind), escape(loss.model), serial) if part)


def lock(loss: LossView) -> str:
    """What became of the lock."""
    by = escape(management(loss.lock_by))
    if loss.lock_command is None:
        return "No device management knows it, so it cannot be locked or wiped from afar."
    match loss.lock_standing:
        case None:
            return "A lock is on its way."
        case "sent":
            return f"Lock sent and taken by {by}; the device locks once it is reached."
        case "refused":
            why = _as_told(loss.lock_said, f"{by[:1].upper()}{by[1:]} refused the lock.")
            return why if loss.lock_barred else f"{why} It can be sent again."
        case "unmanaged":
            return _as_told(loss.lock_said, "The lock was not sent: no device management knows the device.")
        case "recalled":
            return "The lock was recalled before it was taken."


def wipe(loss: LossView, people: Mapping[str, str]) -> str:
    """What became of the wipe; empty if nobody asked for one."""
    if loss.wiped_at is not None:
        return f"Wiped on {moment(loss.wiped_at)}, as device management tells."
    if loss.state is LossState.WIPE_ASKED:
        return f"{name_of(people, loss.wipe_asked_by)} asked for a wipe; *somebody else must confirm it*."
    if loss.wipe_command is None:
        return ""
    if loss.wipe_failed_at is not None:
        return f"The wipe failed on {moment(loss.wipe_failed_at)}, as device management tells."
    by = escape(management(loss.wipe_by))
    match loss.wipe_standing:
        case None:
            return "A wipe is on its way."
        case "sent":
            return f"Wipe sent and taken by {by}; it runs once the device is reached, and is told here."
        case "refused":
            return _as_told(loss.wipe_said, f"{by[:1].upper()}{by[1:]} refused the wipe.")
        case "unmanaged":
            return _as_told(loss.wipe_said, "The wipe was not sent: no device management knows the device.")
        case "recalled":
            return "The wipe was recalled before it was taken."


def _as_told(said: str | None, otherwise: str) -> str:
    """What device management said, as a sentence; of what went out before its words were kept, that it said no."""
    return f"{escape(said).rstrip('. ')}." if said else otherwise


def ended(loss: LossView, people: Mapping[str, str]) -> str:
    """By whom and when it ended, and what that leaves; empty while it is open."""
    if loss.ended_at is None:
        return ""
    by = f"by {name_of(people, loss.ended_by)}, {moment(loss.ended_at)}"
    if loss.state is LossState.WRITTEN_OFF:
        return f"Written off {by}."
    told = f"Found, as {name_of(people, loss.ended_by)} said, {moment(loss.ended_at)}."
    if loss.wiped_at is not None:
        return f"{told} *It was wiped*, so it must be set up anew; what was only on it is gone."
    if loss.wipe_standing == "sent" and loss.wipe_failed_at is None:
        return f"{told} *The wipe had been taken already and may still run.* Back up what is on it now."
    if loss.lock_standing == "sent":
        return f"{told} The lock had been taken already; end-user services can unlock it."
    return told


def circumstances(loss: LossView) -> dict[str, str]:
    """What was told of it, by label, for those who must act on it."""
    last_seen = " · ".join(
        part for part in (day(loss.last_seen_on) if loss.last_seen_on else "", escape(loss.last_seen_where)) if part
    )
    return {
        "Last seen": last_seen,
        "Unlocked": _yes_or_no(loss.was_unlocked),
        "Anything sensitive on it": _yes_or_no(loss.sensitive),
        "Crime reference": escape(loss.crime_reference) or ("*missing*" if loss.needs_crime_reference else ""),
        "In their words": escape(loss.explanation),
    }


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else ("*yes*" if said else "no")


def write_off_day(loss: LossView) -> str:
    """From which day it may be written off without a wipe."""
    return day(london_date(loss.may_be_written_off_from))
