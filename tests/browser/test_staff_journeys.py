"""Devices from asking to their end, in a real browser: handed over, lost and wiped, returned and certified.

They share the stack of the other journeys; each has people of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.streets import PATIENCE, Streets, close, modal_saying, saying, to_bot, to_channel, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.4\n%%EOF\n"


async def test_a_message_becomes_a_request_that_ends_with_the_old_device_back(streets: Streets, tmp_path: Path) -> None:
    photo = tmp_path / "hinge.png"
    photo.write_bytes(PNG)
    samuel, owen = await streets.page("Samuel Ekpo"), await streets.page("Owen Llewellyn")
    await to_channel(samuel, "general")
    await write(samuel, "My laptop takes ten minutes to start")
    said = samuel.get_by_role("article").filter(has_text="ten minutes").last
    await said.get_by_role("button", name="More actions").click()
    await samuel.get_by_role("menuitem", name=re.compile("^Ask for a replacement")).click()
    form = await modal_saying(samuel, "What happened?")
    await expect(form.get_by_label("In your own words")).to_have_value("My laptop takes ten minutes to start")
    await form.get_by_label("What happened?").select_option("It is broken")
    await form.get_by_label("Photos of it").set_input_files(photo)
    await expect(form.get_by_role("button", name="Remove hinge.png")).to_be_visible(timeout=PATIENCE)
    await form.get_by_role("checkbox").check()
    await form.get_by_label("Which ones?").fill("A screen reader")
    await form.get_by_role("button", name="Ask").click()
    verdict = await modal_saying(samuel, "repair first")
    reference = (re.search(r"R-\d+", await verdict.inner_text()) or [""])[0]
    await close(samuel)

    await to_bot(samuel)
    mine = saying(samuel, f"Your request {reference}")
    await mine.get_by_role("button", name="It did not help…").click()
    form = await modal_saying(samuel, "What is still wrong?")
    await form.get_by_role("textbox").fill("As slow as before")
    await form.get_by_role("button", name="Send").click()
    await to_bot(owen)
    asked = saying(owen, f"Request {reference}")
    await asked.get_by_role("button", name="Show the photos").click(timeout=PATIENCE)
    await expect(owen.get_by_role("article").filter(has_text=f"{reference}, photo 1")).to_be_visible(timeout=PATIENCE)
    await asked.get_by_role("button", name="Approve").click()
    await expect(asked).to_contain_text("Approved by Owen Llewellyn", timeout=PATIENCE)
    await expect(mine).to_contain_text("Approved by Owen Llewellyn", timeout=PATIENCE)

    helen = await streets.page("Helen Marsh")
    await write(helen, "/kit deliveries")
    await saying(helen, "Deliveries and returns").get_by_role("button", name="Allocate…").last.click(timeout=PATIENCE)
    form = await modal_saying(helen, "In stock, the newest first")
    await expect(form).to_contain_text(f"{reference}: laptop")
    other = await form.locator("code").last.inner_text()
    await form.get_by_label("Serial number or asset tag").fill(other)
    await form.get_by_role("button", name="Allocate").click()
    await modal_saying(helen, "Samuel Ekpo is told.")
    await close(helen)
    await write(helen, "/kit deliveries")
    listed = helen.get_by_role("article").filter(has_text="Deliveries and returns").filter(has_text=other).last
    await listed.get_by_role("button", name="Ship…").click(timeout=PATIENCE)
    form = await modal_saying(helen, "Sent with")
    await form.get_by_label("Sent with").fill("Internal post")
    await form.get_by_role("button", name="Sent", exact=True).click()
    await modal_saying(helen, "Sent with Internal post")
    await close(helen)

    delivery = samuel.get_by_role("article").filter(has_text=re.compile(f"{reference} · ")).last
    await delivery.get_by_role("button", name="I have it").click(timeout=PATIENCE)
    await delivery.get_by_role("button", name="Settings are checked").click(timeout=PATIENCE)
    await expect(delivery).to_contain_text("Please hand back your old laptop", timeout=PATIENCE)
    await to_bot(samuel, "home")
    await expect(samuel.get_by_role("tabpanel")).to_contain_text("To hand back", timeout=PATIENCE)
    await write_in_bot(helen, "/kit deliveries")
    listed = helen.get_by_role("article").filter(has_text="To be handed back").filter(has_text=reference).last
    await listed.get_by_role("button", name="Took it back").last.click(timeout=PATIENCE)
    await to_bot(samuel)
    await expect(delivery).to_contain_text("All is done. Thank you.", timeout=PATIENCE)
    await expect(mine).to_contain_text("Done", timeout=PATIENCE)


async def write_in_bot(page: Page, line: str) -> None:
    await to_bot(page)
    await write(page, line)


async def test_a_lost_phone_is_locked_at_once_and_wiped_by_a_second_person(streets: Streets) -> None:
    chloe, daniel = await streets.page("Chloe Martin"), await streets.page("Daniel Reyes")
    await to_bot(chloe, "home")
    await expect(chloe.get_by_role("tabpanel")).to_contain_text("smartphone", timeout=PATIENCE)
    serial = (re.search(r"smartphone · (\w+)", await chloe.get_by_role("tabpanel").inner_text()) or ["", ""])[1]
    await write_in_bot(chloe, f"/kit lost {serial}")
    reported = saying(chloe, "is reported")
    await reported.get_by_role("button", name="Tell more…").click(timeout=PATIENCE)
    form = await modal_saying(chloe, "Where?")
    await form.get_by_label("Where?").fill("On the 29 bus")
    await form.get_by_label("Yes, wipe it").check()
    await form.get_by_role("button", name="Send").click()
    await modal_saying(chloe, "somebody else must confirm it")
    await close(chloe)

    helen = await streets.page("Helen Marsh")
    await to_channel(helen, "device-security")
    security = saying(helen, serial)
    await expect(security).to_contain_text("On the 29 bus", timeout=PATIENCE)
    await to_bot(daniel)
    second = saying(daniel, serial)
    await second.get_by_role("button", name="Confirm wipe").click(timeout=PATIENCE)
    await daniel.get_by_role("dialog", name="Wipe the device?").get_by_role("button", name="Wipe it").click()
    await expect(second).to_contain_text("A wipe is on its way", timeout=PATIENCE)
    await expect(second.get_by_role("button", name="Confirm wipe")).to_have_count(0)
    await expect(security).to_contain_text("A wipe is on its way", timeout=PATIENCE)
    await to_bot(chloe, "home")
    await expect(chloe.get_by_role("tabpanel")).to_contain_text("Lost or stolen", timeout=PATIENCE)


async def test_all_that_came_back_is_certified_with_one_file_and_gives_one_certificate(
    streets: Streets, tmp_path: Path
) -> None:
    proof = tmp_path / "erasure.pdf"
    proof.write_bytes(PDF)
    helen = await streets.page("Helen Marsh")
    await write_in_bot(helen, "/kit custody returned")
    listed = saying(helen, "Returned: ")
    await expect(listed).to_contain_text(re.compile(r"C-\d+"))
    # Which number a device of the fleet has is chance, and one of them was wiped before.
    reference = (re.search(r"C-\d+", await listed.inner_text()) or [""])[0]
    await write_in_bot(helen, "/kit custody")
    overview = saying(helen, "Devices in custody")
    await overview.get_by_role("button", name="Act on all returned…").click(timeout=PATIENCE)
    form = await modal_saying(helen, "What is to be done?")
    await form.get_by_label("What is to be done?").select_option("Certify as wiped")
    await form.get_by_role("button", name="Next").click()
    await modal_saying(helen, "The certificate")
    await form.get_by_label("The certificate").set_input_files(proof)
    await expect(form.get_by_role("button", name="Remove erasure.pdf")).to_be_visible(timeout=PATIENCE)
    await form.get_by_label("Who issued it?").fill("Blancco")
    await form.get_by_label("Its number").fill("BL-4711")
    await form.get_by_role("button", name="Certify as wiped").click()
    await modal_saying(helen, "SHA-256")
    await close(helen)
    await expect(saying(helen, "Certified as wiped")).to_contain_text("moved", timeout=PATIENCE)
    given = saying(helen, "Certificate QC-")
    address = await given.get_by_role("link").first.get_attribute("href", timeout=PATIENCE)
    assert address is not None
    answer = await helen.request.get(f"{streets.stack.addresses.workspace}{address}")
    assert (await answer.body()).startswith(b"%PDF-")
    await write(helen, f"/kit custody {reference}")
    record = saying(helen, "Chain of custody")
    await expect(record).to_contain_text("Blancco BL-4711", timeout=PATIENCE)
    await expect(record).to_contain_text("Helen Marsh")
