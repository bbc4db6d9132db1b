"""The same for every desk: what it is told it holds once, it is found again, and it fails in the words we know."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from schemas.events.desk import TicketState
from services.desk.desks.service_desk import ServiceDesk
from services.desk.rules import Update, Words
from services.outbound.errors import NotReached, Refused, Unclear
from tests.integration.desk.conftest import desk_at
from tests.integration.desk.jira_standin import JiraStandIn
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.desk.standins import AMARA, AMARA_ID, DROPPED_AFTER, DROPPED_BEFORE, DeskStandIn, Mishap

KEY = "quartermaster-R-1"
WORDS = Words(
    title="Replacement laptop (R-1)", description='One line.\nAnother "line" *bold* <b>.', requester_email=AMARA
)
NOTE = Update(note="Ordered. [quartermaster-R-1/4]", mark="[quartermaster-R-1/4]", state="in_progress")


@pytest.fixture(params=[ServiceNowStandIn, JiraStandIn], ids=["servicenow", "jira"])
async def stand_in(request: pytest.FixtureRequest) -> AsyncIterator[DeskStandIn]:
    served: DeskStandIn = request.param()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def desk(stand_in: DeskStandIn) -> AsyncIterator[ServiceDesk]:
    async with aiohttp.ClientSession() as session:
        yield desk_at(stand_in, session)


async def test_a_ticket_is_opened_with_our_words_and_found_by_our_key(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    assert await desk.find(KEY) is None
    made = await desk.create(KEY, WORDS)
    (held,) = stand_in.tickets()
    assert (held.key, held.title, held.person, held.state) == (KEY, WORDS.title, AMARA_ID, "open")
    assert held.description == WORDS.description
    assert (made.record, made.state, made.desk) == (held.record, "open", desk.name)
    assert made.ticket in ("INC0000001", "ITSD-1")
    assert made.link is not None
    assert made.link.startswith(stand_in.url)
    assert await desk.find(KEY) == made == await desk.read(made.record)
    assert await desk.find("quartermaster-R-11") is None


async def test_whom_the_desk_does_not_know_is_named_in_the_description(
    stand_in: DeskStandIn, desk: ServiceDesk
) -> None:
    for email in ("new.starter@metropolitan.example", "odd^active=false@metropolitan.example"):
        await desk.create(KEY, Words(title="T", description="D", requester_email=email))
        held = stand_in.tickets()[-1]
        assert (held.person, held.description) == ("", f"D\nFor: {email}")


async def test_a_note_is_written_once_and_the_ticket_moves(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    made = await desk.create(KEY, WORDS)
    assert not await desk.noted(made.record, NOTE.mark)
    moved = await desk.update(made.record, NOTE, noted=False)
    assert moved.state == "in_progress"
    assert moved.at > made.at
    assert await desk.noted(made.record, NOTE.mark)
    again = await desk.update(made.record, NOTE, noted=True)
    (held,) = stand_in.tickets()
    assert held.notes == [NOTE.note]
    assert again.state == held.state == "in_progress"
    gone = await desk.update(made.record, Update(note="No. [2]", mark="[2]", state="cancelled"), noted=False)
    assert gone.state == "cancelled"


async def test_a_finished_request_resolves_its_ticket(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    made = await desk.create(KEY, WORDS)
    await desk.update(made.record, NOTE, noted=False)
    done = await desk.update(made.record, Update(note="Done. [2]", mark="[2]", state="resolved"), noted=False)
    assert done.state == "resolved"
    (held,) = stand_in.tickets()
    assert (held.state, held.notes) == ("resolved", [NOTE.note, "Done. [2]"])


@pytest.mark.parametrize("state", ["open", "in_progress", "waiting", "resolved", "closed", "cancelled"])
async def test_what_its_people_do_is_understood(stand_in: DeskStandIn, desk: ServiceDesk, state: TicketState) -> None:
    made = await desk.create(KEY, WORDS)
    stand_in.agent_sets(made.record, state)
    seen = await desk.read(made.record)
    assert seen.state == state
    assert seen.at > made.at


async def test_of_two_with_our_key_the_first_is_ours(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    made = [await desk.create(KEY, WORDS) for _ in range(3)]
    assert await desk.find(KEY) == made[0]


async def test_wrong_credentials_are_refused_at_every_call(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    made = await desk.create(KEY, WORDS)
    stand_in.password = "changed"
    for call in (desk.find(KEY), desk.create(KEY, WORDS), desk.read(made.record), desk.noted(made.record, "x")):
        with pytest.raises(Refused) as refusal:
            await call
        assert refusal.value.status == 401
    assert len(stand_in.tickets()) == 1


async def test_a_throttled_call_did_nothing_and_says_when(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    stand_in.mishaps["create"].append(Mishap(429, retry_after="17"))
    with pytest.raises(NotReached) as throttled:
        await desk.create(KEY, WORDS)
    assert throttled.value.retry_after == 17
    assert stand_in.tickets() == []


@pytest.mark.parametrize(
    "mishap", [Mishap(500), Mishap(503, retry_after="3"), Mishap(502, done=True), DROPPED_BEFORE, DROPPED_AFTER]
)
async def test_what_may_have_been_done_is_unclear(stand_in: DeskStandIn, desk: ServiceDesk, mishap: Mishap) -> None:
    stand_in.mishaps["create"].append(mishap)
    with pytest.raises(Unclear):
        await desk.create(KEY, WORDS)
    assert len(stand_in.tickets()) == mishap.done
    assert (await desk.find(KEY) is not None) is mishap.done


async def test_a_desk_that_does_not_listen_was_not_reached(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    await stand_in.stop()
    with pytest.raises(NotReached):
        await desk.find(KEY)


async def test_a_refusal_is_told_with_the_desks_words(stand_in: DeskStandIn, desk: ServiceDesk) -> None:
    stand_in.mishaps["create"].append(Mishap(403))
    with pytest.raises(Refused, match="planned"):
        await desk.create(KEY, WORDS)
    with pytest.raises(Refused) as gone:
        await desk.read("f" * 32)
    assert gone.value.status == 404
