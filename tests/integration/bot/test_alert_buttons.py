"""The buttons of an alert, as people press them in Slack: one message says who is at it, whoever presses, and when."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.alert import Alert, AlertEvent, AlertRaised, AlertUpdated
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.watch.rules.snoozing import morning_of, tomorrow
from tests.fixtures.alerts import MILLION, balance
from tests.fixtures.delivery import deliver
from tests.fixtures.people import email_of, small_directory, viewer
from tests.fixtures.waiting import until
from tests.integration.watch.test_watch_store import LINE, NOW, Watch

pytestmark = pytest.mark.integration
DIRECT = "@quartermaster"
SUMS = "of the approved sum is reached"


class Chat:
    """Watch, and a bot that hears all it has told so far; both live at one time."""

    def __init__(self, watch: Watch, desk: Desk, settings: BotSettings, bot: Parts, pool: Pool) -> None:
        assert isinstance(desk.clock, FixedClock)
        desk.clock.moment = NOW
        self.desk = desk
        self.watch = watch
        self.clock = watch.clock = desk.clock
        self.watch.sweep._clock = self.watch.consumer._clock = desk.clock
        self.pool = pool
        self.consumer = BotConsumer(desk, settings, bot.sender.wake)
        self._heard = 0

    async def stands_at(self, millions: int) -> None:
        """The budget's word, which watch hears and the bot does not yet."""
        self._heard += 1
        await self.watch.hear(balance(self._heard, millions * MILLION, NOW))

    async def say_all(self) -> None:
        """All that watch told, twice, as a log may; until the sender has nothing left to say."""
        for _ in range(2):
            await deliver(self.pool, self.consumer.apply, await self.watch.told(), size=1)
        await self.all_said()

    async def all_said(self) -> None:
        async def done() -> bool:
            return not await self.pool.fetchval("SELECT count(*) FROM bot.outgoing WHERE state <> 'sent'")

        await until(done, "everything to be said")


@pytest.fixture
async def chat(database_url: str, desk: Desk, settings: BotSettings, bot: Parts, pool: Pool) -> AsyncIterator[Chat]:
    watch_pool = await open_pool(database_url, "watch")
    chat = Chat(Watch(watch_pool, small_directory()), desk, settings, bot, pool)
    await chat.stands_at(13)
    await chat.say_all()
    yield chat
    await watch_pool.close()


async def told(person: ScriptedPerson, channel: str = "budget") -> list[Json]:
    """The messages there that tell of the line."""
    return [each for each in await person.history(channel) if SUMS in str(each)]


async def pressed(person: ScriptedPerson, message: Json, action: str, channel: str = "budget") -> None:
    act = await person.press(message, action, channel=channel)
    assert act.outcome == "acknowledged", act


async def answered(person: ScriptedPerson, message: Json, action: str, channel: str = "budget") -> Json:
    """What only they read, once they pressed."""
    count = len(person.updates)
    await pressed(person, message, action, channel)
    return await person.wait_for_message(lambda each: bool(each.get("is_ephemeral")), after=count)


async def form(person: ScriptedPerson, message: Json, action: str, callback_id: str, channel: str = "budget") -> Json:
    await pressed(person, message, action, channel)
    return await person.wait_for_view(lambda view: view["callback_id"] == callback_id)


async def shows(person: ScriptedPerson, words: str, channel: str = "budget") -> Json:
    """The one message of the line, once it holds the words."""

    async def found() -> bool:
        return words in str(await told(person, channel))

    await until(found, f"“{words}” in #{channel}")
    [only] = await told(person, channel)
    return only


async def test_the_one_message_says_who_acknowledged_it(chat: Chat, idris: ScriptedPerson) -> None:
    [raised] = await told(idris)
    assert "Acknowledge" in str(raised)
    await pressed(idris, raised, "alert_acknowledge")
    seen = await shows(idris, "*Idris Bello* acknowledged it, 20 Nov 2024, 12:00.")
    assert seen["ts"] == raised["ts"]
    assert "alert_acknowledge" not in str(seen)
    await chat.say_all()
    assert str(await told(idris)) == str([seen])


async def test_many_presses_at_once_count_once(
    chat: Chat, idris: ScriptedPerson, catherine: ScriptedPerson, helen: ScriptedPerson
) -> None:
    [raised] = await told(idris)
    people = (idris, catherine, helen, idris, catherine)
    await asyncio.gather(*(pressed(person, raised, "alert_acknowledge") for person in people))
    await shows(idris, "acknowledged it")
    await chat.say_all()
    assert len([each for each in await chat.watch.told() if not isinstance(each, AlertRaised)]) == 1
    assert await chat.pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'acknowledge' AND granted") == 1


async def test_snoozed_it_sleeps_quietly_and_wakes_whoever_snoozed_it(chat: Chat, idris: ScriptedPerson) -> None:
    [raised] = await told(idris)
    view = await form(idris, raised, "alert_snooze", "alert_snooze_form")
    assert "Tomorrow morning, 21 Nov 2024, 08:00" in str(view)
    act = await idris.submit_view(view, {"snooze": "day"})
    assert act.errors == {"snooze_day": "Choose the day."}
    act = await idris.submit_view(view, {"snooze": "day", "snooze_day": "2024-11-20"})
    assert "still to come" in act.errors["snooze"]
    act = await idris.submit_view(view, {"snooze": "day", "snooze_day": "2024-12-24"})
    assert "31 days at most" in act.errors["snooze"]
    act = await idris.submit_view(view, {"snooze": "tomorrow"})
    assert "*Idris Bello* snoozed it until 21 Nov 2024, 08:00" in str(act.view)
    asleep = await shows(idris, ":zzz: *Idris Bello* snoozed it until 21 Nov 2024, 08:00")
    assert asleep["ts"] == raised["ts"]

    await chat.stands_at(20)
    await chat.say_all()
    louder = await shows(idris, f"75 % {SUMS}")
    assert ":zzz:" in str(louder)
    assert await told(idris, DIRECT) == []

    chat.clock.moment = morning_of(tomorrow(NOW))
    assert [await chat.watch.sweep.run() for _ in range(3)] == [1, 0, 0]
    await chat.say_all()
    awake = await shows(idris, "It was snoozed by *Idris Bello* and is awake again.")
    assert awake["ts"] == raised["ts"]
    [reminded] = await told(idris, DIRECT)
    await pressed(idris, reminded, "alert_acknowledge", DIRECT)
    for channel in ("budget", DIRECT):
        assert "alert_acknowledge" not in str(await shows(idris, "acknowledged it, 21 Nov 2024, 08:00", channel))


async def test_given_to_somebody_they_are_told_and_acknowledge_it(
    chat: Chat, idris: ScriptedPerson, helen: ScriptedPerson, amara: ScriptedPerson
) -> None:
    [raised] = await told(idris)
    view = await form(idris, raised, "alert_assign", "alert_assign_form")
    act = await idris.submit_view(view, {"assignee": amara.user_id})
    assert "They may not see this alert" in act.errors["assignee"]
    act = await idris.submit_view(view, {"assignee": helen.user_id})
    assert "*Helen Marsh* has it, given by *Idris Bello*" in str(act.view)
    await shows(idris, "*Helen Marsh* has it, given by *Idris Bello*, 20 Nov 2024, 12:00.")
    mine = await shows(helen, "*Helen Marsh* has it", DIRECT)
    await pressed(helen, mine, "alert_acknowledge", DIRECT)
    await shows(idris, "Acknowledged by *Helen Marsh*")
    await chat.stands_at(5)
    await chat.say_all()
    for channel in ("budget", DIRECT):
        over = await shows(helen, "Cleared", channel)
        assert "*Helen Marsh* has it" in str(over)
        assert "actions" not in str(over["blocks"])
    assert await told(amara, DIRECT) == []


@pytest.mark.parametrize("action", ["alert_acknowledge", "alert_snooze", "alert_assign"])
async def test_a_press_on_what_has_just_cleared_says_so(chat: Chat, idris: ScriptedPerson, action: str) -> None:
    """The bot has not heard of it yet, so the buttons are still there."""
    [raised] = await told(idris)
    await chat.stands_at(5)
    if action == "alert_acknowledge":
        said = str(await answered(idris, raised, action))
    else:
        said = str(await form(idris, raised, action, "done"))
    assert "It has cleared, so nothing is left to do about it." in said
    await chat.say_all()
    await shows(idris, "Cleared")


async def test_a_new_episode_has_a_message_of_its_own_and_begins_free(chat: Chat, idris: ScriptedPerson) -> None:
    [first] = await told(idris)
    await pressed(idris, first, "alert_acknowledge")
    await shows(idris, "acknowledged it")
    await chat.stands_at(5)
    await chat.stands_at(14)
    await chat.say_all()
    [fresh] = [each for each in await told(idris) if each["ts"] != first["ts"]]
    assert "acknowledged it" not in str(fresh)
    await pressed(idris, fresh, "alert_acknowledge")


async def test_the_list_shows_filters_and_has_the_buttons(
    chat: Chat, idris: ScriptedPerson, catherine: ScriptedPerson, priya: ScriptedPerson
) -> None:
    listed = await asked(idris, "/kit alerts")
    assert SUMS in str(listed)
    mine = await answered(idris, listed, "ask:alerts", "general")
    assert "no open alerts that are yours" in str(mine)
    count = len(idris.updates)
    await pressed(idris, listed, "alert_acknowledge", "general")
    done = await idris.wait_for_message(lambda each: "acknowledged it" in str(each) and SUMS in str(each), after=count)
    assert "alert_snooze" in str(done)
    assert SUMS in str(await asked(idris, "/kit alerts mine"))
    assert SUMS not in str(await asked(catherine, "/kit alerts mine"))
    assert "*Idris Bello* acknowledged it" in str(await asked(catherine, "/kit alerts"))
    assert SUMS not in str(await asked(priya, "/kit alerts"))
    await chat.all_said()
    await shows(catherine, "*Idris Bello* acknowledged it")


async def asked(person: ScriptedPerson, line: str) -> Json:
    count = len(person.updates)
    await person.slash(line)
    return await person.wait_for_message(lambda each: bool(each.get("is_ephemeral")), after=count)


async def a_life(chat: Chat) -> list[AlertEvent]:
    """Raised, acknowledged, snoozed, worse in words only, woken, given away, cleared."""
    commands, idris = chat.desk.alerts, viewer("Idris Bello")
    await commands.acknowledge(idris, LINE, 1, idempotency_key="a")
    await commands.snooze(idris, LINE, 1, until=morning_of(tomorrow(NOW)), idempotency_key="s")
    await chat.stands_at(14)
    chat.clock.moment = morning_of(tomorrow(NOW))
    await chat.watch.sweep.run()
    await commands.assign(idris, LINE, 1, assignee=email_of("Helen Marsh"), idempotency_key="g")
    await chat.stands_at(5)
    return await chat.watch.told()


async def test_any_order_of_words_ends_in_the_same_message(chat: Chat) -> None:
    events = await a_life(chat)
    assert len(events) == 7
    orders = [events, events[::-1], *itertools.islice(itertools.permutations(events), 7, 5000, 311)]
    ends = set()
    for order in orders:
        await chat.pool.execute("DELETE FROM bot.outgoing")
        for event in order:
            async with chat.pool.acquire() as connection, connection.transaction():
                await chat.consumer.apply(connection, [event])
        rows = await chat.pool.fetch("SELECT key, revision, body_text, blocks FROM bot.outgoing")
        assert len({(row["revision"], row["body_text"], str(row["blocks"])) for row in rows}) == 1, "all say the same"
        [channel] = [row for row in rows if row["key"] == f"alert/{LINE}/1"]
        ends.add((channel["revision"], channel["body_text"], str(channel["blocks"])))
    assert len(ends) == 1
    assert "Cleared" in str(ends)


async def test_while_it_is_snoozed_nobody_else_is_told(chat: Chat) -> None:
    """That it has grown old, and is for somebody above too, waits until it wakes."""
    raised = (await chat.watch.told())[0].data
    asleep = replace(
        raised,
        revision=2,
        snoozed_by=email_of("Idris Bello"),
        snoozed_until=NOW + timedelta(days=1),
        snoozed_severity=raised.severity,
    )
    older = replace(asleep, revision=3, owner=email_of("Priya Nair"), above=email_of("Catherine Doyle"))
    awake = replace(older, revision=4, snoozed_until=None, snoozed_severity=None, wakes=1)
    assert await keys(chat, asleep) == await keys(chat, older) == [""]
    told = await keys(chat, awake)
    people = [email_of(name) for name in ("Catherine Doyle", "Priya Nair")]
    assert told == ["", f"/awake-1/{email_of('Idris Bello')}", *(f"/{each}" for each in people)]


async def keys(chat: Chat, alert: Alert) -> list[str]:
    event = AlertUpdated(id=f"{alert.revision}", source="s", time=NOW, subject=alert.key, data=alert)
    async with chat.pool.acquire() as connection, connection.transaction():
        await chat.consumer.apply(connection, [event])
    rows = await chat.pool.fetch('SELECT key FROM bot.outgoing ORDER BY key COLLATE "C"')
    return [row["key"].removeprefix(f"alert/{LINE}/1") for row in rows]
