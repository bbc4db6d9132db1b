"""A real browser, and a workspace with a toy app in it for the page's own test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from deploy.local.workspace.limits import Limits
from deploy.local.workspace.server import Workspace
from tests.browser.flags import FLAGS
from tests.browser.streets import PATIENCE, running, streets
from tests.browser.toy import toy_bolt, toy_seed

__all__ = ["browser", "running", "streets", "toy_workspace"]

# What a page is to show is waited for equally long everywhere; Playwright's own 5 s are over soon on a busy machine.
expect.set_options(timeout=PATIENCE)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        await running.close()


@pytest.fixture
async def toy_workspace() -> AsyncIterator[Workspace]:
    """A workspace with the toy app connected."""
    async with Workspace.start(toy_seed(), limits=Limits(acknowledge=2.0)) as workspace:
        handler = AsyncSocketModeHandler(toy_bolt(workspace.api_url), "xapp-lending")
        await handler.connect_async()
        yield workspace
        await handler.close_async()
