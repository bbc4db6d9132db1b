"""What an approver is told and may do, questions and answers, and deputies."""

from __future__ import annotations

import pytest

from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from services.database.pool import Pool
from tests.fixtures.people import email_of
from tests.integration.bot.test_asking import choose, open_form

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices")]


@pytest.fixture
async def tom(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Tom Whitfield"))


async def ask_for_one(person: ScriptedPerson) -> None:
    view = await choose(person, await open_form(person), "broken", "photos")
    act = await person.submit_view(view, {"explanation": "The screen is cracked"})
    assert act.response_action == "update", act


async def with_button(person: ScriptedPerson, action_id: str) -> Json:
    return await person.wait_for_message(lambda message: action_id in str(message))


async def test_the_approver_reads_what_the_decision_rests_on_and_no_price(
    amara: ScriptedPerson, priya: ScriptedPerson
) -> None:
    await ask_for_one(amara)
    told = str(await with_button(priya, "approve_request"))
    for words in (
        "Amara Osei",
        "Central West Response",
        "*Holds now:* laptop S1",
        "Latitude 7440, 3 years",
        "no price",
    ):
        assert words in told, words
    assert "£500–£1,500" in told
    assert "failures are not known; not due yet" in told


async def test_a_question_goes_to_the_requester_and_the_answer_back(
    amara: ScriptedPerson, priya: ScriptedPerson
) -> None:
    await ask_for_one(amara)
    asked = await with_button(priya, "approve_request")
    await priya.press(asked, "ask_about_request")
    view = await priya.wait_for_view(lambda view: view["callback_id"] == "request_words_form")
    await priya.submit_view(view, {"words": "Did you drop it?"})
    question = await with_button(amara, "answer_request")
    assert "*Priya Nair asks:* Did you drop it?" in str(question)
    await amara.press(question, "answer_request")
    view = await amara.wait_for_view(lambda view: view["callback_id"] == "request_words_form")
    await amara.submit_view(view, {"words": "On the stairs"})
    answered = await priya.wait_for_message(lambda message: "*Answer:* On the stairs" in str(message))
    assert answered["ts"] == asked["ts"], "changed in place"
    assert "approve_request" in str(answered)


async def test_a_deputy_decides_and_everybody_reads_so(
    amara: ScriptedPerson, priya: ScriptedPerson, tom: ScriptedPerson
) -> None:
    await ask_for_one(amara)
    mine = await with_button(priya, "approve_request")
    await priya.slash("/kit cover Tom Whitfield from 4 Nov 2024 until 8 Nov 2024")
    await priya.wait_for_message(lambda message: "Tom Whitfield decides on requests for you" in str(message))
    theirs = await with_button(tom, "approve_request")
    assert "*You decide for Priya Nair" in str(await tom.open_home("quartermaster")).replace("• ", "*")
    assert "cover_off" in str(await priya.open_home("quartermaster"))
    await tom.press(theirs, "approve_request")
    for person, first in ((priya, mine), (tom, theirs)):
        now = await person.wait_for_message(lambda message: "Approved by Tom Whitfield" in str(message))
        assert now["ts"] == first["ts"]
        assert "approve_request" not in str(now)
    await priya.slash("/kit cover off")
    await priya.wait_for_message(lambda message: "Tom Whitfield no longer decides for you" in str(message))


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("from today until Friday", "from 4 Nov 2024 until 8 Nov 2024"),
        ("from Monday for two weeks", "from 4 Nov 2024 until 17 Nov 2024"),
        ("next week", "from 11 Nov 2024 until 17 Nov 2024"),
        ("until 5 Dec", "from 4 Nov 2024 until 5 Dec 2024"),
        ("from 6/11/2024 until 8.11.2024", "from 6 Nov 2024 until 8 Nov 2024"),
    ],
)
async def test_a_cover_is_arranged_in_the_days_that_people_say(priya: ScriptedPerson, said: str, days: str) -> None:
    await priya.slash(f"/kit cover Tom Whitfield {said}")
    await priya.wait_for_message(lambda message: f"Tom Whitfield decides on requests for you {days}." in str(message))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("from blursday until Friday", "I cannot read “blursday” as a day"),
        ("until 12/25/2024", "the day comes first, as in 25/12/2024"),
        ("from Monday", "Say until when, too"),
    ],
)
async def test_days_that_cannot_be_read_arrange_nothing_and_say_what_can(
    priya: ScriptedPerson, pool: Pool, said: str, told: str
) -> None:
    await priya.slash(f"/kit cover Tom Whitfield {said}")
    await priya.wait_for_message(lambda message: told.lower() in str(message).lower())
    assert await pool.fetchval("SELECT count(*) FROM requests.covers") == 0


async def test_a_deputy_may_be_mentioned(priya: ScriptedPerson, tom: ScriptedPerson) -> None:
    handle = email_of("Tom Whitfield").partition("@")[0]
    await priya.say(f"cover @{handle} until Friday", channel="@quartermaster")
    said = (await priya.history("@quartermaster"))[0]
    assert f"<@{tom.user_id}>" in said["text"]
    await priya.wait_for_message(lambda message: "Tom Whitfield decides on requests for you from 4 Nov" in str(message))


async def test_who_may_not_press_is_told_and_audited(
    amara: ScriptedPerson, priya: ScriptedPerson, tom: ScriptedPerson, pool: Pool
) -> None:
    await ask_for_one(amara)
    asked = await with_button(priya, "approve_request")
    assert (await tom.press(asked, "approve_request")).outcome == "refused"
    await amara.slash("/kit cover Tom Whitfield from 4 Nov 2024 until 8 Nov 2024")
    await amara.wait_for_message(lambda message: "Only managers and directors" in str(message))
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = 'cover'") == 1
    assert await pool.fetchval("SELECT status FROM requests.requests") == "waiting_for_approval"
