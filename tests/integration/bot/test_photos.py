"""Photos of a request: shown to who needs them as a copy in their own conversation, which goes when policy says."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

from bot.desk import Desk
from bot.received import Received
from bot.resumption import Resumption
from bot.wiring import Parts
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from services.clock import FixedClock
from services.database.pool import Pool
from tests.fixtures.people import email_of
from tests.integration.bot.test_asking import choose, last_request, open_form
from tests.integration.bot.test_deciding import with_button
from tests.integration.bot.test_delivering import answered

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]
PNG = b"\x89PNG\r\n\x1a\n a cracked screen"


async def asked_with_photo(person: ScriptedPerson, pool: Pool) -> str:
    """The reference of a request with a photo."""
    view = await choose(person, await open_form(person), "broken", "photos")
    photo = await person.upload("screen.png", PNG)
    await person.submit_view(view, {"explanation": "The screen is cracked", "photos": [photo]})
    return str((await last_request(pool))["reference"])


def has_photo(message: Json) -> bool:
    return any("photo 1" in str(file.get("title")) for file in message.get("files") or ())


async def looks(pool: Pool) -> list[tuple[str, bool]]:
    rows = await pool.fetch("SELECT email, granted FROM access.audit WHERE action = 'photos' ORDER BY at, email")
    return [(row["email"], row["granted"]) for row in rows]


async def test_the_approver_sees_a_copy_that_is_theirs_alone_and_goes_again(
    bot: Parts, desk: Desk, amara: ScriptedPerson, priya: ScriptedPerson, people: WorkspaceClient, pool: Pool
) -> None:
    await asked_with_photo(amara, pool)
    asked = await with_button(priya, "approve_request")
    assert "1 photo" in str(asked)
    assert "/files/" not in str(asked), "a link would open for its owner alone"
    await priya.press(asked, "show_photos")
    shown = (await priya.wait_for_message(has_photo))["files"][0]
    assert await priya.download(shown) == PNG
    assert await looks(pool) == [(email_of("Priya Nair"), True)]
    tom = await people.as_user(email_of("Tom Whitfield"))
    for person in (tom, amara):
        with pytest.raises(aiohttp.ClientResponseError):
            await person.download(shown)
    assert isinstance(desk.clock, FixedClock)
    days = desk.commands.policy.days.photo_copies
    desk.clock.advance(timedelta(days=days) - timedelta(minutes=1))
    assert await bot.photos.forget() == 0
    desk.clock.advance(timedelta(minutes=1))
    assert await bot.photos.forget() == 1
    with pytest.raises(aiohttp.ClientResponseError):
        await priya.download(shown)
    assert await bot.photos.forget() == 0


async def test_the_planner_sees_it_while_the_device_is_prepared_and_nobody_by_an_old_button(
    bot: Parts, amara: ScriptedPerson, priya: ScriptedPerson, helen: ScriptedPerson, pool: Pool
) -> None:
    reference = await asked_with_photo(amara, pool)
    assert "show_photos" not in str(await answered(helen, f"/kit request {reference}")), "it is not decided"
    asked = await with_button(priya, "approve_request")
    old = await answered(priya, f"/kit request {reference}")
    await priya.press(asked, "approve_request")
    decided = await priya.wait_for_message(lambda message: "Approved by Priya Nair" in str(message))
    assert "show_photos" not in str(decided)
    await helen.press(await answered(helen, f"/kit request {reference}"), "show_photos")
    assert await helen.download((await helen.wait_for_message(has_photo))["files"][0]) == PNG
    await priya.press(old, "show_photos")
    await priya.wait_for_message(lambda message: "no photos of that request" in str(message))
    assert await looks(pool) == [(email_of("Helen Marsh"), True), (email_of("Priya Nair"), False)]


async def test_a_copy_that_was_only_begun_is_forgotten_too(bot: Parts, desk: Desk, pool: Pool) -> None:
    now = desk.clock.now()
    await pool.execute(
        "INSERT INTO bot.photo_copies VALUES ('F0NEVERTHERE', gen_random_uuid(), 'a@x.example', $1, $1)", now
    )
    assert await bot.photos.forget() == 1
    assert await pool.fetchval("SELECT count(*) FROM bot.photo_copies") == 0


async def test_a_copy_that_slack_does_not_delete_keeps_no_other_from_going(
    bot: Parts, desk: Desk, amara: ScriptedPerson, priya: ScriptedPerson, pool: Pool
) -> None:
    await asked_with_photo(amara, pool)
    await priya.press(await with_button(priya, "approve_request"), "show_photos")
    shown = (await priya.wait_for_message(has_photo))["files"][0]
    theirs = await priya.upload("mine.png", PNG)
    await priya.say("mine", channel="@quartermaster", files=(theirs,))
    now = desk.clock.now()
    await pool.execute(
        "INSERT INTO bot.photo_copies VALUES ($1, gen_random_uuid(), 'a@x.example', $2, $2)", theirs, now
    )
    assert isinstance(desk.clock, FixedClock)
    desk.clock.advance(timedelta(days=desk.commands.policy.days.photo_copies))
    assert await bot.photos.forget() == 1
    with pytest.raises(aiohttp.ClientResponseError):
        await priya.download(shown)
    assert await pool.fetchval("SELECT file_id FROM bot.photo_copies") == theirs, "it is tried again, later"
    assert await bot.photos.forget() == 0


async def test_a_button_of_another_making_is_answered(bot: Parts, amara: ScriptedPerson, pool: Pool) -> None:
    pressed = {"action_id": "show_photos", "type": "button", "value": "older", "block_id": "b", "action_ts": "1.1"}
    body = {"type": "block_actions", "user": {"id": amara.user_id}, "actions": [pressed], "trigger_id": "1.2"}
    received = Received(pool)
    assert await received.accept("interaction", "action/older", body)
    assert await Resumption(bot.app, received, bot.underway, unfinished_after=timedelta()).resume() == 1
    await amara.wait_for_message(lambda message: "older version" in str(message))
