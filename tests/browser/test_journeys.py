"""People's journeys through the real thing: the whole local stack with a small fleet, in a real browser.

The tests share one stack and follow one another as a working day does; each can also run alone.
"""

from __future__ import annotations

import re
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import expect

from deploy.local.simulator.finance.extract import write_extract
from tests.browser.streets import PATIENCE, Streets, ask_for_replacement, saying, to_bot, to_channel, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]


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
    grace, priya = await streets.page("Grace Appiah"), await streets.page("Priya Nair")
    await ask_for_replacement(grace, "The hinge has cracked")
    mine = saying(grace, "Your request R-")
    await expect(mine).to_contain_text("Waiting for approval", timeout=PATIENCE)
    stamp = await mine.get_attribute("data-ts")

    await to_bot(priya)
    asked = saying(priya, "The hinge has cracked")
    await expect(asked).to_contain_text("Grace Appiah", timeout=PATIENCE)
    await expect(asked).to_contain_text("has needs that are checked")
    await asked.get_by_role("button", name="Approve").click()
    await expect(asked).to_contain_text("Approved by Priya Nair", timeout=PATIENCE)
    await expect(asked.get_by_role("button", name="Approve")).to_have_count(0)

    await expect(mine).to_contain_text("Approved by Priya Nair", timeout=PATIENCE)
    await expect(mine).to_contain_text(re.compile("Ordered|from stock"), timeout=PATIENCE)
    assert await mine.get_attribute("data-ts") == stamp, "changed in place"
    await expect(grace.get_by_role("article").filter(has_text="Your request R-")).to_have_count(1)


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
    await expect(idris.get_by_role("article").filter(has_text="90 % of the approved sum is reached")).to_have_count(0)
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
