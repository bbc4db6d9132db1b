"""The second half of the journeys' pictures: who leaves, what is lost, and what comes back, to its end."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import typst
from playwright.async_api import Page, expect

from tests.browser.album import PATIENCE, Album, done, home_saying, modal, said, send, write
from tests.browser.pictures import to_bot, to_channel

HELEN, PRIYA, GRACE, CHLOE, DANIEL = "Helen Marsh", "Priya Nair", "Grace Appiah", "Chloe Martin", "Daniel Reyes"
IDRIS = "Idris Bello"
ERASED = b"= Erasure report BL-4711\n\nEvery device listed was overwritten once, and read back."


async def leaver(album: Album) -> None:
    """A manager says who leaves; all of theirs is due back."""
    priya, grace = await album.page(PRIYA), await album.page(GRACE)
    await write(priya, "/kit leavers")
    await (await said(priya, "Somebody else leaves…")).get_by_role("button", name="Somebody else leaves…").click()
    form = await modal(priya, "Who leaves?")
    who = await form.locator("option", has_text="Grace Appiah").get_attribute("value")
    await form.get_by_label("Who leaves?").select_option(who)
    await album.take(form, "leaver-form")
    await send(priya, "They leave", "hand back")
    await done(priya)
    await album.take(await said(priya, "Grace Appiah leaves"), "leaver-manager")
    await album.take(await said(grace, "Please hand back"), "leaver-return")


async def loss(album: Album) -> None:
    """A phone is lost: locked at once, security told, wiped by a second person."""
    chloe, helen, daniel = await album.page(CHLOE), await album.page(HELEN), await album.page(DANIEL)
    home = await home_saying(chloe, "smartphone")
    await album.take(home, "home-staff")
    serial = (re.search(r"smartphone · (\w+)", await home.inner_text()) or ["", ""])[1]
    await to_bot(chloe)
    await write(chloe, "lost my phone on the 29 bus")
    which = await said(chloe, "Which one is lost?")
    await album.take(which, "lost-words")
    await which.get_by_role("button", name=serial).click()
    certain = chloe.get_by_role("dialog", name="Report it lost?")
    await certain.get_by_role("button", name="Report it").click()
    reported = await said(chloe, "is reported")
    await album.take(reported, "lost-reported")
    await reported.get_by_role("button", name="Tell more…").click()
    form = await modal(chloe, "Was it unlocked?")
    await form.get_by_label("Where?").fill("On the 29 bus, upper deck")
    await form.get_by_label("Yes, wipe it").check()
    await album.take(form, "loss-questions")
    await album.take(await send(chloe, "Send", "Thank you"), "loss-sent")
    await done(chloe)
    mine = await said(chloe, "reported lost")
    await expect(mine).to_contain_text("second person", timeout=PATIENCE)
    await album.take(mine, "loss-person")
    await to_channel(helen, "device-security")
    await album.take(await said(helen, serial, "29 bus"), "loss-security")
    asked = await said(daniel, serial, "Confirm wipe")
    await album.take(asked, "loss-second-person")
    await asked.get_by_role("button", name="Confirm wipe").click()
    sure = daniel.get_by_role("dialog", name="Wipe the device?")
    await album.take(sure, "loss-sure")
    await sure.get_by_role("button", name="Wipe it").click()
    await expect(mine).to_contain_text("A wipe is on its way", timeout=PATIENCE)
    await album.take(await home_saying(chloe, "Lost or stolen"), "home-loss")
    await to_bot(helen)
    await write(helen, "/kit losses")
    listed = await said(helen, "Lost and stolen")
    await album.take(listed, "losses")
    reference = (re.search(r"L-\d+", await listed.inner_text()) or [""])[0]
    await write(helen, f"/kit loss {reference}")
    await album.take(await said(helen, "What happened", reference), "loss-timeline")


async def custody(album: Album, papers: Path) -> None:
    """All that came back is certified with one file, reviewed, and goes three ways; then one device's chain and its
    certificate, its story, and the year's disposals.
    """
    proof = papers / "erasure report.pdf"
    proof.write_bytes(typst.compile(ERASED, format="pdf", timestamp=0))
    helen = await album.page(HELEN)
    await write(helen, "/kit custody")
    overview = await said(helen, "Devices in custody", "Longest there")
    await album.take(overview, "custody")
    await overview.get_by_role("button", name="Act on all returned…").click()
    form = await modal(helen, "What is to be done?")
    await form.get_by_label("What is to be done?").select_option("Certify as wiped")
    await album.take(form, "custody-choice")
    await send(helen, "Next", "The certificate")
    await form.get_by_label("The certificate").set_input_files(proof)
    await expect(form.get_by_role("button", name=re.compile("^Remove"))).to_be_visible(timeout=PATIENCE)
    await form.get_by_label("Who issued it?").fill("Blancco")
    await form.get_by_label("Its number").fill("BL-4711")
    await form.get_by_label("Where are they now?").fill("Erasure room, north depot")
    await album.take(form, "custody-act")
    await album.take(await send(helen, "Certify as wiped", "SHA-256"), "custody-done")
    await done(helen)
    batch = await said(helen, "Certified as wiped", "Moved")
    await said(helen, "Certificate QC-")
    await album.take(batch, "custody-batch")
    await _reviewed(album, helen, re.findall(r"C-\d+", await batch.inner_text()))
    given = await _where_they_go(album, helen)
    await _proved(album, helen, given)


async def _reviewed(album: Album, helen: Page, references: list[str]) -> None:
    """Half of them are good, one is poor, the others are fair."""
    half = len(references) // 2
    for condition, names in ("Good", references[:half]), ("Fair", references[half:-1]), ("Poor", references[-1:]):
        await write(helen, "/kit custody act review")
        form = await modal(helen, "Which devices?")
        await form.get_by_label("Which devices?").fill("\n".join(names))
        await form.get_by_label("Condition").select_option(condition)
        if condition == "Good":
            await album.take(form, "custody-review")
        await send(helen, "Review its value", "Batch")
        await done(helen)
    await write(helen, "/kit custody reviewed")
    await album.take(await said(helen, "Reviewed:", "finance records the resale"), "custody-reviewed")


async def _where_they_go(album: Album, helen: Page) -> str:
    """Each way takes those that the review sent there. The C-number of one that a charity has."""
    await write(helen, "/kit custody act redistribute on reviewed")
    form = await modal(helen, "Which charity?")
    await form.get_by_label("Which charity?").select_option("Devices for Schools")
    await form.get_by_label("Where are they now?").fill("Collected by the charity")
    await album.take(form, "custody-charity")
    await send(helen, "Give to a charity", "Batch")
    await done(helen)
    batch = await said(helen, "Given to a charity", "Moved")
    await album.take(batch, "custody-given")
    given = re.search(r"Moved\s+(C-\d+)", await batch.inner_text())
    assert given is not None, "the message lists what moved"

    await write(helen, "/kit custody act recycle on reviewed")
    form = await modal(helen, "WEEE consignment note")
    await form.get_by_label("WEEE consignment note").fill("WCN-2024-0093")
    await form.get_by_label("Where are they now?").fill("Collected for recycling")
    await album.take(form, "custody-recycle")
    await send(helen, "Recycle (WEEE)", "Batch")
    await done(helen)

    idris = await album.page(IDRIS)
    await write(idris, "/kit custody act resell on reviewed")
    form = await modal(idris, "What did it bring?")
    await form.get_by_label("What did it bring?").fill("£112.50")
    await form.get_by_label("Where are they now?").fill("Collected by the buyer")
    await album.take(form, "custody-resell")
    await send(idris, "Record resale", "Batch")
    await done(idris)
    await write(idris, "/kit disposals")
    await album.take(await said(idris, "Disposals 2024/25"), "disposals")
    return given[1]


async def _proved(album: Album, helen: Page, reference: str) -> None:
    """The chain of one, its certificate, and all that happened to it before."""
    await write(helen, f"/kit custody {reference}")
    record = await said(helen, "Chain of custody", reference)
    await album.take(record, "custody-record")
    await record.get_by_role("button", name="Certificate").click()
    file = await said(helen, "Certificate QC-", reference)
    address = await file.get_by_role("link").first.get_attribute("href")
    assert address is not None, "a file has an address"
    answer = await helen.request.get(urljoin(helen.url, address))
    album.draw(await answer.body(), "certificate")
    serial = re.search(r"Serial: (\w+)", await record.inner_text())
    assert serial is not None, "a device in custody has a serial"
    await write(helen, f"/kit find {serial[1]}")
    await album.take(await said(helen, "What happened", "First heard of"), "find")


async def homes(album: Album) -> None:
    """A manager's page, and a planner's."""
    await album.take(await home_saying(await album.page(PRIYA), "Waiting for your decision"), "home-manager")
    await album.take(await home_saying(await album.page(HELEN), "First in the refresh queue"), "home-planner")
