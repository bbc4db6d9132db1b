"""Watch on a real database: events in, alerts and outgoing events out, whatever the order and however often."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import pytest_asyncio

from schemas.envelope import Event
from schemas.events.alert import Alert, AlertCleared, AlertEvent, AlertRaised, AlertUpdated
from services.access.directory import Directory, Person
from services.access.viewer import viewer_for
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.eventlog import inbox, outbox
from services.watch.consumer import WatchConsumer
from services.watch.evaluation import Evaluation
from services.watch.queries import open_alerts
from services.watch.store import SQL, last_lives
from services.watch.sweep import Sweep
from services.watch.thresholds import load_thresholds
from tests.fixtures.alerts import DIRECTORY, MILLION, ageing, balance, conflict, failed

pytestmark = pytest.mark.integration
NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
LINE = "budget-crossing:2024/25:refresh-and-bau"
MODEL = "failing-model:Latitude 5440"


class Watch:
    """Watch's inside without its stream."""

    def __init__(self, pool: Pool, directory: Directory = DIRECTORY) -> None:
        self.pool = pool
        self.clock = FixedClock(NOW)
        evaluation = Evaluation(load_thresholds(), directory)
        self.consumer = WatchConsumer(evaluation, self.clock)
        self.sweep = Sweep(evaluation, self.clock, pool)

    async def hear(self, *events: Event) -> None:
        """As the applier does: inbox, effect and outbox in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            fresh = await inbox.accept(connection, events)
            if fresh:
                await outbox.append(connection, await self.consumer.apply(connection, fresh))

    async def told(self) -> list[AlertEvent]:
        """Everything that was told, in order."""
        rows = await self.pool.fetch("SELECT event FROM outbox ORDER BY position")
        return [msgspec.json.decode(row["event"], type=AlertEvent) for row in rows]

    async def kinds(self) -> list[type[Event]]:
        return [type(event) for event in await self.told()]

    async def alerts(self) -> dict[str, Alert]:
        """The latest life of every key."""
        keys = [row["key"] for row in await self.pool.fetch("SELECT DISTINCT key FROM watch.alerts")]
        async with self.pool.acquire() as connection:
            return await last_lives(connection, keys)


@pytest_asyncio.fixture
async def watch(database_url: str) -> AsyncIterator[Watch]:
    pool = await open_pool(database_url, "watch")
    yield Watch(pool)
    await pool.close()


def an_outbreak(first_ticket: int = 0) -> list[Event]:
    """16 failures this week and 3 in the week before, after a steady past of one in two and a half days."""
    old = [failed(first_ticket + 100 + n, NOW - timedelta(days=15 + 2.5 * n)) for n in range(75)]
    before = [failed(first_ticket + 1 + n, NOW - timedelta(days=8, hours=n)) for n in range(3)]
    recent = [failed(first_ticket + 10 + n, NOW - timedelta(days=1, hours=n)) for n in range(16)]
    return [*old, *before, *recent]


async def test_a_line_is_told_once_a_step_and_cleared_once(watch: Watch) -> None:
    for sequence, millions in enumerate([10, 13, 13, 14, 20, 24, 26, 5, 5], start=1):
        await watch.hear(balance(sequence, millions * MILLION, NOW))
    told = await watch.told()
    assert [(type(event), event.data.threshold) for event in told if not _only_words(event, told)] == [
        (AlertRaised, 50),
        (AlertUpdated, 75),
        (AlertUpdated, 90),
        (AlertUpdated, 100),
        (AlertCleared, 100),
    ]
    assert {event.subject for event in told} == {LINE}
    assert [event.data.revision for event in told] == list(range(1, len(told) + 1))


def _only_words(event: AlertEvent, told: Sequence[AlertEvent]) -> bool:
    place = told.index(event)
    return isinstance(event, AlertUpdated) and told[place - 1].data.threshold == event.data.threshold


async def test_an_older_balance_that_comes_late_turns_nothing_back(watch: Watch) -> None:
    await watch.hear(balance(7, 20 * MILLION, NOW))
    before = await watch.told()
    await watch.hear(balance(3, 5 * MILLION, NOW))
    assert await watch.told() == before
    assert (await watch.alerts())[LINE].threshold == 75


async def test_a_prior_year_spent_to_the_last_penny_is_no_alert(watch: Watch) -> None:
    await watch.hear(balance(1, 25 * MILLION, NOW, year="2022/23"))
    assert await watch.told() == []


async def test_the_year_ends_and_the_sweep_clears_its_alert_once(watch: Watch) -> None:
    await watch.hear(balance(1, 20 * MILLION, NOW))
    assert await watch.sweep.run() == 0
    watch.clock.moment = datetime(2025, 4, 1, 12, tzinfo=UTC)
    assert await watch.sweep.run() == 1
    assert await watch.sweep.run() == 0
    assert await watch.kinds() == [AlertRaised, AlertCleared]


async def test_an_outbreak_is_raised_and_passing_time_alone_clears_it(watch: Watch) -> None:
    await watch.hear(*an_outbreak())
    (alert,) = (await watch.alerts()).values()
    assert (alert.key, alert.measured, alert.threshold) == (MODEL, 16, 3)
    for _ in range(90):
        watch.clock.advance(timedelta(days=1))
        await watch.sweep.run()
    kinds = await watch.kinds()
    assert kinds.count(AlertRaised) == kinds.count(AlertCleared) == 1
    assert kinds[-1] is AlertCleared


async def test_withdrawn_tickets_take_the_alert_back_and_repeats_count_once(watch: Watch) -> None:
    outbreak = an_outbreak()
    await watch.hear(*outbreak)
    again = [msgspec.structs.replace(event, id=f"{event.id}/told again") for event in outbreak]
    await watch.hear(*again)
    assert await watch.kinds() == [AlertRaised]
    await watch.hear(*(failed(10 + n, NOW - timedelta(days=1, hours=n), withdrawn=True) for n in range(12)))
    assert await watch.kinds() == [AlertRaised, AlertCleared]


async def test_a_failure_whose_model_is_learnt_later_counts_for_it(watch: Watch) -> None:
    outbreak = an_outbreak()
    await watch.hear(*(failed(int(e.data.ticket[3:]), e.time, model=None) for e in outbreak))
    assert await watch.told() == []
    await watch.hear(*outbreak)
    assert await watch.kinds() == [AlertRaised]


@pytest.mark.parametrize("seed", range(6))
async def test_shuffled_and_doubled_events_end_in_the_same_alerts(watch: Watch, seed: int) -> None:
    run: list[Event] = [
        *(balance(n, share * MILLION, NOW) for n, share in enumerate([5, 10, 16, 20, 23], start=1)),
        *(ageing(n, past, NOW) for n, past in enumerate([5, 15, 25, 35], start=1)),
        *(ageing(n, past, NOW, unit="central-north") for n, past in enumerate([35, 25, 5], start=1)),
        *an_outbreak(),
        *(failed(500 + n, NOW - timedelta(days=1), model="EliteBook 840") for n in range(30)),
        *(failed(500 + n, NOW - timedelta(days=1), model="EliteBook 840", withdrawn=True) for n in range(30)),
    ]
    doubled = run * 2
    chance = random.Random(seed)
    chance.shuffle(doubled)
    while doubled:
        size = chance.randint(1, 40)
        await watch.hear(*doubled[:size])
        doubled = doubled[size:]
    await watch.sweep.run()
    now_open = {
        key: (alert.severity.value, alert.measured, alert.threshold)
        for key, alert in (await watch.alerts()).items()
        if alert.cleared_at is None
    }
    assert now_open == {
        LINE: ("warning", 92, 90),
        "past-policy-life:central-west": ("critical", 35, 30),
        MODEL: ("warning", 16, 3),
    }
    for key in {event.subject for event in await watch.told()}:
        turns = [type(e) for e in await watch.told() if e.subject == key and not isinstance(e, AlertUpdated)]
        assert turns == [AlertRaised, AlertCleared][: len(turns)] or turns[::2] == [AlertRaised] * len(turns[::2])
        assert all(kind is AlertCleared for kind in turns[1::2])
    assert len({event.id for event in await watch.told()}) == len(await watch.told())


async def test_what_was_said_of_a_unit_that_is_no_more_is_cleared(watch: Watch) -> None:
    await watch.hear(ageing(1, 25, NOW))
    await watch.pool.execute("DELETE FROM watch.ageing")
    assert await watch.sweep.run() == 1
    assert await watch.kinds() == [AlertRaised, AlertCleared]


async def test_a_sweep_leaves_the_judging_to_whoever_is_at_it(watch: Watch) -> None:
    await watch.hear(balance(1, 20 * MILLION, NOW))
    watch.clock.moment = datetime(2025, 4, 1, 12, tzinfo=UTC)
    async with watch.pool.acquire() as other, other.transaction():
        await other.execute(SQL["one_evaluation_at_a_time"])
        assert await watch.sweep.run() == 0
    assert await watch.sweep.run() == 1


async def test_who_sees_which_alert(watch: Watch) -> None:
    await watch.hear(balance(1, 20 * MILLION, NOW), ageing(1, 25, NOW), *an_outbreak())
    await watch.hear(ageing(1, 35, NOW, unit="central-north"))
    people = [
        ("staff", "central-west", {"staff"}),
        ("manager", "central-west", {"manager"}),
        ("planner", "met", {"planner"}),
        ("finance", "met", {"finance"}),
        ("director", "met", {"director"}),
        ("auditor", "met", {"auditor"}),
    ]
    directory = Directory(
        DIRECTORY.units.values(),
        [
            msgspec.convert(
                {"email": f"{name}@metropolitan.example", "name": name, "unit": unit, "roles": list(roles)}, Person
            )
            for name, unit, roles in people
        ],
    )
    west, north = "past-policy-life:central-west", "past-policy-life:central-north"
    async with watch.pool.acquire() as connection:
        seen = {
            name: [
                alert.key
                for alert in await open_alerts(connection, viewer_for(f"{name}@metropolitan.example", directory))
            ]
            for name, _, _ in people
        }
        stranger = await open_alerts(connection, viewer_for("nobody@metropolitan.example", directory))
    assert seen["staff"] == []
    assert stranger == []
    assert seen["manager"] == [west]
    for name in ("planner", "finance", "director", "auditor"):
        assert seen[name][0] == north, "the most severe first"
        assert set(seen[name]) == {west, north, LINE, MODEL}


CONFLICTS: list[Event] = [
    conflict(1, 1, NOW),
    conflict(2, 1, NOW),
    conflict(1, 2, NOW, settled=True),
    conflict(1, 3, NOW),
    conflict(1, 4, NOW, settled=True),
    conflict(2, 2, NOW, settled=True),
]


async def test_conflicts_are_one_alert_until_the_last_is_settled(watch: Watch) -> None:
    for event in CONFLICTS[:5]:
        await watch.hear(event)
    assert (await watch.alerts())["identity-conflict"].headline == "1 serial number is claimed by two records"
    await watch.hear(CONFLICTS[5])
    assert (await watch.kinds())[0] is AlertRaised
    assert (await watch.kinds())[-1] is AlertCleared
    assert {event.subject for event in await watch.told()} == {"identity-conflict"}
    assert await watch.sweep.run() == 0


@pytest.mark.parametrize("seed", range(4))
async def test_no_order_of_words_leaves_a_settled_conflict_open(watch: Watch, seed: int) -> None:
    events = CONFLICTS * 2
    random.Random(seed).shuffle(events)
    for event in events:
        await watch.hear(event)
    assert (await watch.kinds())[-1] is AlertCleared


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("together", [False, True])
async def test_a_ticket_opened_again_counts_after_all(watch: Watch, turned: bool, together: bool) -> None:
    words = [failed(1, NOW, withdrawn=revision == 2, revision=revision) for revision in (1, 2, 3)]
    words = words[::-1] if turned else words
    for batch in [words] if together else [[word] for word in words]:
        await watch.hear(*batch)
    assert await watch.pool.fetchval("SELECT withdrawn FROM watch.failures") is False
