"""The whole local stack with a small fleet, shared by the journeys through it, and what a person does on its page."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from deploy.local.running import LocalStack
from deploy.local.secrets import LocalSecrets
from tests.browser.flags import FLAGS
from tests.fixtures.people import email_of
from tests.fixtures.settled import settled
from tests.fixtures.small_scenario import small_scenario
from tests.fixtures.waiting import until

BOT = "Quartermaster"
PATIENCE = 15_000


class Streets:
    """The running stack, and pages into it."""

    def __init__(self, stack: LocalStack, browser: Browser, var: Path, pictures: Path) -> None:
        self.stack = stack
        self.keys = LocalSecrets.of(var)
        self._browser = browser
        self._pictures = pictures
        self._pages: list[Page] = []

    async def page(self, name: str) -> Page:
        """The page acting as a person; whatever the page logs as an error fails the test."""
        context = await self._browser.new_context(viewport={"width": 1280, "height": 850}, locale="en-GB")
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
        await page.goto(f"{self.stack.addresses.workspace}/?as={email_of(name)}")
        await expect(page.get_by_role("log", name="Messages")).to_be_visible()
        self._pages.append(page)
        return page

    async def leave(self, *, failed: str | None) -> None:
        """Close the pages; of a test that failed, keep what they showed."""
        for place, page in enumerate(self._pages):
            if failed:
                await page.screenshot(path=self._pictures / f"{failed}-{place}.png", full_page=True)
            await page.context.close()
        self._pages.clear()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Streets]:
    """The stack with its fleet arrived, and the browser."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    folder = tmp_path_factory.mktemp("journeys")
    var = folder / "var"
    async with LocalStack(small_scenario(folder), 1.0, var=var, live=False) as stack, async_playwright() as playwright:
        await stack.start()
        await stack.start_fleet()
        await _fleet_arrived(stack)
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield Streets(stack, browser, var, folder)
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def streets(running: Streets, request: pytest.FixtureRequest) -> AsyncIterator[Streets]:
    failures = request.session.testsfailed
    yield running
    await running.leave(failed=request.node.name if request.session.testsfailed > failures else None)


async def _fleet_arrived(stack: LocalStack) -> None:
    async with aiohttp.ClientSession() as session:

        async def arrived() -> bool:
            async with session.get(f"{stack.addresses.vendors}/simulator/progress") as answer:
                told = await answer.json()
            return told["complete"] and await settled(stack.addresses.database_url, told["fill"])

        await until(arrived, "the fleet, heard by all", seconds=60)


async def to_bot(page: Page, tab: str = "messages") -> None:
    link = page.get_by_role("link", name=re.compile(f"^{BOT}"))
    address = await link.get_attribute("href")
    assert address is not None
    await page.evaluate("where => (location.hash = where)", re.sub(r"(home|messages)$", tab, address))
    await expect(page.get_by_role("tab", name=tab.capitalize())).to_have_attribute("aria-selected", "true")


async def to_channel(page: Page, name: str) -> None:
    # By its words alone: the link's own name ends in how much is unread.
    entry = page.locator("#sidebar a.entry").filter(has=page.locator(".name", has_text=re.compile(f"^{name}$")))
    await entry.click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name=re.compile("^Message "))
    await box.fill(text)
    await box.press("Enter")


def saying(page: Page, words: str) -> Locator:
    """The latest message that says so."""
    return page.get_by_role("article").filter(has_text=words).last


async def modal_saying(page: Page, words: str) -> Locator:
    """The open form, once it says so."""
    found = page.get_by_role("dialog")
    await expect(found).to_contain_text(words, timeout=PATIENCE)
    return found


async def close(page: Page) -> None:
    """Close what a form gave way to."""
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def ask_for_replacement(page: Page, explanation: str, reason: str = "It is too slow to work with") -> None:
    """By mouse and keyboard, as a person would; a slow laptop that is not due is for a manager to decide."""
    await to_bot(page)
    await write(page, "/kit replace")
    modal = page.get_by_role("dialog", name="Replacement")
    happened = modal.get_by_label("What happened?")
    await expect(happened).to_be_visible(timeout=PATIENCE)
    await modal.get_by_role("button", name="Ask").click()
    await expect(modal.get_by_text("Please complete this required field.").first).to_be_visible()
    await happened.select_option(reason)
    await expect(modal.get_by_label("Since when?")).to_be_visible(timeout=PATIENCE)
    await modal.get_by_label("In your own words").click()
    await page.keyboard.type(explanation)
    await page.keyboard.press("Tab")
    await modal.get_by_role("checkbox").check()
    await expect(modal.get_by_label("Which ones?")).to_be_visible(timeout=PATIENCE)
    await modal.get_by_role("button", name="Ask").click()
    await modal_saying(page, "R-")
    await close(page)
