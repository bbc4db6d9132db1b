"""The vendors' side of the demonstration: requests to intake in their formats, and what their own interfaces serve."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import aiohttp
import msgspec

from deploy.local.secrets import LocalSecrets
from deploy.local.simulator.delivery.post import FINANCE_PATH, JAMF_PATH, SERVICENOW_PATH
from deploy.local.simulator.delivery.postbox import DESK_HEADER, PROOF_HEADER
from deploy.local.simulator.finance.extract import Row, write_extract
from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.servicenow.push import fill_template, hardware_body
from deploy.local.simulator.world import World

TENANT, CLIENT = "metropolitan.example", "quartermaster"
RETIRED, MISSING = "7", "8"
"""ServiceNow's install states. A missing asset is gone; a retired one is held until its wipe is proven."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """Intake's answer to a delivery."""

    status: int
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.status} {msgspec.json.encode(self.body).decode()}"


@dataclasses.dataclass(frozen=True, slots=True)
class Served:
    """What the vendors' interfaces hold: assets by kind at the service desk, and managed devices it does not know."""

    assets: Counter[str]
    serials: frozenset[str]
    unknown_to_desk: Counter[str]
    managed: int
    retired: int


def _wiped(device: dict[str, Any]) -> bool:
    return any(
        action["actionName"] == "wipe" and action["actionState"] == "done" for action in device["deviceActionResults"]
    )


class Wire:
    """Speaks HTTP to intake and to the vendors' stand-ins. `session` is the caller's to close."""

    def __init__(self, session: aiohttp.ClientSession, intake: str, vendors: str, keys: LocalSecrets) -> None:
        self._session = session
        self._intake = intake
        self._vendors = vendors
        self._keys = keys

    async def jamf(self, body: bytes) -> Reply:
        """One webhook of Jamf's."""
        return await self._post(JAMF_PATH, body, self._keys.jamf_webhook_secret, "application/json")

    async def asset(self, world: World, device: Device) -> Reply:
        """ServiceNow pushes an asset as the world has it."""
        return await self.servicenow(fill_template(hardware_body(world, device, "update"), escape=True))

    async def servicenow(self, body: bytes) -> Reply:
        """One push of a business rule of ServiceNow's."""
        return await self._post(
            SERVICENOW_PATH, body, self._keys.servicenow_push_secret, "application/json", DESK_HEADER
        )

    async def finance(self, rows: list[Row], *, secret: str | None = None) -> Reply:
        """One extract of finance's."""
        return await self._post(FINANCE_PATH, write_extract(rows), secret or self._keys.finance_secret, "text/csv")

    async def progress(self) -> dict[str, Any]:
        """How far the simulated vendors are with the first fill; empty before they stand."""
        try:
            async with self._session.get(f"{self._vendors}/simulator/progress") as answer:
                content: dict[str, Any] = await answer.json()
                return content
        except aiohttp.ClientConnectionError:
            return {}

    async def served(self) -> Served:
        """Read both vendors' interfaces to the end, as a stranger would."""
        assets = await self._assets()
        serials = frozenset(row["serial_number"]["value"] for row in assets)
        managed = await self._managed_devices()
        wiped = {device["serialNumber"] for device in managed if _wiped(device)}
        retired = [row for row in assets if row["install_status"]["value"] == RETIRED]
        proven = {row["serial_number"]["value"] for row in retired} & wiped
        held = [
            row
            for row in assets
            if row["install_status"]["value"] != MISSING and row["serial_number"]["value"] not in proven
        ]
        strangers = [device for device in managed if device["serialNumber"] not in serials]
        return Served(
            Counter(row["model_category"]["display_value"].lower() for row in held),
            serials,
            Counter(str(device["deviceCategoryDisplayName"]).lower() for device in strangers),
            len(managed),
            len(retired) - len(proven),
        )

    async def jamf_commands(self, management_id: str) -> list[str]:
        """What Jamf's own list says was commanded to a device, oldest first."""
        form = {
            "client_id": CLIENT,
            "client_secret": self._keys.jamf_client_secret,
            "grant_type": "client_credentials",
        }
        async with self._session.post(f"{self._vendors}/api/oauth/token", data=form) as answer:
            answer.raise_for_status()
            token = (await answer.json())["access_token"]
        async with self._session.get(
            f"{self._vendors}/api/v2/mdm/commands",
            params={"filter": f'clientManagementId=="{management_id}"'},
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            answer.raise_for_status()
            return [row["commandType"] for row in (await answer.json())["results"]]

    async def ticket_state(self, reference: str) -> str:
        """How the service desk's own interface shows the ticket of a request; empty if there is not just one."""
        query = {
            "sysparm_query": f"correlation_id=quartermaster-{reference}^ORDERBYsys_created_on",
            "sysparm_display_value": "true",
            "sysparm_fields": "number,state",
        }
        credentials = aiohttp.encode_basic_auth(CLIENT, self._keys.servicenow_password)
        async with self._session.get(
            f"{self._vendors}/api/now/table/incident", params=query, headers={"Authorization": credentials}
        ) as answer:
            answer.raise_for_status()
            found = msgspec.json.decode(await answer.read())["result"]
        return str(found[0]["state"]) if len(found) == 1 else ""

    async def _assets(self) -> list[dict[str, dict[str, str]]]:
        rows: list[dict[str, dict[str, str]]] = []
        credentials = aiohttp.encode_basic_auth(CLIENT, self._keys.servicenow_password)
        while True:
            query = {
                "sysparm_offset": str(len(rows)),
                "sysparm_limit": "2000",
                "sysparm_fields": "serial_number,install_status,model_category",
                "sysparm_display_value": "all",
            }
            async with self._session.get(
                f"{self._vendors}/api/now/table/alm_hardware", params=query, headers={"Authorization": credentials}
            ) as answer:
                answer.raise_for_status()
                page = msgspec.json.decode(await answer.read())["result"]
            if not page:
                return rows
            rows += page

    async def _managed_devices(self) -> list[dict[str, Any]]:
        form = {
            "client_id": CLIENT,
            "client_secret": self._keys.intune_client_secret,
            "grant_type": "client_credentials",
            "scope": "https://graph.microsoft.com/.default",
        }
        async with self._session.post(f"{self._vendors}/{TENANT}/oauth2/v2.0/token", data=form) as answer:
            answer.raise_for_status()
            token = (await answer.json())["access_token"]
        devices: list[dict[str, Any]] = []
        page: str | None = f"{self._vendors}/v1.0/deviceManagement/managedDevices"
        while page:
            async with self._session.get(page, headers={"Authorization": f"Bearer {token}"}) as answer:
                answer.raise_for_status()
                content = msgspec.json.decode(await answer.read())
            devices += content["value"]
            page = content.get("@odata.nextLink")
        return devices

    async def _post(self, path: str, body: bytes, secret: str, content_type: str, proof: str = PROOF_HEADER) -> Reply:
        headers = {"Content-Type": content_type, proof: secret}
        async with self._session.post(f"{self._intake}{path}", data=body, headers=headers) as answer:
            return Reply(answer.status, msgspec.json.decode(await answer.read()))
