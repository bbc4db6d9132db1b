"""The second half of the journeys' pictures: who leaves, what is lost, and what comes back and is certified."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.album import PATIENCE, Album, done, home_saying, modal, said, send, write
from tests.browser.pictures import to_bot, to_channel

HELEN, PRIYA, GRACE, CHLOE, DANIEL = "Helen Marsh", "Priya Nair", "Grace Appiah", "Chloe Martin", "Daniel Reyes"
PDF = b"%PDF-1.4\n%%EOF\n"


async def leaver(album: Album) -> None:
    """A manager says who leaves; all of theirs is due back."""
    priya, grace = await album.page(PRIYA), await album.page(GRACE)
    await write(priya, "/kit leavers")
    await (await said(priya, "Somebody else leaves…")).get_by_role("button", name="Somebody else leaves…").click()
    form = await modal(priya, "Who leaves?")
    await form.get_by_role("textbox").fill("grace.appiah@metropolitan.example")
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
    await write(chloe, f"/kit lost {serial}")
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
    """All that came back is certified with one file; one device's chain, its story, and the year's disposals."""
    proof = papers / "erasure report.pdf"
    proof.write_bytes(PDF)
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
    await album.take(form, "custody-act")
    await album.take(await send(helen, "Certify as wiped", "SHA-256"), "custody-done")
    await done(helen)
    batch = await said(helen, "Certified as wiped", "Moved")
    await said(helen, "Certificate QC-")
    await album.take(batch, "custody-batch")
    record = (re.search(r"C-\d+ \w+", await batch.inner_text()) or [""])[0]
    await write(helen, f"/kit custody {record.split()[0]}")
    await album.take(await said(helen, "Chain of custody"), "custody-record")
    await write(helen, f"/kit find {record.split()[1]}")
    await album.take(await said(helen, "What happened", "First heard of"), "find")
    await write(helen, "/kit disposals")
    await album.take(await said(helen, "Disposals 2024/25"), "disposals")
