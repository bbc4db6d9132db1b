"""Turns announced changes into requests, in the sender's own format and with its own credentials."""

from __future__ import annotations

import random

import aiohttp

from deploy.local.simulator.delivery.post import FINANCE_PATH, JAMF_PATH, SERVICENOW_PATH, Post
from deploy.local.simulator.finance.extract import Row, delivery_rows, order_row, write_extract
from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.incidents import Incident
from deploy.local.simulator.jamf.webhook import webhook_body
from deploy.local.simulator.orders import Order
from deploy.local.simulator.servicenow.push import fill_template, hardware_body, incident_body
from deploy.local.simulator.settings import Settings
from deploy.local.simulator.world import World

PROOF_HEADER = "X-Quartermaster-Secret"
DESK_HEADER = "X-ServiceNow-Secret"


class Postbox:
    """An Outbound that keeps what is to be sent until it is emptied."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._mischief = settings.mischief
        self._random = random.Random(f"{world.seed}:postbox")
        self._posts: list[Post] = []
        self._rows: list[Row] = []

    def empty(self) -> list[Post]:
        """What gathered since the last time; finance rows of the meantime go as one extract."""
        posts, self._posts = self._posts, []
        if self._rows:
            posts.append(self.extract(self._rows))
            self._rows = []
        return posts

    def jamf(self, event: str, device: Device, at: int) -> None:
        latin1 = self._random.random() < self._mischief.latin1_share
        body = webhook_body(self._world, event, device, at, latin1=latin1)
        headers = {"Content-Type": "application/json", "User-Agent": "Jamf Pro"}
        user, password = self._settings.jamf_basic_user, self._settings.jamf_webhook_secret.get_secret_value()
        if user:
            headers["Authorization"] = aiohttp.encode_basic_auth(user, password)
            self._posts.append(Post("jamf", JAMF_PATH, body, headers, "Authorization"))
        else:
            headers[PROOF_HEADER] = password
            self._posts.append(Post("jamf", JAMF_PATH, body, headers, PROOF_HEADER))

    def hardware(self, device: Device, operation: str) -> None:
        self._push(hardware_body(self._world, device, operation))

    def incident(self, incident: Incident, operation: str) -> None:
        self._push(incident_body(self._world, incident, operation))

    def ordered(self, order: Order) -> None:
        self._rows.append(order_row(order, self._world.scenario))

    def delivered(self, order: Order) -> None:
        self._rows.extend(delivery_rows(order, self._world.scenario))

    def extract(self, rows: list[Row]) -> Post:
        """Finance rows as one CSV upload."""
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            PROOF_HEADER: self._settings.finance_secret.get_secret_value(),
        }
        return Post("finance", FINANCE_PATH, write_extract(rows), headers, PROOF_HEADER)

    def _push(self, values: dict[str, str]) -> None:
        escape = self._random.random() >= self._mischief.unescaped_quotes_share
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "ServiceNow/1.0",
            DESK_HEADER: self._settings.servicenow_push_secret.get_secret_value(),
        }
        body = fill_template(values, escape=escape)
        spoilt = not escape and any('"' in value for value in values.values())
        self._posts.append(Post("servicenow", SERVICENOW_PATH, body, headers, DESK_HEADER, spoilt))
