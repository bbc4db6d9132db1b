"""Wipes that Jamf Pro knows the end of, from its list of MDM commands: a webhook never names the command it is about.

A command names its device by a management id alone, so each is looked up in the inventory; the record of a wipe holds
both. A device acknowledges an erasure when it begins it, after checking that it can: Jamf Pro learns no more than that.
The position is the latest end seen; each list begins a little before it, and what is read again is known by its ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.reading.fields import moment, text
from services.intake.sources.jamf.erasure_translation import ERASURE, Command, Erasure, Found
from services.intake.translation import Record, Untranslatable, decode_json

PAGE_SIZE = 100
OVERLAP = timedelta(minutes=15)
_ID = re.compile(r"[0-9A-Za-z-]+")
_COMMANDS = "/api/v2/mdm/commands"
_INVENTORIES = {
    "computer": ("/api/v3/computers-inventory", "general.managementId"),
    "mobile": ("/api/v2/mobile-devices/detail", "managementId"),
}


class _Commands(msgspec.Struct):
    results: list[Command]


class _Records(msgspec.Struct):
    results: list[dict[str, Any]] = []


_commands = msgspec.json.Decoder(_Commands)
_records = msgspec.json.Decoder(_Records)


class ErasureFeed:
    """Finished erasures of one Jamf Pro."""

    name = "jamf/erasures"
    kind = ERASURE

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/")

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Begin the list: all of it the first time, afterwards what ended since."""
        since = min(datetime.fromisoformat(position["ended"]), now) if position else None
        return _ErasureWalk(self._base, since, now)


class _ErasureWalk:
    """One reading: the list to its end, then each command's device."""

    def __init__(self, base: str, since: datetime | None, now: datetime) -> None:
        self._base = base
        self._now = now
        self._latest = since
        self._page = 0
        self._listing = True
        self._pending: list[Command] = []
        self._condition = "command==ERASE_DEVICE"
        if since is not None:
            self._condition += f";dateCompleted=ge={(since - OVERLAP).strftime('%Y-%m-%dT%H:%M:%SZ')}"
        self.call: Call | None = self._list()

    def _list(self) -> Call:
        query = f"filter={quote(self._condition, safe='')}&sort=dateSent%3Aasc&page={self._page}&page-size={PAGE_SIZE}"
        return Call(f"{self._base}{_COMMANDS}?{query}")

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page of the list, or the inventory's answer about one device."""
        records = self._take_list(answer) if self._listing else [self._looked_up(answer)]
        if not self._listing:
            self._ask_for_next()
        yield Page(records, None if self.call is not None else self._position())

    def _take_list(self, answer: Answer) -> list[Record]:
        try:
            commands = decode_json(_commands, answer.body).results
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        for command in commands:
            ended = _moment(command.date_completed)
            if ended is None or command.command_type != "ERASE_DEVICE":
                continue
            self._pending.append(command)
            # A clock in the future must not carry the position past the ends still to come.
            if ended <= self._now and (self._latest is None or ended > self._latest):
                self._latest = ended
        self._listing = len(commands) == PAGE_SIZE
        self._page += 1
        self.call = self._list() if self._listing else None
        return []

    def _ask_for_next(self) -> None:
        self.call = self._inventory(self._pending[-1]) if self._pending else None

    def _inventory(self, command: Command) -> Call:
        path, field = _INVENTORIES[_family(command)]
        management_id = text(command.client.management_id) or ""
        # Nothing but an id may enter a filter; no device has the empty one.
        condition = quote(f'{field}=="{management_id if _ID.fullmatch(management_id) else ""}"', safe="")
        # That the inventory cannot be asked this is an answer too: the wipe is kept, and says so in the dead letters.
        accepted = frozenset({200, 400, 404})
        return Call(f"{self._base}{path}?section=GENERAL&section=HARDWARE&filter={condition}", accepted=accepted)

    def _looked_up(self, answer: Answer) -> Record:
        command = self._pending.pop()
        try:
            rows = decode_json(_records, answer.body).results if answer.status == 200 else []
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        meant = (text(command.client.management_id) or "").lower()
        found = [each for row in rows if (each := _found(_family(command), row)).management_id == meant]
        return Record(msgspec.json.encode(Erasure(command=command, device=found[0] if len(found) == 1 else None)))

    def _position(self) -> Mapping[str, str] | None:
        return {"ended": self._latest.isoformat()} if self._latest is not None else None


def _family(command: Command) -> str:
    return "computer" if (text(command.client.client_type) or "").startswith("COMPUTER") else "mobile"


def _found(family: str, row: dict[str, Any]) -> Found:
    """Both families nest their sections; older servers keep a mobile device's fields beside them."""
    general, hardware = (part if isinstance(part := row.get(name), dict) else row for name in ("general", "hardware"))
    number = row.get("id") or row.get("mobileDeviceId")
    return Found(
        family=family,
        number=text(number) or "",
        serial=text(hardware.get("serialNumber")),
        management_id=(text(general.get("managementId") or row.get("managementId")) or "").lower(),
    )


def _moment(value: object) -> datetime | None:
    try:
        return moment(value, "")
    except Untranslatable:
        return None
