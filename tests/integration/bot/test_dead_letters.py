"""Dead letters in chat: a planner sees why, looks, replays and discards; an auditor looks; nobody else does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from services.database.pool import Pool, open_pool
from services.eventlog import dead_letters
from services.eventlog.dead_letters import DeadLetter
from tests.fixtures.people import email_of
from tests.integration.bot.test_answers import ask
from tests.payloads import payload

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot")]

CHECK_IN = payload("jamf/ComputerCheckIn.json")


@pytest.fixture
async def helen(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Helen Marsh"))


@pytest.fixture
async def ruth(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Ruth Adeyemi"))


@pytest.fixture
async def intake(database_url: str) -> AsyncIterator[Pool]:
    """Intake's store with letters of two sources."""
    opened = await open_pool(database_url, "intake", size=2)
    kept = [
        DeadLetter(source="jamf", reason=f"line {n}: nothing", body=b"no *record* <@U1> \x00\xff %d" % n)
        for n in range(3)
    ]
    async with opened.acquire() as connection:
        await dead_letters.keep(connection, kept)
        await dead_letters.keep(connection, [DeadLetter(source="jamf", reason="was not mapped", body=CHECK_IN)])
        await dead_letters.keep(connection, [DeadLetter(source="servicenow/push", reason="odd", body=b"[]")])
    yield opened
    await opened.close()


def buttons(message: Json, action: str) -> list[tuple[str, Json]]:
    """Block id and button of each button with this action."""
    return [
        (block["block_id"], element)
        for block in message["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == action
    ]


async def press(person: ScriptedPerson, message: Json, action: str, carrying: str = "") -> Json:
    """The bot's answer to the first button with this action whose value ends so."""
    block_id = next(block for block, button in buttons(message, action) if button["value"].endswith(carrying))
    seen = len(person.updates)
    await person.press(message, action, block_id=block_id)
    return await person.wait_for_message(lambda each: each.get("is_ephemeral"), after=seen)


async def fingerprint(intake: Pool, reason: str) -> str:
    return str(await intake.fetchval("SELECT fingerprint FROM dead_letters WHERE reason = $1", reason))


async def open_letters(intake: Pool) -> int:
    count: int = await intake.fetchval("SELECT count(*) FROM dead_letters WHERE settled_at IS NULL")
    return count


async def test_a_planner_lists_by_reason_and_source(helen: ScriptedPerson, intake: Pool) -> None:
    told = str(await ask(helen, "deadletters"))
    assert "*jamf*: 3 letters" in told
    assert "line #: nothing" in told
    assert "Replay all 3" in told
    assert "*servicenow/push*: 1 letter" in told
    of_one = str(await ask(helen, "deadletters ServiceNow"))
    assert "servicenow/push" in of_one
    assert "jamf" not in of_one
    assert "all that arrived was applied" in str(await ask(helen, "deadletters intune"))


async def test_a_letter_is_shown_as_text_and_that_is_noted(helen: ScriptedPerson, intake: Pool) -> None:
    listed = await ask(helen, "deadletters jamf")
    last = await intake.fetchval("SELECT latest FROM eventlog.dead_letter_groups() WHERE letters = 3")
    block_id = next(block for block, each in buttons(listed, "dead_letter_show") if each["value"] == f"intake|{last}")
    await helen.press(listed, "dead_letter_show", block_id=block_id)
    view = await helen.wait_for_view(lambda view: "First seen" in str(view))
    (held,) = [block["text"] for block in view["blocks"] if block["text"]["type"] == "plain_text"]
    assert held["text"].startswith(r"no *record* <@U1> \x00\xff ")
    lines = await intake.fetch("SELECT email, subject, granted FROM access.audit WHERE action = 'deadletter show'")
    assert [tuple(line) for line in lines] == [(email_of("Helen Marsh"), f"intake {last}", True)]


async def test_replay_says_what_became_of_it(helen: ScriptedPerson, intake: Pool) -> None:
    listed = await ask(helen, "deadletters jamf")
    told = str(await press(helen, listed, "dead_letter_replay", await fingerprint(intake, "was not mapped")))
    assert "Replayed." in told
    assert "1 record: 1 accepted" in told
    assert await intake.fetchval("SELECT count(*) FROM outbox WHERE topic = 'device-observed'") == 1
    assert await open_letters(intake) == 4


async def test_all_of_one_reason_at_once(helen: ScriptedPerson, intake: Pool) -> None:
    listed = await ask(helen, "deadletters jamf")
    told = await press(helen, listed, "dead_letters_replay_all")
    assert "0 of 3 letters replayed." in str(told)
    assert "3 letters still cannot be applied." in str(told)
    again = await ask(helen, "deadletters jamf")
    assert "Discard all 3" in str(again)
    discarded = await press(helen, again, "dead_letters_discard_all")
    assert "3 of 3 letters discarded." in str(discarded)
    assert await open_letters(intake) == 2
    assert "There is none of them left" in str(await press(helen, again, "dead_letters_discard_all"))


async def test_discarding_asks_first_and_happens_once(helen: ScriptedPerson, intake: Pool) -> None:
    listed = await ask(helen, "deadletters servicenow")
    ((_, button),) = buttons(listed, "dead_letter_discard")
    assert button["confirm"]["title"]["text"] == "Discard this letter?"
    assert "Discarded." in str(await press(helen, listed, "dead_letter_discard"))
    assert "was discarded before" in str(await press(helen, listed, "dead_letter_discard"))


async def test_an_auditor_looks_only_and_others_not_even_that(
    ruth: ScriptedPerson, priya: ScriptedPerson, helen: ScriptedPerson, intake: Pool
) -> None:
    looked = str(await ask(ruth, "deadletters"))
    assert "dead_letter_show" in looked
    assert "dead_letter_replay" not in looked
    refused = str(await ask(priya, "deadletters"))
    assert "planners, directors and auditors" in refused
    assert "jamf" not in refused
    lines = await intake.fetch("SELECT email, granted FROM access.audit WHERE action = 'deadletters' ORDER BY entry")
    assert [tuple(line) for line in lines] == [(email_of("Ruth Adeyemi"), True), (email_of("Priya Nair"), False)]
    assert "deadletters" in str(await ask(helen, "help"))
    assert "deadletters" not in str(await ask(priya, "help"))
