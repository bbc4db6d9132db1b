"""A finished erasure of Jamf Pro, with the device that the inventory knows it by → how the wipe ended.

Allowed to enter an event: Jamf's id, the serial, the command's moments and whether it succeeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from schemas.envelope import Event
from schemas.events.device import Wipe, WipeReported
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import moment, text
from services.intake.reading.identifiers import identifiers, serial, subject
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/jamf"

_OUTCOMES: dict[str, Literal["done", "failed"]] = {
    "ACKNOWLEDGED": "done",
    "COMPLETED": "done",
    "ERROR": "failed",
    "FAILED": "failed",
}


class Client(msgspec.Struct, rename="camel"):
    """Whom a command was addressed to."""

    management_id: Any = None
    client_type: Any = None


class Command(msgspec.Struct, rename="camel"):
    """What we take of a command."""

    uuid: Any = None
    date_sent: Any = None
    date_completed: Any = None
    client: Client = msgspec.field(default_factory=Client)
    command_state: Any = None
    command_type: Any = None


class Found(msgspec.Struct):
    """The device as the inventory has it."""

    family: str
    number: str
    serial: str | None = None
    management_id: str = ""


class Erasure(msgspec.Struct):
    """Our own record of both, so that it can be kept and replayed like any vendor's."""

    command: Command
    device: Found | None = None


_erasure = msgspec.json.Decoder(Erasure)


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """An erasure that ended → a wipe done or failed."""
    told = decode_json(_erasure, body)
    state = (text(told.command.command_state) or "").upper()
    outcome = _OUTCOMES.get(state)
    if outcome is None:
        raise Untranslatable(f"{state!r} is no end of a command we know", "$.command.commandState")
    if told.device is None or not told.device.number:
        raise Untranslatable("the inventory knows no device by the command's management id", "$.device")
    uuid = text(told.command.uuid)
    ended = moment(told.command.date_completed, "$.command.dateCompleted")
    if uuid is None or ended is None:
        raise Untranslatable("the command has no id or no end", "$.command")
    known = identifiers(serial=serial(told.device.serial), jamf=f"{told.device.family}/{told.device.number}")
    return [
        WipeReported(
            id=f"command/{uuid}/{state}",
            source=SOURCE,
            time=ended,
            subject=subject(known),
            data=Wipe(
                identifiers=known,
                outcome=outcome,
                requested_at=moment(told.command.date_sent, "$.command.dateSent"),
            ),
        )
    ]


ERASURE = RecordKind("jamf/erasure", "jamf", (DEVICE_OBSERVED,), translate)
