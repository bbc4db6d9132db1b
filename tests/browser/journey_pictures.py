"""`make pictures`: what docs/journeys.md shows, one picture of each form and each message, from a running stack.

    python -m tests.browser.journey_pictures http://127.0.0.1:8400

People act as that page tells it. The stack must be fresh, with its fleet and nothing asked for yet.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright, expect

from tests.browser.album import PATIENCE, Album, choose, done, home_saying, modal, said, send, write
from tests.browser.flags import FLAGS
from tests.browser.looking_pictures import alerting, asking_back, auditing
from tests.browser.pictures import to_bot, to_channel
from tests.browser.returned_pictures import custody, homes, leaver, loss

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "journeys"
SAMUEL, OWEN, TOM, DANIEL = "Samuel Ekpo", "Owen Llewellyn", "Tom Whitfield", "Daniel Reyes"
HELEN, AMARA, PRIYA = "Helen Marsh", "Amara Osei", "Priya Nair"


async def main(url: str, folder: Path) -> None:
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as papers:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, "--lang=en-GB"])
            album = Album(browser, url, folder)
            await asking(album, Path(papers))
            await repair(album)
            await deciding(album)
            await joiner_and_cover(album)
            await delivering(album)
            await leaver(album)
            await loss(album)
            await custody(album, Path(papers))
            await asking_back(album)
            await alerting(album)
            await auditing(album)
            await homes(album)
            await browser.close()


async def asking(album: Album, papers: Path) -> None:
    """In plain words, with a photo; and from a message, for a manager to decide."""
    photo = papers / "hinge.png"
    Image.linear_gradient("L").resize((400, 300)).save(photo)
    amara = await album.page(AMARA)
    await write(amara, "my laptop is broken, the hinge has cracked")
    offered = await said(amara, "Sorry to hear")
    await album.take(offered, "ask-plain-words")
    await offered.get_by_role("button", name="Ask for a replacement").click()
    form = await modal(amara, "What happened?")
    await form.get_by_label("Photos of it").set_input_files(photo)
    await expect(form.get_by_role("button", name=re.compile("^Remove"))).to_be_visible()
    await album.take(form, "ask-form")
    await album.take(await send(amara, "Ask", "R-"), "verdict-due")
    await done(amara)
    mine = await said(amara, "Your request R-")
    # That it “is ordered” next stands there before.
    await expect(mine).not_to_contain_text("being set aside", timeout=PATIENCE)
    await album.take(mine, "request-ordered")

    samuel = await album.page(SAMUEL)
    await to_channel(samuel, "general")
    await write(samuel, "My laptop is far too slow, it takes ten minutes to start in the morning")
    told = await said(samuel, "ten minutes")
    await told.get_by_role("button", name="More actions").click()
    await album.take(samuel.get_by_role("menu"), "ask-shortcut")
    await samuel.get_by_role("menuitem", name=re.compile("^Ask for a replacement")).click()
    form = await modal(samuel, "What happened?")
    await form.get_by_role("checkbox").check()
    await form.get_by_label("Which ones?").fill("A screen reader")
    await album.take(form, "ask-from-message")
    await album.take(await send(samuel, "Ask", "R-"), "verdict-manager")
    await done(samuel)
    await to_bot(samuel)
    await album.take(await said(samuel, "Your request R-"), "request-waiting")
    await write(samuel, "where is my laptop?")
    await album.take(await said(samuel, "What happened", "Withdraw"), "ask-where")


async def repair(album: Album) -> None:
    """Under warranty: repaired first; where that does not help, a manager refuses."""
    tom = await album.page(TOM)
    await write(tom, "/kit replace")
    form = await modal(tom, "What happened?")
    await choose(form, "What happened?", "It is broken", then="Photos of it")
    await form.get_by_label("In your own words").fill("The screen flickers.")
    await album.take(await send(tom, "Ask", "R-"), "verdict-repair")
    await done(tom)
    mine = await said(tom, "Your request R-")
    await album.take(mine, "request-repair")
    await mine.get_by_role("button", name="It did not help…").click()
    form = await modal(tom, "What is still wrong?")
    await form.get_by_role("textbox").fill("It flickers again after a week.")
    await album.take(form, "repair-no-help")
    await form.get_by_role("button", name="Send").click()
    daniel = await album.page(DANIEL)
    asked = await said(daniel, "flickers")
    await asked.get_by_role("button", name="Refuse…").click()
    form = await modal(daniel, "Why do you refuse?")
    await form.get_by_role("textbox").fill("Please let them try a second repair first.")
    await album.take(form, "refuse")
    await form.get_by_role("button", name="Refuse", exact=True).click()
    await expect(mine).to_contain_text("Refused by", timeout=PATIENCE)
    await album.take(mine, "request-refused")


async def deciding(album: Album) -> None:
    """A manager asks back, is answered, and approves."""
    owen, samuel = await album.page(OWEN), await album.page(SAMUEL)
    asked = await said(owen, "Samuel Ekpo")
    await album.take(asked, "decide")
    await asked.get_by_role("button", name="Ask a question…").click()
    form = await modal(owen, "Your question")
    await form.get_by_role("textbox").fill("Does it help to turn off start-up programs?")
    await album.take(form, "decide-ask")
    await form.get_by_role("button", name="Ask", exact=True).click()
    mine = await said(samuel, "Your request R-", "asks:")
    await album.take(mine, "request-asked")
    await mine.get_by_role("button", name="Answer…").click()
    form = await modal(samuel, "Your answer")
    await form.get_by_role("textbox").fill("I tried; it is as slow as before.")
    await album.take(form, "answer")
    await form.get_by_role("button", name="Answer", exact=True).click()
    await expect(asked).to_contain_text("as slow as before", timeout=PATIENCE)
    await album.take(asked, "decide-answered")
    await asked.get_by_role("button", name="Approve").click()
    await expect(asked).to_contain_text("Approved by", timeout=PATIENCE)
    await album.take(asked, "decide-after")


async def joiner_and_cover(album: Album) -> None:
    """A manager asks for somebody who joins, and lets another decide."""
    priya = await album.page(PRIYA)
    await write(priya, "/kit replace")
    form = await modal(priya, "What happened?")
    await choose(form, "What happened?", "Somebody joins and has none", then="Who joins?")
    await form.get_by_label("Their name").fill("Nadia Karim")
    await form.get_by_label("Their e-mail address").fill("nadia.karim@metropolitan.example")
    await form.get_by_label("What kind should it be?").select_option("Laptop")
    await form.get_by_label("In your own words").fill("Joins the team on 18 November.")
    await album.take(form, "ask-joiner")
    await send(priya, "Ask", "R-")
    await done(priya)
    await album.take(await said(priya, "Nadia Karim"), "request-joiner")
    await write(priya, "/kit cover Daniel Reyes from 5 Nov 2024 until 14 Nov 2024")
    await said(priya, "Daniel Reyes decides on requests")
    await write(priya, "/kit cover")
    await album.take(await said(priya, "Who covers for whom"), "cover")


async def delivering(album: Album) -> None:
    """Set aside, sent, received, checked, handed back."""
    helen, samuel = await album.page(HELEN), await album.page(SAMUEL)
    await write(helen, "/kit deliveries")
    listed = await said(helen, "Deliveries and returns")
    await album.take(listed, "deliveries")
    row = listed.get_by_role("button", name="Allocate…")
    await row.last.click()
    form = await modal(helen, "In stock")
    await form.get_by_label("Serial number or asset tag").fill(await form.locator("code").first.inner_text())
    await album.take(form, "allocate")
    told = await send(helen, "Allocate", "is told")
    reference = (re.search(r"R-\d+", await told.inner_text()) or [""])[0]
    await done(helen)
    await write(helen, "/kit deliveries")
    listed = await said(helen, "Deliveries and returns", "set aside")
    await listed.get_by_role("button", name="Ship…").last.click()
    form = await modal(helen, "Sent with")
    await form.get_by_label("Sent with").fill("Internal post")
    await form.get_by_label("Tracking number").fill("IP 4711")
    await album.take(form, "ship")
    await send(helen, "Sent", "is told")
    await done(helen)
    sent = samuel.get_by_role("article").filter(has_text=f"{reference} · ").last
    await expect(sent).to_contain_text("on its way", timeout=PATIENCE)
    await album.take(sent, "delivery-sent")
    await sent.get_by_role("button", name="I have it").click()
    await expect(sent).to_contain_text("Please check", timeout=PATIENCE)
    await album.take(sent, "delivery-check")
    await sent.get_by_role("button", name="Settings are checked").click()
    await expect(sent).to_contain_text("Please hand back", timeout=PATIENCE)
    await album.take(sent, "delivery-return")
    await to_bot(samuel, "home")
    await album.take(await home_saying(samuel, "To hand back"), "home-return")
    await write(helen, "/kit deliveries")
    listed = await said(helen, "Deliveries and returns", "Took it back")
    await album.take(listed, "deliveries-return")
    await listed.get_by_role("button", name="Took it back").last.click()
    await to_bot(samuel)
    await expect(sent).to_contain_text("All is done", timeout=PATIENCE)
    await write(samuel, f"/kit request {reference}")
    await album.take(await said(samuel, "What happened", "handed back"), "request-timeline")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER))
