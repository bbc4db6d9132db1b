"""Jamf Pro's API as far as commands go: tokens, the records that tell a management id, commands and their states.

As strict as the real one where a client might lean on luck: a list of commands wants a filter, a Mac wants a PIN, and
a command that is given twice is two commands.
"""

from __future__ import annotations

import dataclasses
import hmac
import json
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from deploy.local.simulator.command_book import CommandBook
from deploy.local.simulator.fleet.device import JAMF, Action, Device
from deploy.local.simulator.identifiers import dashed, digest
from deploy.local.simulator.jamf.webhook import management_id
from deploy.local.simulator.moments import from_microseconds
from deploy.local.simulator.world import World

TOKEN_SECONDS = 1199
_TYPES = {"ERASE_DEVICE": True, "DEVICE_LOCK": False}
_STATES = {"pending": "PENDING", "done": "ACKNOWLEDGED", "failed": "ERROR"}
_CONDITION = re.compile(r'(clientManagementId|command|status|uuid)=="?([\w-]+)"?|(dateSent|dateCompleted)=ge=(\S+)')
_BY_MANAGEMENT_ID = re.compile(r'(?:general\.)?managementId=="([\w-]+)"')
_PIN = re.compile(r"\d{6}")


@dataclasses.dataclass(frozen=True, slots=True)
class ApiClient:
    """An API client: its credentials, and whether its role may send commands or only read."""

    client_id: str
    client_secret: str = dataclasses.field(repr=False)
    commands: bool = False


class JamfApi:
    """Answers from the world and the commands in `book`. `clock` counts real seconds: tokens live in real time."""

    def __init__(
        self, world: World, book: CommandBook, clients: Sequence[ApiClient], clock: Callable[[], float]
    ) -> None:
        self._world = world
        self._book = book
        self._clients = {each.client_id: each for each in clients}
        self._clock = clock
        self._issued: dict[str, tuple[float, ApiClient]] = {}
        self._by_management_id: dict[str, Device] = {}
        self._known = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/oauth/token", self.issue),
            web.get("/api/v3/computers-inventory", self.computers),
            web.get("/api/v3/computers-inventory/{id}", self.computer),
            web.get("/api/v2/mobile-devices/detail", self.mobile_devices),
            web.get("/api/v2/mobile-devices/{id}", self.mobile_device),
            web.get("/api/v2/mdm/commands", self.commands),
            web.post("/api/v2/mdm/commands", self.command),
        ]

    async def issue(self, request: web.Request) -> web.Response:
        """Answer a token request."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        client = self._clients.get(str(form.get("client_id", "")))
        given = str(form.get("client_secret", "")).encode()
        if client is None or not hmac.compare_digest(given, client.client_secret.encode()):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = secrets.token_urlsafe(32)
        self._issued[token] = self._clock() + TOKEN_SECONDS, client
        return web.json_response(
            {"access_token": token, "scope": "api-role:1", "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        )

    async def computers(self, request: web.Request) -> web.Response:
        """The computer with a management id; its record stays after its management has ended."""
        return self._refusal(request) or self._by_filter(request, computer=True)

    async def mobile_devices(self, request: web.Request) -> web.Response:
        """The mobile device with a management id."""
        return self._refusal(request) or self._by_filter(request, computer=False)

    def _by_filter(self, request: web.Request, *, computer: bool) -> web.Response:
        match = _BY_MANAGEMENT_ID.fullmatch(request.query.get("filter", ""))
        if match is None or request.query["filter"].startswith("general.") != computer:
            return _error(400, "INVALID_FILTER", "Only the management ID can be filtered by here")
        device = self._find(match[1])
        found = [device] if device is not None and _is_computer(device) == computer else []
        rows = [
            {
                "id" if computer else "mobileDeviceId": str(each.number + 1),
                "general": {"managementId": management_id(self._world, each), "managed": each.managed},
                "hardware": {"serialNumber": each.serial},
            }
            for each in found
        ]
        return web.json_response({"totalCount": len(rows), "results": rows})

    async def computer(self, request: web.Request) -> web.Response:
        """The sections of a computer's record that were asked for."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if (device := self._numbered(request.match_info["id"], computer=True)) is None:
            return _error(404, "INVALID_ID", "Computer with given ID was not found")
        sections = {
            "GENERAL": {
                "managementId": management_id(self._world, device),
                "lastContactTime": _moment(device.last_sync),
                "platform": "Mac",
            },
            "HARDWARE": {"serialNumber": device.serial, "make": "Apple"},
        }
        asked = request.query.getall("section", [])
        record = {name.lower(): content for name, content in sections.items() if name in asked}
        return web.json_response({"id": request.match_info["id"], **record})

    async def mobile_device(self, request: web.Request) -> web.Response:
        """A mobile device's record."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if (device := self._numbered(request.match_info["id"], computer=False)) is None:
            return _error(404, "INVALID_ID", "Mobile device with given ID was not found")
        record = {"managementId": management_id(self._world, device), "serialNumber": device.serial}
        return web.json_response({"id": request.match_info["id"], **record})

    async def commands(self, request: web.Request) -> web.Response:
        """The commands that meet a filter, which there must be."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        conditions: dict[str, str] = {}
        for part in request.query.get("filter", "").split(";"):
            if (match := _CONDITION.fullmatch(part)) is None:
                return _error(400, "INVALID_FILTER", "Filter is required and must be valid RSQL")
            conditions[match[1] or match[3]] = match[2] or match[4]
        rows = [row for row in self._rows(conditions) if _meets(row, conditions)]
        rows.sort(key=lambda row: str(row["dateSent"]), reverse=request.query.get("sort") == "dateSent:desc")
        size, page = int(request.query.get("page-size", "100")), int(request.query.get("page", "0"))
        return web.json_response({"totalCount": len(rows), "results": rows[page * size : (page + 1) * size]})

    async def command(self, request: web.Request) -> web.Response:
        """Queue a command for each device named."""
        if (refusal := self._refusal(request, commands=True)) is not None:
            return refusal
        try:
            asked = json.loads(await request.text())
            kind = asked["commandData"]["commandType"]
            clients = [str(client["managementId"]) for client in asked["clientData"]]
        except (ValueError, LookupError, TypeError):
            return _error(400, "INVALID_JSON", "The request body cannot be read")
        if kind not in _TYPES or not clients:
            return _error(400, "INVALID_FIELD", "commandType or clientData is not valid")
        devices = [self._find(client) for client in clients]
        found = [device for device in devices if device is not None and device.managed]
        if len(found) < len(devices):
            return _error(400, "INVALID_ID", "A management ID belongs to no managed device")
        pin = str(asked["commandData"].get("pin", ""))
        if any(_is_computer(device) for device in found) and not _PIN.fullmatch(pin):
            return _error(400, "INVALID_PIN", "A six digit PIN is required for computers")
        for device in found:
            self._book.take(device, kind, wipes=_TYPES[kind])
        ids = [self._uuid(device, len(device.commanded) - 1) for device in found]
        return web.json_response([{"id": uuid, "href": f"/api/v2/mdm/commands/{uuid}"} for uuid in ids], status=201)

    def _refusal(self, request: web.Request, *, commands: bool = False) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        issued = self._issued.get(token)
        if scheme != "Bearer" or issued is None or issued[0] <= self._clock():
            return _error(401, "INVALID_TOKEN", "Unauthorized")
        if commands and not issued[1].commands:
            return _error(403, "INVALID_PRIVILEGE", "Forbidden")
        return None

    def _numbered(self, number: str, *, computer: bool) -> Device | None:
        if not number.isdecimal() or not 0 < int(number) <= len(self._world.devices):
            return None
        device = self._world.devices[int(number) - 1]
        if not device.managed or device.model.vendor != JAMF or _is_computer(device) != computer:
            return None
        return device

    def _find(self, client: str) -> Device | None:
        for device in self._world.devices[self._known :]:
            if device.model.vendor == JAMF:
                self._by_management_id[management_id(self._world, device)] = device
        self._known = len(self._world.devices)
        return self._by_management_id.get(client)

    def _rows(self, conditions: dict[str, str]) -> list[dict[str, Any]]:
        if "clientManagementId" in conditions:
            device = self._find(conditions["clientManagementId"])
            chosen = [] if device is None else [device]
        else:
            chosen = [device for device in self._world.devices if device.commanded and device.model.vendor == JAMF]
        return [self._row(device, place, action) for device in chosen for place, action in enumerate(device.commanded)]

    def _row(self, device: Device, place: int, action: Action) -> dict[str, Any]:
        ended = {} if action.state == "pending" else {"dateCompleted": _moment(action.updated)}
        return {
            "uuid": self._uuid(device, place),
            "dateSent": _moment(action.started),
            **ended,
            "client": {
                "managementId": management_id(self._world, device),
                "clientType": "COMPUTER" if _is_computer(device) else "MOBILE_DEVICE",
            },
            "commandState": _STATES[action.state],
            "commandType": action.name,
        }

    def _uuid(self, device: Device, place: int) -> str:
        return dashed(digest(self._world.seed, "jamf command", device.number, place))


def _meets(row: dict[str, Any], conditions: dict[str, str]) -> bool:
    fields = {"command": row["commandType"], "status": row["commandState"], "uuid": row["uuid"]}
    same = all(fields[name].lower() == value.lower() for name, value in conditions.items() if name in fields)
    since = [name for name in ("dateSent", "dateCompleted") if name in conditions]
    return same and all(str(row.get(name, "")) >= conditions[name] for name in since)


def _is_computer(device: Device) -> bool:
    return device.model.plan.platform == "macos"


def _moment(at: int) -> str:
    return from_microseconds(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, code: str, words: str) -> web.Response:
    fault = {"code": code, "description": words, "id": "0", "field": None}
    return web.json_response({"httpStatus": status, "errors": [fault]}, status=status)
