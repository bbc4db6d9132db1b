"""Pictures of one form or message each, cut out of the page of whoever sees it."""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
from pathlib import Path

import typst
from PIL import Image, ImageChops
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import Error as PlaywrightError

from tests.browser.pictures import to_bot

SIZE = {"width": 1040, "height": 1500}
"""Tall, so that a form is whole."""
COLOURS = 64
MARGIN = 14
PATIENCE = 20_000
PAPER = '#set page(width: auto, height: auto, margin: 0pt)\n#image("paper.pdf", page: 1)'
PAPER_PPI = 96
WHOLE_FORMS = "#modal { max-height: none } dialog::backdrop { background: #fff }"
"""And nothing of what is behind a form shows at its round corners."""


class Album:
    """Pages of people, and pictures of one thing on them each."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self._browser, self._url, self._folder = browser, url, folder
        self._pages: dict[str, Page] = {}

    async def page(self, person: str) -> Page:
        """The page of a person, given as `Amara Osei`, in their conversation with the bot."""
        if person not in self._pages:
            email = f"{person.lower().replace(' ', '.')}@metropolitan.example"
            # Its own policy would forbid the style that lets a form be seen whole.
            context = await self._browser.new_context(
                viewport=SIZE, locale="en-GB", color_scheme="light", reduced_motion="reduce", bypass_csp=True
            )
            page = await context.new_page()
            await page.goto(f"{self._url}/?as={email}")
            await page.add_style_tag(content=WHOLE_FORMS)
            self._pages[person] = page
        await to_bot(self._pages[person])
        return self._pages[person]

    async def take(self, shown: Locator, name: str) -> None:
        """A picture of one form or message."""
        await expect(shown).to_be_visible(timeout=PATIENCE)
        page = shown.page
        await page.evaluate("document.activeElement?.blur()")
        await page.mouse.move(0, 0)
        self._keep(_without_empty_end(Image.open(io.BytesIO(await _steady(shown))).convert("RGB")), name)

    def draw(self, pdf: bytes, name: str) -> None:
        """A picture of the first page of a PDF."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "paper.pdf").write_bytes(pdf)
            shows = Path(folder) / "shows.typ"
            shows.write_text(PAPER)
            drawn = typst.compile(shows, root=Path(folder), format="png", ppi=PAPER_PPI)
        assert isinstance(drawn, bytes), "one page is one picture"
        self._keep(Image.open(io.BytesIO(drawn)).convert("RGB"), name)

    def _keep(self, drawn: Image.Image, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.png"
        drawn.quantize(COLOURS).save(path, optimize=True)
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")


def _without_empty_end(drawn: Image.Image) -> Image.Image:
    """A home tab is as tall as its page; what is written on it ends earlier."""
    end = drawn.crop((0, drawn.height - 1, drawn.width, drawn.height)).resize(drawn.size)
    written = ImageChops.difference(drawn, end).getbbox()
    bottom = drawn.height if written is None else min(drawn.height, written[3] + MARGIN)
    return drawn.crop((0, 0, drawn.width, bottom))


async def _steady(shown: Locator) -> bytes:
    """The picture, taken anew where the page drew the thing anew meanwhile."""
    async with asyncio.timeout(PATIENCE / 1000):
        while True:
            try:
                return await shown.screenshot(animations="disabled")
            except PlaywrightError as error:
                if "not attached" not in str(error):
                    raise


async def write(page: Page, line: str) -> None:
    """Write a line and send it."""
    box = page.get_by_role("textbox", name=re.compile("^Message "))
    await box.fill(line)
    await box.press("Enter")


async def said(page: Page, *words: str) -> Locator:
    """The latest message with all of these words."""
    found = page.get_by_role("article")
    for each in words:
        found = found.filter(has_text=each)
    await expect(found.last).to_be_visible(timeout=PATIENCE)
    return found.last


async def modal(page: Page, words: str) -> Locator:
    """The open form, once it says so."""
    found = page.get_by_role("dialog")
    await expect(found).to_contain_text(words, timeout=PATIENCE)
    return found


async def done(page: Page) -> None:
    """Close what a form gave way to."""
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def send(page: Page, button: str, then: str) -> Locator:
    """Press a form's button and wait for what follows."""
    await page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    return await modal(page, then)


async def choose(form: Locator, label: str, option: str, *, then: str) -> None:
    """Choose what other fields depend on, and wait for one of them."""
    await form.get_by_label(label).select_option(option)
    await expect(form).to_contain_text(then, timeout=PATIENCE)


async def home_saying(page: Page, words: str) -> Locator:
    """The home tab in front, once it says so."""
    await to_bot(page, "home")
    found = page.get_by_role("tabpanel")
    await expect(found).to_contain_text(words, timeout=PATIENCE)
    return found
