"""Tokens live as long as they say and no longer."""

from __future__ import annotations

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from deploy.local.simulator.microsoft.tokens import Application, TokenOffice
from tests.contract.simulator.test_graph import GRANT


async def test_a_token_expires(client: aiohttp.ClientSession) -> None:
    now = [1_000.0]
    office = TokenOffice("metropolitan.example", [Application("quartermaster", "intune-local")], 60, lambda: now[0])
    app = web.Application()
    app.add_routes(office.routes())
    async with (
        TestServer(app) as server,
        client.post(server.make_url("/metropolitan.example/oauth2/v2.0/token"), data=GRANT) as response,
    ):
        granted = await response.json()
    assert granted["expires_in"] == 60
    header = f"Bearer {granted['access_token']}"
    now[0] += 59.0
    assert office.objection(header) is None
    now[0] += 1.0
    assert office.objection(header) == "Lifetime validation failed, the token is expired."
