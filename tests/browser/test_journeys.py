"""People's journeys through the real thing: the whole local stack with a small fleet, in a real browser.

The tests share one stack and follow one another as a working day does; each can also run alone.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from deploy.local.running import LocalStack
from deploy.local.secrets import LocalSecrets
from deploy.local.simulator.finance.extract import write_extract
from tests.browser.conftest import FLAGS
from tests.fixtures.people import email_of
from tests.fixtures.small_scenario import small_scenario
from tests.fixtures.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
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


@pytest_asyncio.fixture(loop_scope="module")
async def streets(running: Streets, request: pytest.FixtureRequest) -> AsyncIterator[Streets]:
    failures = request.session.testsfailed
    yield running
    await running.leave(failed=request.node.name if request.session.testsfailed > failures else None)


async def _fleet_arrived(stack: LocalStack) -> None:
    async with aiohttp.ClientSession() as session:

        async def complete() -> bool:
            async with session.get(f"{stack.addresses.vendors}/simulator/progress") as answer:
                return bool((await answer.json())["complete"])

        await until(complete, "the fleet", seconds=60)


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


async def ask_for_replacement(page: Page, explanation: str) -> None:
    """By mouse and keyboard, as a person would."""
    await to_bot(page)
    await write(page, "/kit replace")
    modal = page.get_by_role("dialog", name="Replacement")
    reason = modal.get_by_label("What happened?")
    await expect(reason).to_be_visible(timeout=PATIENCE)
    await modal.get_by_role("button", name="Ask").click()
    await expect(modal.get_by_text("Please complete this required field.").first).to_be_visible()
    await reason.select_option("It is broken")
    await modal.get_by_label("In your own words").click()
    await page.keyboard.type(explanation)
    await page.keyboard.press("Tab")
    await modal.get_by_role("checkbox").check()
    await modal.get_by_role("button", name="Ask").click()
    await expect(page.get_by_role("dialog")).to_contain_text("R-", timeout=PATIENCE)
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_ask(streets: Streets) -> None:
    priya = await streets.page("Priya Nair")
    await write(priya, "/kit")
    hello = saying(priya, "Hello Priya")
    await expect(hello).to_contain_text("My devices", timeout=PATIENCE)
    await expect(hello).to_contain_text("Only visible to you")
    await write(priya, "/kit counts by age")
    counted = saying(priya, "Devices by age")
    await expect(counted.get_by_role("row").first).to_contain_text("AgeDevicesShare", timeout=PATIENCE)
    await expect(counted.get_by_role("row").nth(1)).to_contain_text("%")
    await counted.get_by_role("button", name="Chart").click()
    await to_bot(priya)
    await expect(priya.get_by_role("img", name=re.compile("^Bar chart: Devices by age"))).to_be_visible(
        timeout=PATIENCE
    )


async def test_staff_see_no_counts(streets: Streets) -> None:
    amara = await streets.page("Amara Osei")
    await write(amara, "/kit counts by age")
    await expect(saying(amara, "is for managers")).to_contain_text("Priya Nair can look it up", timeout=PATIENCE)
    await expect(amara.get_by_role("table")).to_have_count(0)


async def test_request_and_approve(streets: Streets) -> None:
    amara, priya = await streets.page("Amara Osei"), await streets.page("Priya Nair")
    await ask_for_replacement(amara, "The hinge has cracked")
    mine = saying(amara, "Your request R-")
    await expect(mine).to_contain_text("Waiting for approval", timeout=PATIENCE)
    stamp = await mine.get_attribute("data-ts")

    await to_bot(priya)
    asked = saying(priya, "The hinge has cracked")
    await expect(asked).to_contain_text("Amara Osei", timeout=PATIENCE)
    await expect(asked).to_contain_text("has needs that are checked")
    await asked.get_by_role("button", name="Approve").click()
    await expect(asked).to_contain_text("Approved by Priya Nair", timeout=PATIENCE)
    await expect(asked.get_by_role("button", name="Approve")).to_have_count(0)

    await expect(mine).to_contain_text("Approved by Priya Nair", timeout=PATIENCE)
    await expect(mine).to_contain_text("Ordered", timeout=PATIENCE)
    assert await mine.get_attribute("data-ts") == stamp, "changed in place"
    await expect(amara.get_by_role("article").filter(has_text="Your request R-")).to_have_count(1)


async def test_request_and_refuse(streets: Streets) -> None:
    tom, daniel = await streets.page("Tom Whitfield"), await streets.page("Daniel Reyes")
    await ask_for_replacement(tom, "A key sticks")
    await to_bot(daniel)
    asked = saying(daniel, "A key sticks")
    await asked.get_by_role("button", name="Refuse").click(timeout=PATIENCE)
    modal = daniel.get_by_role("dialog")
    await modal.get_by_role("textbox").fill("Have it cleaned first")
    await modal.get_by_role("textbox").press("Tab")
    await modal.locator(".primary").click()
    await expect(modal).to_be_hidden()
    await expect(asked).to_contain_text("Refused by Daniel Reyes", timeout=PATIENCE)
    await expect(saying(tom, "Your request R-")).to_contain_text("Have it cleaned first", timeout=PATIENCE)


async def test_a_wave_is_proposed_and_released(streets: Streets) -> None:
    helen, catherine = await streets.page("Helen Marsh"), await streets.page("Catherine Doyle")
    await write(helen, "/kit wave propose laptops up to £200k")
    proposal = saying(helen, "Proposed by Helen Marsh")
    await expect(proposal).to_contain_text("to order", timeout=2 * PATIENCE)
    await expect(proposal.get_by_role("button", name="Release")).to_have_count(0)

    await to_bot(catherine)
    asked = saying(catherine, "to order for")
    await expect(asked).to_contain_text("Proposed by Helen Marsh", timeout=PATIENCE)
    stamp = await asked.get_attribute("data-ts")
    await asked.get_by_role("button", name="Release").click()
    modal = catherine.get_by_role("dialog", name="Release a wave")
    await expect(modal).to_contain_text("to order for", timeout=PATIENCE)
    await modal.get_by_role("button", name="Release").click()
    await expect(catherine.get_by_role("dialog")).to_contain_text("is released", timeout=PATIENCE)
    await catherine.get_by_role("dialog").get_by_role("button", name="Close").last.click()

    done = saying(catherine, "money committed")
    await expect(done).to_contain_text("Released by Catherine Doyle", timeout=PATIENCE)
    assert await done.get_attribute("data-ts") == stamp, "changed in place"
    await to_bot(helen)
    await expect(saying(helen, "money committed")).to_contain_text("Released by Catherine Doyle", timeout=PATIENCE)


async def test_an_alert_appears_while_one_looks(streets: Streets) -> None:
    idris = await streets.page("Idris Bello")
    await to_channel(idris, "budget")
    await expect(idris.get_by_role("article").filter(has_text="90 % of the approved sum")).to_have_count(0)
    await _order(streets, 1_200_000_000)
    alert = saying(idris, "90 % of the approved sum is reached")
    await expect(alert).to_contain_text("Warning", timeout=2 * PATIENCE)
    stamp = await alert.get_attribute("data-ts")
    await _order(streets, 200_000_000)
    worse = saying(idris, "100 % of the approved sum is reached")
    await expect(worse).to_contain_text("Critical", timeout=2 * PATIENCE)
    assert await worse.get_attribute("data-ts") == stamp, "one condition, one message"
    await worse.get_by_role("button", name="Show the budget").click()
    await expect(saying(idris, "Budget 2024/25")).to_contain_text("left", timeout=PATIENCE)


async def _order(streets: Streets, pence: int) -> None:
    name = f"PO-{uuid4()}"
    row = (
        name,
        "purchase_order",
        name,
        "refresh-and-bau",
        "2024/25",
        "laptop",
        "",
        1,
        pence,
        0,
        "",
        "2024-11-04",
        "",
        "",
    )
    address = f"{streets.stack.addresses.intake}/sources/finance/extract"
    headers = {"Content-Type": "text/csv; charset=utf-8", "X-Quartermaster-Secret": streets.keys.finance_secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=write_extract([row]), headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def test_each_role_has_its_own_home(streets: Streets) -> None:
    amara, priya = await streets.page("Amara Osei"), await streets.page("Priya Nair")
    for page in (amara, priya):
        await to_bot(page, "home")
    staff, manager = amara.get_by_role("tabpanel"), priya.get_by_role("tabpanel")
    await expect(staff).to_contain_text("Quartermaster for Amara Osei", timeout=PATIENCE)
    await expect(staff).to_contain_text("My devices")
    await expect(staff).not_to_contain_text("Waiting for your decision")
    await expect(manager).to_contain_text("Waiting for your decision", timeout=PATIENCE)
    await expect(manager).to_contain_text("Devices, Central West")
    await expect(manager).to_contain_text("Falling due")
    await expect(staff.get_by_role("button", name="Budget")).to_have_count(0)
