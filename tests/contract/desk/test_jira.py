"""What only Jira does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.desk.desks.service_desk import ServiceDesk
from services.desk.rules import Update, Words
from services.outbound.errors import Refused, Unclear
from tests.integration.desk.conftest import desk_at
from tests.integration.desk.jira_standin import JiraStandIn
from tests.integration.desk.standins import AMARA, Mishap

KEY = "quartermaster-R-1"
WORDS = Words(title="T", description="D", requester_email=AMARA)


@pytest.fixture
async def stand_in() -> AsyncIterator[JiraStandIn]:
    served = JiraStandIn()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def desk(stand_in: JiraStandIn) -> AsyncIterator[ServiceDesk]:
    async with aiohttp.ClientSession() as session:
        yield desk_at(stand_in, session)


async def test_search_follows_and_what_it_finds_is_read_as_it_stands(stand_in: JiraStandIn, desk: ServiceDesk) -> None:
    stand_in.lagging = True
    made = await desk.create(KEY, WORDS)
    assert await desk.find(KEY) is None
    stand_in.catch_up()
    stand_in.agent_sets(made.record, "resolved")
    found = await desk.find(KEY)
    assert found is not None
    assert found.state == "resolved"


async def test_a_project_that_names_no_reporter_gets_the_address_in_the_description(
    stand_in: JiraStandIn, desk: ServiceDesk
) -> None:
    stand_in.reporter_allowed = False
    await desk.create(KEY, WORDS)
    (held,) = stand_in.tickets()
    assert (held.person, held.description) == ("", f"D\nFor: {AMARA}")


async def test_notes_are_for_the_desks_people(stand_in: JiraStandIn, desk: ServiceDesk) -> None:
    made = await desk.create(KEY, WORDS)
    await desk.update(made.record, Update(note="N [1]", mark="[1]", state="in_progress"), noted=False)
    assert stand_in.public_comments == 0


async def test_an_issue_that_was_made_and_not_read_may_be_there(stand_in: JiraStandIn, desk: ServiceDesk) -> None:
    stand_in.mishaps["read"].append(Mishap(429))
    with pytest.raises(Unclear, match="was made"):
        await desk.create(KEY, WORDS)
    assert len(stand_in.tickets()) == 1


async def test_a_transition_that_broke_off_after_the_note_is_done_without_the_note(
    stand_in: JiraStandIn, desk: ServiceDesk
) -> None:
    made = await desk.create(KEY, WORDS)
    update = Update(note="N [1]", mark="[1]", state="cancelled")
    stand_in.moves = {"11": ("In Progress", "in_progress")}
    with pytest.raises(Refused, match=r"'Cancel request' where the issue stands; there are: In Progress"):
        await desk.update(made.record, update, noted=False)
    stand_in.moves["21"] = ("CANCEL request", "cancelled")
    assert (await desk.update(made.record, update, noted=True)).state == "cancelled"
    assert stand_in.tickets()[0].notes == ["N [1]"]


async def test_a_start_that_is_not_offered_is_left_to_the_desks_people(
    stand_in: JiraStandIn, desk: ServiceDesk
) -> None:
    made = await desk.create(KEY, WORDS)
    stand_in.moves = {}
    seen = await desk.update(made.record, Update(note="N [1]", mark="[1]", state="in_progress"), noted=False)
    assert seen.state == "open"
