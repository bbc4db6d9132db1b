"""Jamf Pro by its API: `POST /api/v2/mdm/commands` for computers and mobile devices alike, and what became of commands.

Commands are addressed to a management id, which the inventory tells. A Mac is locked with a PIN of six digits that
unlocks it, and a wipe takes one for Macs without a security chip. We draw it at random and keep it nowhere: Jamf Pro
keeps it, and shows it to whoever may see it there (`view-device-lock-pin`).
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from services.mdm.mdms.refusals import retold
from services.mdm.rules.looking import Action, Seen
from services.outbound.caller import Caller
from services.outbound.errors import Refused

SETTLES = timedelta(seconds=30)
PASSING = frozenset({408, 423, 425})
COMMANDS = "/api/v2/mdm/commands"
_TYPES: dict[Action, str] = {"wipe": "ERASE_DEVICE", "lock": "DEVICE_LOCK"}
_UNDER_WAY = frozenset({"PENDING", "NOT_NOW", "NOTNOW"})


class _General(msgspec.Struct, rename="camel"):
    management_id: str | None = None
    last_contact_time: str | None = None


class _Hardware(msgspec.Struct, rename="camel"):
    serial_number: str | None = None


class _Computer(msgspec.Struct):
    id: str
    general: _General = msgspec.field(default_factory=_General)
    hardware: _Hardware = msgspec.field(default_factory=_Hardware)


class _Mobile(msgspec.Struct, rename="camel"):
    id: str
    management_id: str | None = None
    serial_number: str | None = None


class _Client(msgspec.Struct, rename="camel"):
    management_id: str = ""


class _Sent(msgspec.Struct, rename="camel"):
    uuid: str
    client: _Client
    command_state: str = ""
    command_type: str = ""


class _Commands(msgspec.Struct):
    results: list[_Sent] = []


class _Fault(msgspec.Struct):
    description: str | None = None
    code: str | None = None


class _Faults(msgspec.Struct):
    errors: list[_Fault] = []


class Jamf:
    """The devices of one Jamf Pro."""

    name = "jamf"
    title = "Jamf Pro"

    def __init__(self, caller: Caller, *, settles: timedelta = SETTLES) -> None:
        self.settles = settles
        self._caller = caller

    async def look(self, device: str, action: Action) -> Seen | None:
        """GET the inventory record of `computer/N` or `mobile/N`, then the commands of its management id."""
        family, _, number = device.partition("/")
        try:
            if family == "computer":
                path = f"/api/v3/computers-inventory/{quote(number, safe='')}?section=GENERAL&section=HARDWARE"
                computer = await self._caller.call("GET", path, _Computer)
                management_id, serial = computer.general.management_id, computer.hardware.serial_number
                contact = computer.general.last_contact_time
            else:
                path = f"/api/v2/mobile-devices/{quote(number, safe='')}"
                mobile = await self._caller.call("GET", path, _Mobile)
                management_id, serial, contact = mobile.management_id, mobile.serial_number, None
            if not management_id:
                return None  # a record of a device that is not managed any more
            sent = await self._sent(management_id, action)
        except Refused as error:
            if error.status == 404:
                return None
            raise retold(error, _words(error)) from None
        return Seen(
            handle=f"{family}/{management_id}",
            mark=sent[0].uuid if sent else None,
            under_way=any(each.command_state.upper().replace(" ", "_") in _UNDER_WAY for each in sent),
            serial=serial,
            last_contact=_moment(contact),
        )

    async def _sent(self, management_id: str, action: Action) -> list[_Sent]:
        """Commands of this kind, the newest first. Raises Refused if the answer is about other devices."""
        query = {
            "filter": f"clientManagementId=={_uuid(management_id)};command=={_TYPES[action]}",
            "sort": "dateSent:desc",
            "page-size": "100",
        }
        found = (await self._caller.call("GET", COMMANDS, _Commands, query=query)).results
        if any(each.client.management_id.lower() != management_id.lower() for each in found):
            raise Refused("Jamf Pro answered with the commands of other devices", status=200)
        return [each for each in found if each.command_type == _TYPES[action]]

    async def send(self, handle: str, action: Action) -> None:
        """POST one command."""
        family, _, management_id = handle.partition("/")
        command: dict[str, object] = {"commandType": _TYPES[action]}
        pin = f"{secrets.randbelow(1_000_000):06d}"
        if family == "computer":
            command["pin"] = pin
        body = {"clientData": [{"managementId": management_id}], "commandData": command}
        try:
            await self._caller.call("POST", COMMANDS, Any, body=body)
        except Refused as error:
            raise retold(error, _words(error), secrets=(pin,)) from None


def _uuid(management_id: str) -> UUID:
    """Nothing but an id may enter a filter."""
    try:
        return UUID(management_id)
    except ValueError:
        raise Refused("Jamf Pro gave a management id that is none", status=200) from None


def _words(error: Refused) -> str | None:
    try:
        faults = msgspec.json.decode(error.body, type=_Faults).errors
    except msgspec.MsgspecError:
        return error.args[0] if error.status == 200 else None
    return "; ".join(each.description or each.code or "" for each in faults) or None


def _moment(words: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(words) if words else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
