"""The last of the journeys' pictures: what stands idle and is asked for, what is wrong and who has it, who saw what."""

from __future__ import annotations

from tests.browser.album import Album, done, modal, said, send, write
from tests.browser.pictures import to_channel

HELEN, PRIYA, RUTH = "Helen Marsh", "Priya Nair", "Ruth Adeyemi"


async def asking_back(album: Album) -> None:
    """A manager sees what nobody has used for weeks, and asks for the longest idle."""
    priya = await album.page(PRIYA)
    await write(priya, "/kit idle")
    listed = await said(priya, "Idle for 30 days or longer", "Monitors never check in")
    await album.take(listed, "idle")
    await listed.get_by_role("button", name="Ask for it back…").first.click()
    form = await modal(priya, "Ask for it back")
    await form.get_by_role("textbox").fill("It has not been seen for weeks, and somebody waits for one.")
    await album.take(form, "reclaim-form")
    await send(priya, "Ask", "R-")
    await done(priya)
    await album.take(await said(priya, "You asked for it back"), "reclaim-asked")
    await write(priya, "/kit surplus")
    await album.take(await said(priya, "more than"), "surplus")


async def alerting(album: Album) -> None:
    """A planner snoozes what is wrong, and takes it on."""
    helen = await album.page(HELEN)
    await to_channel(helen, "fleet")
    alert = await said(helen, "past policy life", "Snooze…")
    await album.take(alert, "alert")
    await alert.get_by_role("button", name="Snooze…").click()
    form = await modal(helen, "Snooze")
    await album.take(form, "alert-snooze")
    await form.get_by_role("button", name="Cancel").click()
    await alert.get_by_role("button", name="Acknowledge").click()
    await album.take(await said(helen, "past policy life", "acknowledged it"), "alert-acknowledged")


async def auditing(album: Album) -> None:
    """An auditor reads who saw and did what."""
    ruth = await album.page(RUTH)
    await write(ruth, "/kit audit Priya Nair")
    await album.take(await said(ruth, "Priya Nair", "granted"), "audit")
