"""`make pictures`: the README's pictures, from a running stack, as a browser shows them.

    python -m tests.browser.pictures http://127.0.0.1:8400

People act as in the README: a staff member asks for a replacement, a manager counts devices and decides, finance reads
the budget. The stack must have its fleet; whatever it shows is what the pictures show.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from tests.browser.flags import FLAGS

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = (1440, 900), (390, 844)
LIAM, PRIYA, HELEN, IDRIS, CATHERINE = (
    f"{name}@metropolitan.example"
    for name in ("liam.doherty", "priya.nair", "helen.marsh", "idris.bello", "catherine.doyle")
)
BOT = "Quartermaster"
# One that is scrolled out of sight may never be loaded.
SEEN_IMAGES_ARE_DRAWN = """[...document.images].every((image) => {
  const { top, bottom } = image.getBoundingClientRect();
  return image.complete || bottom < 0 || top > innerHeight;
})"""


class Studio:
    """Opens the page as a person and takes pictures of it."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self._browser = browser
        self._url = url
        self._folder = folder
        self._open: list[BrowserContext] = []

    async def page(self, person: str, size: tuple[int, int] = DESKTOP) -> Page:
        """The page acting as a person."""
        width, height = size
        phone = size == PHONE
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if phone else 1,
            locale="en-GB",
            color_scheme="light",
            reduced_motion="reduce",
        )
        self._open.append(context)
        page = await context.new_page()
        await page.goto(f"{self._url}/?as={person}")
        await expect(page.get_by_role("log", name="Messages")).to_be_visible()
        return page

    async def take(self, page: Page, name: str) -> None:
        """Write a picture once everything in it has been drawn."""
        # Asked from here: the page's policy forbids what waits within it, once it has to ask twice.
        async with asyncio.timeout(10):
            while not await page.evaluate(SEEN_IMAGES_ARE_DRAWN):
                await asyncio.sleep(0.1)
        await page.evaluate("document.activeElement?.blur()")
        await page.mouse.move(0, 0)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.png"
        await page.screenshot(path=path)
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")

    async def close(self, page: Page) -> None:
        """Done with a page."""
        await page.context.close()


async def loaded(page: Page) -> None:
    """Only once the history is there is it known what has been said."""
    await expect(page.locator(".messages .welcome, .messages article").first).to_be_visible()


async def to_bot(page: Page, tab: str = "messages") -> None:
    """Go to the direct conversation with the bot, or its home."""
    # On a phone the list is behind a drawer, and a link all the same.
    address = await page.locator("#sidebar a.entry", has_text=BOT).first.get_attribute("href")
    assert address is not None
    await page.evaluate("where => (location.hash = where)", re.sub(r"(home|messages)$", tab, address))
    await expect(page.get_by_role("tab", name=tab.capitalize())).to_have_attribute("aria-selected", "true")
    if tab == "messages":
        await loaded(page)


async def to_channel(page: Page, name: str) -> None:
    """Go to a channel."""
    address = await page.locator("#sidebar a.entry").filter(has_text=name).first.get_attribute("href")
    await page.evaluate("where => (location.hash = where)", address)
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await loaded(page)


async def ask(page: Page, line: str, answer: str) -> Locator:
    """Write a line and wait for the answer that says so."""
    box = page.get_by_role("textbox", name=re.compile("^Message "))
    await box.fill(line)
    await box.press("Enter")
    found = page.get_by_role("article").filter(has_text=answer).last
    await expect(found).to_be_visible(timeout=10_000)
    return found


async def fill_in(page: Page) -> Locator:
    """Say what is wrong, open the form from the answer, and fill in what is left."""
    # Too slow, and not due: for a manager to decide. What is broken is repaired or replaced without one.
    said = await ask(page, "my laptop takes ten minutes to start, and the case app hangs", "Sorry to hear")
    await said.get_by_role("button", name="Ask for a replacement").click()
    modal = page.get_by_role("dialog", name="Replacement")
    await expect(modal.get_by_label("Since when?")).to_be_visible(timeout=10_000)
    await modal.get_by_label("Where shall we deliver it?").fill("Front counter, ground floor")
    return modal


async def main(url: str, folder: Path) -> None:
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, "--lang=en-GB"])
        studio = Studio(browser, url, folder)
        await the_request(studio)
        await the_manager(studio)
        await the_fleet(studio)
        await the_money(studio)
        await the_wave(studio)
        await browser.close()


async def the_request(studio: Studio) -> None:
    """A staff member's form; a manager's decision; and on the phone the request with the decision in it."""
    liam = await studio.page(LIAM, PHONE)
    await to_bot(liam)
    own = liam.get_by_role("article").filter(has_text="Your request R-").last
    if not await own.count():
        desk = await studio.page(LIAM)
        await to_bot(desk)
        modal = await fill_in(desk)
        await modal.locator(".dialog-body").evaluate("body => body.scrollTo(0, 0)")
        await studio.take(desk, "replace-modal")
        await modal.get_by_role("button", name="Ask").click()
        await expect(desk.get_by_role("dialog")).to_contain_text("R-", timeout=10_000)
        await desk.get_by_role("dialog").get_by_role("button", name="Close").last.click()
        await expect(desk.get_by_role("article").filter(has_text="Your request R-").last).to_be_visible(timeout=10_000)
        await studio.take(desk, "chat-ask")
        await studio.close(desk)
    priya = await studio.page(PRIYA)
    await to_bot(priya)
    approve = priya.get_by_role("button", name="Approve")
    if await approve.count():
        await studio.take(priya, "approval")
        await approve.first.click()
    await studio.close(priya)
    await expect(own).to_contain_text("Approved by Priya Nair", timeout=10_000)
    await own.scroll_into_view_if_needed()
    await studio.take(liam, "chat-phone")
    await studio.close(liam)


async def the_manager(studio: Studio) -> None:
    """A manager's counts with their chart below the fleet's alerts, and the own page."""
    page = await studio.page(PRIYA)
    await to_bot(page)
    counted = await ask(page, "counts laptops by age", "Laptops by age")
    await counted.get_by_role("button", name="Chart").click()
    await expect(page.locator("figure img").last).to_be_visible(timeout=10_000)
    await studio.take(page, "chat-desktop")
    await to_bot(page, "home")
    await expect(page.get_by_role("tabpanel")).to_contain_text("Open alerts", timeout=10_000)
    await studio.take(page, "app-home-manager")
    await studio.close(page)


async def the_fleet(studio: Studio) -> None:
    """The planner's alerts, and the whole fleet below them."""
    page = await studio.page(HELEN)
    await to_channel(page, "fleet")
    await ask(page, "/kit counts", "Devices by kind")
    await studio.take(page, "channel-fleet")
    await studio.close(page)


async def the_money(studio: Studio) -> None:
    """Finance's budget, under the alert that told of it."""
    page = await studio.page(IDRIS)
    await to_channel(page, "budget")
    await ask(page, "/kit budget", "Budget 2024/25")
    await studio.take(page, "budget")
    await studio.close(page)


async def the_wave(studio: Studio) -> None:
    """The planner's proposal, and the director's form for it on the phone and at the desk."""
    helen = await studio.page(HELEN)
    await to_bot(helen)
    await ask(helen, "wave propose laptops, desktops up to £1m", "to order")
    await studio.take(helen, "wave-proposed")
    await studio.close(helen)
    for size, name in ((DESKTOP, "wave-release"), (PHONE, "wave-release-phone")):
        page = await studio.page(CATHERINE, size)
        await to_bot(page)
        await page.get_by_role("button", name="Release").last.click()
        await expect(page.get_by_role("dialog")).to_contain_text("to order for", timeout=10_000)
        await studio.take(page, name)
        # A form stays open on every page of its person.
        await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await studio.close(page)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER))
