"""What waits on people, from requests through watch to chat: each is told where they look, once, until it is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.refresh import UnitAgeingMeasured
from services.database.pool import Pool, open_pool
from services.requests.queries import Status
from tests.fixtures import alerts
from tests.fixtures.delivery import deliver
from tests.fixtures.people import email_of, viewer
from tests.fixtures.waiting import until
from tests.integration.watch.test_idle import Fleet
from tests.integration.watch.test_people import Office
from tests.integration.watch.test_watch_store import NOW

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]
DIRECT = "@quartermaster"


class Chat:
    """The office, and a bot that hears all that watch has told so far."""

    def __init__(self, office: Office, desk: Desk, settings: BotSettings, bot: Parts, pool: Pool) -> None:
        self.office = office
        self._pool = pool
        self._bot = bot
        self._consumer = BotConsumer(desk, settings, bot.sender.wake)

    async def say_all(self) -> None:
        """Twice, as a log may; until the sender has nothing left to say."""
        for _ in range(2):
            await deliver(self._pool, self._consumer.apply, await self.office.told(), size=1)
        await until(self._all_said, "everything to be said")

    async def _all_said(self) -> bool:
        return not await self._pool.fetchval("SELECT count(*) FROM bot.outgoing WHERE state <> 'sent'")


@pytest.fixture
async def chat(database_url: str, desk: Desk, settings: BotSettings, bot: Parts, pool: Pool) -> AsyncIterator[Chat]:
    watch_pool, requests_pool = await open_pool(database_url, "watch"), await open_pool(database_url, "requests")
    yield Chat(Office(watch_pool, requests_pool), desk, settings, bot, pool)
    await watch_pool.close()
    await requests_pool.close()


async def seen(person: ScriptedPerson, channel: str, words: str) -> list[Json]:
    """The messages in a channel that hold these words."""
    return [each for each in await person.history(channel) if words in str(each)]


async def answered(person: ScriptedPerson, told: Json, action: str, channel: str) -> str:
    """What pressing a button of an alert is answered, as one text."""
    count = len(person.updates)
    act = await person.press(told, action, channel=channel)
    assert act.outcome == "acknowledged", act
    return str(await person.wait_for_message(lambda message: message.get("is_ephemeral"), after=count))


async def test_who_is_waited_for_hears_of_it_then_who_stands_above_then_the_planners(
    chat: Chat, priya: ScriptedPerson, catherine: ScriptedPerson, helen: ScriptedPerson, amara: ScriptedPerson
) -> None:
    view = await chat.office.ask("a")
    await chat.office.pass_days(6, clockwork=False)
    await chat.say_all()
    [first] = await seen(priya, DIRECT, "has waited 6 days for Priya Nair to decide")
    assert "Show R-1" in str(first)
    assert await seen(catherine, DIRECT, "Priya Nair") == []
    assert await seen(helen, "fleet", "Priya Nair") == []

    await chat.office.pass_days(5, clockwork=False)
    await chat.say_all()
    assert len(await seen(catherine, DIRECT, "has waited 11 days for Priya Nair to decide")) == 1
    assert await seen(helen, "fleet", "Priya Nair") == []

    await chat.office.pass_days(10, clockwork=False)
    await chat.say_all()
    assert len(await seen(helen, "fleet", "has waited 21 days for Priya Nair to decide")) == 1

    await chat.office.requests.approve(viewer("Priya Nair"), view.request_id, idempotency_key="yes")
    await chat.office.sweep.run()
    await chat.say_all()
    [last] = await seen(priya, DIRECT, "to decide")
    assert last["ts"] == first["ts"], "posted once, changed in place"
    for person, channel in ((priya, DIRECT), (catherine, DIRECT), (helen, "fleet")):
        [over] = await seen(person, channel, "to decide")
        assert "Cleared" in str(over)
        assert "Show R-1" not in str(over)
    assert await seen(amara, DIRECT, "to decide") == []


async def test_its_button_leads_to_the_request_where_one_decides(chat: Chat, priya: ScriptedPerson) -> None:
    await chat.office.ask("a")
    await chat.office.pass_days(6, clockwork=False)
    await chat.say_all()
    [told] = await seen(priya, DIRECT, "to decide")
    assert "approve_request" in await answered(priya, told, "ask:R-1", DIRECT)


async def test_a_deputy_hears_of_it_too(chat: Chat, desk: Desk, helen: ScriptedPerson) -> None:
    today = desk.today
    await desk.commands.arrange_cover(
        viewer("Priya Nair"), email_of("Helen Marsh"), today, today + timedelta(days=30), idempotency_key="c"
    )
    await chat.office.ask("a")
    await chat.office.pass_days(6, clockwork=False)
    await chat.say_all()
    assert len(await seen(helen, DIRECT, "for Priya Nair to decide")) == 1


async def test_deliveries_that_stand_still_are_the_planners(chat: Chat, helen: ScriptedPerson) -> None:
    view = await chat.office.ask("a")
    await chat.office.stand(view, Status.ALLOCATED, 6)
    await chat.office.sweep.run()
    await chat.say_all()
    [told] = await seen(helen, "fleet", "1 delivery stands still")
    assert "R-1 for 6 days" in str(told)
    assert "R-1" in await answered(helen, told, "ask:deliveries", "fleet")
    await chat.office.stand(view, Status.DELIVERED, 0)
    await chat.office.sweep.run()
    await chat.say_all()
    [over] = await seen(helen, "fleet", "stands still")
    assert "Cleared" in str(over)
    assert over["ts"] == told["ts"]


def ageing(sequence: int, past: int) -> UnitAgeingMeasured:
    told = alerts.ageing(sequence, past, NOW)
    return msgspec.structs.replace(told, data=msgspec.structs.replace(told.data, deployed=4_000))


async def test_a_kind_that_grows_old_everywhere_is_the_planners(chat: Chat, helen: ScriptedPerson) -> None:
    for sequence, past in enumerate((500, 900, 1_300), start=1):
        await chat.office.hear(ageing(sequence, past))
        await chat.say_all()
    [told] = await seen(helen, "fleet", "All laptops: 32 % are past policy life")
    assert "by age" in await answered(helen, told, "ask:counts", "fleet")
    assert "next 12 months" in await answered(helen, told, "ask:due", "fleet")
    await chat.office.hear(ageing(9, 10))
    await chat.say_all()
    [over] = await seen(helen, "fleet", "All laptops")
    assert (over["ts"], "Cleared" in str(over)) == (told["ts"], True)


async def test_idle_devices_are_told_to_the_manager_of_their_command(
    chat: Chat, database_url: str, priya: ScriptedPerson, helen: ScriptedPerson
) -> None:
    register = await open_pool(database_url, "register")
    fleet = Fleet(chat.office.pool, register)
    await fleet.seen(range(100, 112), NOW)
    assert await fleet.look(31) == 1
    await chat.say_all()
    [told] = await seen(priya, DIRECT, "12 devices have not checked in for 30 days")
    assert await seen(helen, "fleet", "checked in") == []
    listed = await answered(priya, told, "ask:idle", DIRECT)
    assert "Idle for 30 days or longer: Central West" in listed
    await fleet.seen(range(100, 112), NOW + timedelta(days=31))
    assert await fleet.look(32) == 1
    await register.close()
    await chat.say_all()
    [over] = await seen(priya, DIRECT, "devices have not checked in")
    assert (over["ts"], "Cleared" in str(over)) == (told["ts"], True)
