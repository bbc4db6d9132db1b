"""Microsoft Intune by Graph: `wipe` and `remoteLock` of a managed device, and how its last actions stand.

Both answer 204 and nothing else, so no id of the action comes back: an action is known by its name and its start. Graph
shows one in the device's record some seconds after it was asked for.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from services.mdm.mdms.refusals import retold
from services.mdm.rules.looking import Action, Seen
from services.outbound.caller import Caller
from services.outbound.errors import Refused

SETTLES = timedelta(seconds=60)
PASSING = frozenset({408, 423, 425})
_PATH = "/v1.0/deviceManagement/managedDevices"
_FIELDS = "id,serialNumber,operatingSystem,managedDeviceOwnerType,lastSyncDateTime,deviceActionResults"
_NAMES: dict[Action, frozenset[str]] = {
    "wipe": frozenset({"wipe", "factoryReset"}),
    "lock": frozenset({"remoteLock"}),
}
_UNDER_WAY = frozenset({"pending", "active"})
_NO_LOCK = {"windows": "Windows", "chrome": "ChromeOS", "linux": "Linux"}
"""Remote lock is for Android in the organisation's hands, iOS, iPadOS and macOS:
https://learn.microsoft.com/intune/intune-service/remote-actions/device-remote-lock
"""
_NO_SERIAL = frozenset({"", "0"})


class _Result(msgspec.Struct, rename="camel"):
    action_name: str | None = None
    action_state: str | None = None
    start_date_time: str | None = None


class _Device(msgspec.Struct, rename="camel"):
    id: str
    serial_number: str | None = None
    operating_system: str | None = None
    managed_device_owner_type: str | None = None
    last_sync_date_time: str | None = None
    device_action_results: list[_Result] | None = None


class _Problem(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Inner(msgspec.Struct):
    message: str = msgspec.field(name="Message")


class _Refusal(msgspec.Struct):
    error: _Problem


class Intune:
    """The managed devices of one tenant."""

    name = "intune"
    title = "Microsoft Intune"

    def __init__(self, caller: Caller, *, settles: timedelta = SETTLES) -> None:
        self.settles = settles
        self._caller = caller

    async def look(self, device: str, action: Action) -> Seen | None:
        """GET the device's record. A 404 counts only where Graph itself says that there is no such device."""
        try:
            found = await self._caller.call("GET", _address(device), _Device, query={"$select": _FIELDS})
        except Refused as error:
            problem = _problem(error)
            if error.status == 404 and problem.code.lower().endswith("notfound"):
                return None
            raise retold(error, problem.message) from None
        results = [each for each in found.device_action_results or () if each.action_name in _NAMES[action]]
        newest = max((_comparable(each.start_date_time) for each in results), default=None)
        serial, bars = (found.serial_number or "").strip(), _bars(found)
        return Seen(
            handle=found.id,
            mark=newest,
            under_way=any(each.action_state in _UNDER_WAY for each in results),
            serial=None if serial in _NO_SERIAL else serial,
            last_contact=_moment(found.last_sync_date_time),
            bar=bars.get(action),
            cannot=tuple(bars),
        )

    async def send(self, handle: str, action: Action) -> None:
        """POST the action. A wipe keeps neither the user's data nor the enrolment: else it would prove nothing."""
        address = _address(handle)
        try:
            if action == "wipe":
                body = {"keepEnrollmentData": False, "keepUserData": False}
                await self._caller.call("POST", f"{address}/wipe", Any, body=body)
            else:
                await self._caller.call("POST", f"{address}/remoteLock", Any)
        except Refused as error:
            raise retold(error, _problem(error).message) from None


def _address(device: str) -> str:
    return f"{_PATH}/{quote(device, safe='')}"


def _bars(device: _Device) -> dict[Action, str]:
    """What must not be asked of Intune for this device, each with the sentence why."""
    if (device.managed_device_owner_type or "").lower() == "personal":
        why = "Microsoft Intune says that this device belongs to its holder; Quartermaster does not touch those."
        return {"lock": why, "wipe": why}
    system = (device.operating_system or "").lower()
    unlockable = next((title for name, title in _NO_LOCK.items() if system.startswith(name)), None)
    if unlockable:
        why = f"Microsoft Intune cannot lock {unlockable} computers from afar. If its data is at risk, ask for a wipe."
        return {"lock": why}
    return {}


def _problem(error: Refused) -> _Problem:
    try:
        problem = msgspec.json.decode(error.body, type=_Refusal).error
    except msgspec.MsgspecError:
        return _Problem()
    if problem.message.startswith("{"):  # Intune's own error, which Graph passes on as it is
        with contextlib.suppress(msgspec.MsgspecError):
            return _Problem(problem.code, msgspec.json.decode(problem.message, type=_Inner).message)
    return problem


def _comparable(start: str | None) -> str:
    """Graph writes all starts in UTC, with no fraction or with seven digits: without the Z they sort as words."""
    return (start or "").removesuffix("Z")


def _moment(words: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(words) if words and not words.startswith("0001-") else None
    except ValueError:
        return None
