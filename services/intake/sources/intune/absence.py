"""What follows from a device's record being gone: a wipe that was under way has emptied it, a retire has released it.

Intune removes the record of a device that was wiped or retired; often nobody ever reads the result. The record of an
absence is our own, and holds all that its events need, so that it can be kept and replayed like any vendor's.

The wipe is told at the moment of the last whole list in which the device still stood. It happened later, but only what
is proved to have come after can safely be said: a device used again since then is not sanitised by it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.envelope import Event, Moment
from schemas.events.device import Wipe, WipeReported
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import text
from services.intake.reading.identifiers import INTUNE, subject
from services.intake.sources.intune.actions import begun, left_management
from services.intake.sources.intune.observed import SOURCE
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is gone with `action` under way on it. `wipes` says whether that action empties a device."""

    identifiers: dict[str, str]
    action: str
    wipes: bool
    requested_at: Moment | None = None
    last_listed_at: Moment


_absence = msgspec.json.Decoder(Absence)


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """An absence → the device left management, and its wipe is done if one was under way."""
    gone = decode_json(_absence, body)
    # Our own record, but it may have lain in the dead letters and been mended by hand.
    named = ((text(scheme), text(value)) for scheme, value in gone.identifiers.items())
    known = {scheme: value for scheme, value in named if scheme and value}
    if not known.get(INTUNE):
        raise Untranslatable("the device has no id", "$.identifiers")
    name = f"{known[INTUNE]}/{text(gone.action)}/{begun(gone.requested_at)}/absent"
    left = left_management(f"{name}/left", gone.last_listed_at, known)
    if not gone.wipes:
        return [left]
    wiped = WipeReported(
        id=name,
        source=SOURCE,
        time=gone.last_listed_at,
        subject=subject(known),
        data=Wipe(identifiers=known, outcome="done", requested_at=gone.requested_at, evidence="absence"),
    )
    return [wiped, left]


ABSENCE = RecordKind("intune/absence", "intune", (DEVICE_OBSERVED,), translate)
