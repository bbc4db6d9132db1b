"""A conflict over a serial, settled in chat: by whoever presses first, told to whoever presses second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.answers.switchboard import answer
from bot.desk import Desk
from bot.grammar import parse
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.person import Person, PersonRecorded
from services.database.pool import Pool, open_pool
from services.errors import NotAllowed
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START, checked_in
from tests.fixtures.people import email_of, viewer

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]


@pytest.fixture
async def register(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


@pytest.fixture
async def conflict(register: Pool) -> None:
    """Two Intune records check in for S1 by turns."""
    models = ("Latitude 5440", "EliteBook 840 G9")
    seen = [
        checked_in("S1", 90 + day % 2, START + timedelta(days=day), model=models[day % 2], holder_email="tom@x.example")
        for day in range(6)
    ]
    await deliver(register, RegisterConsumer().apply, seen)


async def asked(person: ScriptedPerson) -> Json:
    await person.slash("/kit conflicts")
    return await person.wait_for_message(lambda message: "conflict_one_device" in str(message))


@pytest.mark.usefixtures("bot", "conflict")
async def test_a_planner_settles_and_the_next_is_told_who_did(helen: ScriptedPerson) -> None:
    message = await asked(helen)
    shown = str(message)
    assert "claimed by two records" in shown
    assert "EliteBook 840 G9" in shown
    assert "Two devices: split off Intune mdm-91" in shown
    await helen.press(message, "conflict_split:1")
    told = await helen.wait_for_message(lambda message: "decided by" in str(message))
    assert "two devices, Intune mdm-91 split off*, decided by Helen Marsh" in str(told)
    await helen.press(message, "conflict_one_device")
    told = await helen.wait_for_message(lambda message: "settled before" in str(message))
    assert "split off*, decided by Helen Marsh" in str(told)


@pytest.mark.usefixtures("bot", "conflict")
async def test_two_presses_at_once_are_one_decision(
    people: WorkspaceClient, helen: ScriptedPerson, register: Pool
) -> None:
    catherine = await people.as_user(email_of("Catherine Doyle"))
    hers, others = await asked(helen), await asked(catherine)
    await asyncio.gather(helen.press(hers, "conflict_one_device"), catherine.press(others, "conflict_split:0"))
    said = [str(await each.wait_for_message(lambda told: "decided by" in str(told))) for each in (helen, catherine)]
    assert sorted("settled before" in each for each in said) == [False, True]
    assert await register.fetchval("SELECT count(*) FROM register.rulings") == 1


@pytest.mark.usefixtures("conflict")
async def test_auditors_look_and_managers_do_not(desk: Desk) -> None:
    seen = str(await answer(desk, viewer("Ruth Adeyemi"), parse("conflicts")))
    assert "EliteBook 840 G9" in seen
    assert "conflict_one_device" not in seen
    with pytest.raises(NotAllowed, match="planners and directors"):
        await answer(desk, viewer("Priya Nair"), parse("conflicts"))


async def test_a_manager_sees_devices_that_leavers_and_movers_have(desk: Desk, register: Pool) -> None:
    """S1 is Amara's in Central West Response, S2 is Tom's in Central North Response."""

    def told(name: str, *, active: bool, unit: str | None) -> PersonRecorded:
        person = Person(person_id=name, active=active, email=email_of(name), unit=unit)
        return PersonRecorded(id=name, source="graph", time=START, subject=name, data=person)

    people = [
        told("Amara Osei", active=False, unit="central-west-response"),
        told("Tom Whitfield", active=True, unit="central-west"),
    ]
    await deliver(register, RegisterConsumer().apply, people)
    seen = str(await answer(desk, viewer("Priya Nair"), parse("leavers")))
    assert "Amara Osei · Central West Response · left 4 Nov 2024" in seen
    assert "Tom Whitfield · Central North Response, holder in Central West · moved 4 Nov 2024" in seen
    narrowed = str(await answer(desk, viewer("Daniel Reyes"), parse("leavers in Central North")))
    assert "Amara" not in narrowed
    assert "Tom Whitfield" in narrowed
    with pytest.raises(NotAllowed):
        await answer(desk, viewer("Amara Osei"), parse("leavers"))
