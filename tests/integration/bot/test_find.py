"""`/kit find`: a device with all that happened to it, a person with what they hold, each as far as one may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.answers import device as answer
from bot.desk import Desk
from bot.grammar import Find
from deploy.local.workspace.scripted import ScriptedPerson
from schemas.vocabulary import DeviceState, Kind, Role
from services.access.directory import Directory, Person
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import NotFound
from services.register.consumer import RegisterConsumer
from services.requests.queries import Reason
from tests.fixtures.delivery import deliver
from tests.fixtures.endings import custody, device_of, loss
from tests.fixtures.finance import NOW
from tests.fixtures.observations import START, asset, checked_in
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.bot.test_answers import ask, everything

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]


@pytest.fixture
async def register(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


async def raise_request(desk: Desk, name: str = "Amara Osei") -> str:
    assert isinstance(desk.clock, FixedClock)
    desk.clock.moment = NOW + timedelta(minutes=30)
    raised = await desk.commands.raise_request(
        viewer(name),
        device_id=device_of("S1"),
        kind=Kind.LAPTOP,
        reason=Reason.LOST,
        needed_by=None,
        accessibility_needs=False,
        explanation="Left on a train",
        delivery_place="Charing Cross",
        idempotency_key="k",
    )
    return raised.reference


async def test_requests_and_losses_and_facts_are_one_timeline_newest_first(desk: Desk, register: Pool) -> None:
    reference = await raise_request(desk)
    words = [loss("S1", "reported", 1, NOW + timedelta(hours=1)), loss("S1", "locked", 2, NOW + timedelta(hours=2))]
    await deliver(register, RegisterConsumer().apply, words)
    told = str((await answer.answer_find(desk, viewer("Helen Marsh"), Find("S1"))).blocks)
    places = [told.index(each) for each in ("*L-1* Locked", "*L-1* Reported", f"*{reference}*", "*First heard of*")]
    assert places == sorted(places)


async def test_who_may_see_the_device_but_not_the_request_sees_no_line_of_it(desk: Desk, register: Pool) -> None:
    reference = await raise_request(desk)
    moved = asset("S1", 0, START + timedelta(days=1), unit="central-north-response", kind=Kind.LAPTOP)
    await deliver(register, RegisterConsumer().apply, [moved])
    told = str((await answer.answer_find(desk, viewer("Daniel Reyes"), Find("S1"))).blocks)
    assert "*First heard of*" in told
    assert reference not in told


async def test_a_long_timeline_is_shown_a_page_at_a_time_and_nothing_is_left_out(desk: Desk, register: Pool) -> None:
    words = [loss("S1", "locked", number, NOW + timedelta(hours=number)) for number in range(1, 41)]
    await deliver(register, RegisterConsumer().apply, words)
    asked: Find | None = Find("S1")
    lines = 0
    pages = 0
    while asked is not None:
        blocks = (await answer.answer_find(desk, viewer("Helen Marsh"), asked)).blocks
        lines += str(blocks).count("*L-1*")
        pages += 1
        asked = Find("S1", asked.after + answer.LINES_AT_ONCE) if "'Earlier'" in str(blocks) else None
    assert (lines, pages) == (40, 3)


async def test_a_device_that_checks_in_after_it_was_resold_says_so(desk: Desk, register: Pool) -> None:
    seen = [custody("S1", "resold", 5, NOW), checked_in("S1", 0, NOW + timedelta(days=2))]
    await deliver(register, RegisterConsumer().apply, seen)
    told = str((await answer.answer_find(desk, viewer("Helen Marsh"), Find("S1"))).blocks)
    assert "*State:* resold" in told
    assert "It checked in after it was resold" in told


async def test_a_person_is_found_by_name_or_address_with_what_they_hold(desk: Desk, register: Pool) -> None:
    second = asset("S3", 3, START, state=DeviceState.IN_REPAIR, holder_email=email_of("Tom Whitfield"))
    await deliver(register, RegisterConsumer().apply, [second])
    for term in ("Tom Whitfield", "tom", email_of("Tom Whitfield").title()):
        told = await answer.answer_find(desk, viewer("Helen Marsh"), Find(term))
        assert told.text == "Tom Whitfield: 2 devices on record"
        assert "S2" in str(told.blocks)
        assert "S3" in str(told.blocks)


@pytest.mark.parametrize("name", ["Priya Nair", "Amara Osei"])
@pytest.mark.parametrize("term", ["Tom Whitfield", "tom.whitfield@metropolitan.example", "Nobody Else"])
async def test_what_a_person_of_another_unit_holds_is_not_shown(desk: Desk, name: str, term: str) -> None:
    with pytest.raises(NotFound, match="nobody of that name"):
        await answer.answer_find(desk, viewer(name), Find(term))


async def test_a_manager_finds_their_own_people(desk: Desk) -> None:
    told = await answer.answer_find(desk, viewer("Priya Nair"), Find("amara osei"))
    assert told.text == "Amara Osei: 1 device on record"


def test_several_of_one_name_are_named_to_choose_from() -> None:
    unit = "central-west-response"
    more = [Person(email=f"a{n}@x", name=name, unit=unit) for n, name in enumerate(["Amara Osei", "Amara Okafor"])]
    directory = Directory(small_directory().units.values(), [*small_directory().people.values(), *more])
    assert [each.email for each in directory.called("AMARA  osei")] == ["a0@x", email_of("Amara Osei")]
    assert len(directory.called("amara")) == 3
    assert directory.called("ama") == []
    assert all(Role.STAFF in each.all_roles for each in directory.called("amara"))


@pytest.mark.usefixtures("bot")
async def test_find_is_answered_in_chat_and_its_buttons_lead_on(helen: ScriptedPerson) -> None:
    told = await ask(helen, "find Amara Osei")
    assert "S1" in everything(told)
    seen = len(helen.updates)
    act = await helen.press(told, "ask:find")
    assert act.outcome == "acknowledged"
    shown = await helen.wait_for_message(lambda message: "First heard of" in str(message), after=seen)
    assert "Asset tag" in everything(shown)
