"""Graph's managed devices, as a list, by id, and to be wiped: tokens, pages, throttling, the real one's errors."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import UTC, datetime

import msgspec
from aiohttp import web

from deploy.local.simulator.command_book import CommandBook
from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.microsoft.managed_device import ManagedDevice, intune_id, managed_device
from deploy.local.simulator.microsoft.paging import BadRequestError, Page, next_link, parse_page
from deploy.local.simulator.microsoft.tokens import COMMAND, TokenOffice
from deploy.local.simulator.mischief import Mischief
from deploy.local.simulator.progress import Progress
from deploy.local.simulator.world import World

PATH = "/v1.0/deviceManagement/managedDevices"
_AT_ONCE = 200  # records made between two turns of the event loop


class Listing(msgspec.Struct, frozen=True):
    """The envelope of a page."""

    context: str = msgspec.field(name="@odata.context")
    count: int | msgspec.UnsetType = msgspec.field(name="@odata.count")
    next_link: str | msgspec.UnsetType = msgspec.field(name="@odata.nextLink")
    value: list[ManagedDevice] | list[dict[str, object]]


class Graph:
    """Answers `/v1.0/deviceManagement/managedDevices` and what lies under it from the world; `book` takes commands."""

    def __init__(
        self,
        world: World,
        tokens: TokenOffice,
        mischief: Mischief,
        progress: Progress,
        book: CommandBook,
    ) -> None:
        self._world = world
        self._tokens = tokens
        self._mischief = mischief
        self._progress = progress
        self._secret = secrets.token_bytes(16)
        self._encoder = msgspec.json.Encoder()
        self._requests = 0
        self._book = book
        self._by_id: dict[str, Device] = {}
        self._known = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PATH, self.list_devices),
            web.get(PATH + "/{id}", self.one_device),
            web.post(PATH + "/{id}/wipe", self.wipe),
            web.post(PATH + "/{id}/remoteLock", self.remote_lock),
        ]

    async def list_devices(self, request: web.Request) -> web.Response:
        """One page of the list, or the refusal that Graph would give."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        try:
            page = parse_page(dict(request.query), self._secret)
            fields = _selected(page.select)
        except BadRequestError as error:
            return _error(400, "BadRequest", str(error))
        body = await self._page(f"{request.scheme}://{request.host}{PATH}", page, fields)
        return web.Response(
            body=body, content_type="application/json", headers={"OData-Version": "4.0"}, charset="utf-8"
        )

    async def one_device(self, request: web.Request) -> web.Response:
        """One record, or the 404 of one that there never was or is no more."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        try:
            fields = _selected(request.query.get("$select", ""))
        except BadRequestError as error:
            return _error(400, "BadRequest", str(error))
        if (device := self._find(request.match_info["id"])) is None:
            return _error(404, "ResourceNotFound", "The device is not known.")
        record = managed_device(self._world, device)
        context = "https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices/$entity"
        whole = _only(record, fields) if fields else msgspec.to_builtins(record)
        return web.json_response({"@odata.context": context, **whole})

    async def wipe(self, request: web.Request) -> web.Response:
        """Ask for a wipe. Nothing comes back: how it stands is read from the record, until that is gone."""
        if (refusal := self._refusal(request, COMMAND)) is not None:
            return refusal
        try:
            asked = json.loads(await request.text() or "{}")
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or asked.keys() - {"keepEnrollmentData", "keepUserData", "macOsUnlockCode"}:
            return _error(400, "BadRequest", "The request body is not what the action 'wipe' takes.")
        if (device := self._find(request.match_info["id"])) is None:
            return _error(404, "ResourceNotFound", "The device is not known.")
        if asked.get("keepEnrollmentData") or asked.get("keepUserData"):
            return _error(400, "BadRequest", "This tenant wipes devices whole.")
        self._book.take(device, "wipe", wipes=True)
        return web.Response(status=204)

    async def remote_lock(self, request: web.Request) -> web.Response:
        """Ask for a lock. A computer with Windows takes the request, and says later that it does not know how."""
        if (refusal := self._refusal(request, COMMAND)) is not None:
            return refusal
        if await request.read():
            return _error(400, "BadRequest", "The action 'remoteLock' takes no request body.")
        if (device := self._find(request.match_info["id"])) is None:
            return _error(404, "ResourceNotFound", "The device is not known.")
        able = device.model.plan.platform != "windows"
        self._book.take(device, "remoteLock", wipes=False, state="pending" if able else "notSupported")
        return web.Response(status=204)

    def _refusal(self, request: web.Request, permission: str | None = None) -> web.Response | None:
        objection = self._tokens.objection(request.headers.get("Authorization"))
        if objection is not None:
            return _error(401, "InvalidAuthenticationToken", objection)
        if permission is not None and not self._tokens.permits(request.headers.get("Authorization"), permission):
            words = f"Application must have one of the following scopes: {permission}"
            return _error(403, "Forbidden", f"Application is not authorized to perform this operation. {words}")
        self._requests += 1
        every = self._mischief.throttle_every
        if every and self._requests % every == 0:
            wait = str(self._mischief.retry_after_seconds)
            return _error(429, "TooManyRequests", "Too many requests.", {"Retry-After": wait})
        return None

    def _find(self, device_id: str) -> Device | None:
        for device in self._world.microsoft[self._known :]:
            self._by_id[intune_id(self._world, device)] = device
        self._known = len(self._world.microsoft)
        found = self._by_id.get(device_id)
        return found if found is not None and found.managed else None

    async def _page(self, base: str, page: Page, fields: list[str]) -> bytes:
        chosen, reached = self._choose(page)
        records: list[ManagedDevice] = []
        for start in range(0, len(chosen), _AT_ONCE):
            records += [managed_device(self._world, device) for device in chosen[start : start + _AT_ONCE]]
            await asyncio.sleep(0)
        more = reached < len(self._world.microsoft)
        if not page.since:
            self._progress.served("Intune devices", sum(d.managed for d in self._world.microsoft[:reached]))
        listing = Listing(
            context="https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices",
            count=self._count(page) if page.count else msgspec.UNSET,
            next_link=next_link(base, page, reached, self._secret) if more else msgspec.UNSET,
            value=[_only(record, fields) for record in records] if fields else records,
        )
        return self._encoder.encode(listing)

    def _choose(self, page: Page) -> tuple[list[Device], int]:
        """The page's devices, and the position behind the last one looked at."""
        devices = self._world.microsoft
        chosen: list[Device] = []
        for position in range(page.position, len(devices)):
            device = devices[position]
            if device.managed and device.last_sync >= page.since:
                if len(chosen) == page.top:
                    return chosen, position
                chosen.append(device)
        return chosen, len(devices)

    def _count(self, page: Page) -> int:
        return sum(device.managed and device.last_sync >= page.since for device in self._world.microsoft)


_NAMES = {field.encode_name for field in msgspec.structs.fields(ManagedDevice)}


def _selected(text: str) -> list[str]:
    fields = text.split(",") if text else []
    for field in fields:
        if field not in _NAMES:
            raise BadRequestError(f"Could not find a property named '{field}' on type 'managedDevice'.")
    return fields


def _only(record: ManagedDevice, fields: list[str]) -> dict[str, object]:
    whole: dict[str, object] = msgspec.to_builtins(record)
    return {name: whole[name] for name in ["id", *fields]}


def _error(status: int, code: str, words: str, headers: dict[str, str] | None = None) -> web.Response:
    request_id = secrets.token_hex(16)
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request_id,
    }
    body = {"error": {"code": code, "message": words, "innerError": inner}}
    return web.json_response(body, status=status, headers=headers)
