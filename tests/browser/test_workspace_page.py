"""The page in a real browser: two people, a command, a modal, a button, a home tab, a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.server import Workspace
from tests.browser.toy import AMARA, PRIYA

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("toy_workspace")]


async def opened(browser: Browser, workspace: Workspace, person: str, width: int = 1440, height: int = 900) -> Page:
    """The page acting as a person; anything the page logs as an error fails the test."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
    await page.goto(f"{workspace.url}/?as={person}")
    await expect(page.get_by_role("log", name="Messages")).to_be_visible()
    return page


async def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name=re.compile("^Message "))
    await box.fill(text)
    await box.press("Enter")


async def test_ask_approve_and_be_told(browser: Browser, toy_workspace: Workspace) -> None:
    amara = await opened(browser, toy_workspace, AMARA)
    priya = await opened(browser, toy_workspace, PRIYA)
    await priya.get_by_role("link", name="lending", exact=True).click()

    await write(amara, "/lend")
    modal = amara.get_by_role("dialog", name="Borrow something")
    await expect(modal).to_be_visible()
    await modal.get_by_role("button", name="Send request").click()
    await expect(modal.get_by_text("Please complete this required field.")).to_have_count(4)
    await modal.get_by_label("What", exact=True).select_option("Projector")
    await modal.get_by_label("Why", exact=True).fill("For the <b>briefing</b>")
    await modal.get_by_label("Needed by").fill("2030-05-01")
    await modal.get_by_role("radio", name="Send it").check()
    await modal.get_by_role("checkbox", name="Large print").check()
    await modal.get_by_label("Weeks").fill("2")
    await modal.get_by_role("button", name="Send request").click()
    await expect(modal.get_by_text("Say please.")).to_be_visible()
    await expect(modal.get_by_label("Needed by")).to_have_value("2030-05-01")
    await modal.get_by_label("Why", exact=True).fill("For the briefing, please")
    await modal.get_by_role("button", name="Send request").click()
    await expect(modal).to_be_hidden()

    request = priya.get_by_role("article").filter(has_text="Request R-101")
    await expect(request).to_contain_text("For the briefing, please")
    await request.get_by_role("button", name="Refuse").click()
    question = priya.get_by_role("dialog", name="Refuse this request?")
    await question.get_by_role("button", name="Not now").click()
    await request.get_by_role("button", name="Approve").click()
    await expect(request).to_contain_text("Approved by @Priya Nair")
    await expect(request.get_by_role("button", name="Approve")).to_have_count(0)

    link = amara.get_by_role("link", name=re.compile("Lending desk"))
    await expect(link).to_contain_text("1")
    await link.click()
    await expect(amara.get_by_role("article")).to_contain_text("Your projector is set aside.")
    await expect(amara.get_by_role("img", name="tada")).to_be_visible()


async def test_text_is_never_markup(browser: Browser, toy_workspace: Workspace) -> None:
    page = await opened(browser, toy_workspace, AMARA)
    await write(page, "/lendings")
    answer = page.get_by_role("article").last
    await expect(answer).to_contain_text("<script>alert(1)</script>")
    await expect(answer).to_contain_text("Only visible to you")
    await write(page, "<img src=x onerror=alert(1)> *bold* https://example.org")
    said = page.get_by_role("article").last
    await expect(said).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(said.locator("strong")).to_have_text("bold")
    await expect(said.locator("img")).to_have_count(0)
    await expect(said.get_by_role("link", name="https://example.org")).to_have_attribute("rel", "noopener noreferrer")


async def test_act_as_somebody_else(browser: Browser, toy_workspace: Workspace) -> None:
    page = await opened(browser, toy_workspace, AMARA)
    await expect(page.get_by_role("link", name="managers")).to_have_count(0)
    await page.get_by_role("button", name=re.compile("^Act as")).click()
    await page.get_by_role("menuitemradio", name=re.compile("Priya Nair")).click()
    await expect(page.get_by_role("button", name="Act as: Priya Nair, Unit manager")).to_be_visible()
    await expect(page.get_by_role("link", name="managers")).to_be_visible()


async def test_home_mentions_and_completion(browser: Browser, toy_workspace: Workspace) -> None:
    page = await opened(browser, toy_workspace, AMARA)
    box = page.get_by_role("textbox", name="Message #general")
    await box.press_sequentially("/le")
    await expect(page.get_by_role("option")).to_have_count(2)
    await box.press("ArrowDown")
    await box.press("Tab")
    await expect(box).to_have_value("/lendings ")
    await write(page, "@Lending desk hello?")
    await page.get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article").last).to_contain_text("Try /lend.")
    await thread.get_by_role("textbox", name="Reply").fill("thanks")
    await thread.get_by_role("textbox", name="Reply").press("Enter")
    await expect(thread.get_by_role("article")).to_have_count(3)
    await page.get_by_role("link", name="Lending desk").click()
    await expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    await page.get_by_role("button", name="Return").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("Nothing on loan")


async def test_a_phone_has_a_drawer(browser: Browser, toy_workspace: Workspace) -> None:
    page = await opened(browser, toy_workspace, AMARA, 390, 844)
    link = page.get_by_role("link", name="lending", exact=True)
    await expect(link).to_be_hidden()
    await page.get_by_role("button", name="Show the list").click()
    await expect(link).to_be_visible()
    await link.click()
    await expect(page.get_by_role("heading", name="lending", level=1)).to_be_visible()
    await expect(link).to_be_hidden()
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


async def test_choices_and_typing_survive_what_happens_meanwhile(browser: Browser, toy_workspace: Workspace) -> None:
    page = await opened(browser, toy_workspace, AMARA)
    client = AsyncWebClient(token="xoxb-lending", base_url=toy_workspace.api_url)
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("one", "two")]
    label = {"type": "plain_text", "text": "Which"}
    select = {"type": "static_select", "action_id": "return", "placeholder": label, "options": options}
    blocks = [{"type": "actions", "elements": [select]}]
    await client.chat_postMessage(channel="general", text="choose", blocks=blocks)
    await page.get_by_label("Which").select_option("two")
    draft = page.get_by_role("textbox", name="Message #general")
    await draft.fill("half a sen")
    await client.chat_postMessage(channel="general", text="meanwhile")
    await expect(page.get_by_role("article")).to_have_count(2)
    await expect(page.get_by_label("Which")).to_have_value("two")
    await expect(draft).to_have_value("half a sen")


async def test_a_message_becomes_a_request_by_keyboard_alone_and_loses_nothing(
    browser: Browser, toy_workspace: Workspace, tmp_path: Path
) -> None:
    photo = tmp_path / "cracked.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page = await opened(browser, toy_workspace, AMARA)
    await page.get_by_role("link", name="lending", exact=True).click()
    await write(page, "The old projector flickers, please")
    said = page.get_by_role("article").last
    await said.get_by_role("button", name="More actions").focus()
    await page.keyboard.press("Enter")
    # Three reactions stand above the app's shortcut.
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Turn into a request · Lending desk")).to_be_focused()
    await page.keyboard.press("Enter")
    modal = page.get_by_role("dialog", name="Borrow something")
    await expect(modal.get_by_label("Why", exact=True)).to_have_value("The old projector flickers, please")
    await modal.get_by_label("What", exact=True).select_option("Projector")
    await modal.get_by_label("Photo").set_input_files(photo)
    await expect(modal.get_by_role("button", name="Remove cracked.png")).to_be_visible()
    await modal.get_by_label("Weeks").fill("3")
    await modal.get_by_role("radio", name="Collect it").focus()
    await page.keyboard.press("Space")
    await modal.get_by_role("checkbox", name="It is damaged").focus()
    await page.keyboard.press("Space")
    await expect(modal.get_by_text("Please show us the damage.")).to_be_visible()
    await expect(modal.get_by_role("button", name="Remove cracked.png")).to_be_visible()
    await expect(modal.get_by_label("What", exact=True)).to_have_value("projector")
    await expect(modal.get_by_label("Weeks")).to_have_value("3")
    await expect(modal.get_by_role("radio", name="Collect it")).to_be_checked()
    await modal.get_by_label("Weeks").focus()
    await page.keyboard.press("Enter")
    await expect(modal).to_be_hidden()
    request = page.get_by_role("article").filter(has_text="Request R-101")
    await expect(request).to_contain_text("With cracked.png")
