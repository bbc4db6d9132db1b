"""Alerts of what waits on people, from real requests: found by the sweep, one a person, cleared by whoever acts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from schemas.events.alert import AlertCleared, AlertRaised, AlertUpdated
from schemas.vocabulary import AlertSeverity, Kind
from services.access.viewer import viewer_for
from services.database.pool import Pool, open_pool
from services.requests.commands import Requests
from services.requests.policy import own_policy
from services.requests.queries import Reason, RequestView
from services.requests.rules.machine import Status
from services.requests.sweep import WaitingSweep
from services.requests.waiting_queries import NAMED, SQL
from services.watch.queries import open_alerts
from tests.fixtures.people import email_of, small_directory, viewer
from tests.fixtures.request_policies import generous
from tests.integration.watch.test_watch_store import NOW, Watch

pytestmark = pytest.mark.integration
PRIYA, CATHERINE = email_of("Priya Nair"), email_of("Catherine Doyle")
OF_PRIYA, OF_CATHERINE = f"request-waiting:{PRIYA}", f"request-waiting:{CATHERINE}"
DELIVERIES = "delivery-waiting"


class Office(Watch):
    """Watch, and the requests it looks at, on one clock."""

    def __init__(self, pool: Pool, requests_pool: Pool) -> None:
        super().__init__(pool, small_directory())
        self.requests_pool = requests_pool
        self.requests = Requests(requests_pool, self.clock, small_directory(), policy=generous())
        self.clockwork = WaitingSweep(requests_pool, self.clock, small_directory(), own_policy().patience)

    async def ask(self, key: str, name: str = "Amara Osei") -> RequestView:
        return await self.requests.raise_request(
            viewer(name),
            device_id=None,
            kind=Kind.LAPTOP,
            reason=Reason.BROKEN,
            needed_by=None,
            accessibility_needs=False,
            explanation="Screen cracked",
            delivery_place="Charing Cross",
            idempotency_key=key,
        )

    async def pass_days(self, days: float, *, clockwork: bool = True) -> None:
        """A day at a time, as the sweeps do; without `clockwork` that of requests stands still."""
        until = self.clock.moment + timedelta(days=days)
        while self.clock.moment < until:
            self.clock.moment = min(until, self.clock.moment + timedelta(days=1))
            if clockwork:
                await self.clockwork.sweep()
            await self.sweep.run()

    async def stand(self, view: RequestView, status: Status, days: float) -> None:
        """The request has stood in a state for so many days."""
        await self.requests_pool.execute(
            "UPDATE requests.requests SET status = $2, waits_since = $3 WHERE request_id = $1",
            view.request_id,
            status,
            self.clock.moment - timedelta(days=days),
        )


@pytest_asyncio.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    pool, requests_pool = await open_pool(database_url, "watch"), await open_pool(database_url, "requests")
    yield Office(pool, requests_pool)
    await pool.close()
    await requests_pool.close()


async def test_what_the_clock_hands_on_is_nobodys_alert_until_it_stays_with_the_director(office: Office) -> None:
    """Three days with Priya, then five with Catherine, above whom there is nobody."""
    await office.ask("a")
    await office.ask("b")
    await office.pass_days(7)
    assert await office.told() == []
    await office.pass_days(1)
    [raised] = await office.told()
    assert isinstance(raised, AlertRaised)
    assert (raised.data.key, raised.data.owner, raised.data.in_channel) == (OF_CATHERINE, CATHERINE, False)
    assert raised.data.headline == "2 requests wait for Catherine Doyle to decide, the longest for 5 days"
    assert raised.data.about == ("R-1", "R-2")
    assert await office.sweep.run() == 0
    await office.pass_days(5)
    told = await office.told()
    assert [type(event) for event in told[1:]] == [AlertUpdated] * 5
    assert (told[-1].data.severity, told[-1].data.in_channel) == (AlertSeverity.WARNING, True)


async def test_it_ends_once_when_the_last_one_is_decided_and_begins_anew_another_time(office: Office) -> None:
    first, second = await office.ask("a"), await office.ask("b")
    await office.pass_days(8)
    director = viewer("Catherine Doyle")
    await office.requests.refuse(director, first.request_id, refusal="Not now", idempotency_key="r")
    assert await office.sweep.run() == 1
    await office.requests.ask(director, second.request_id, question="Which one?", idempotency_key="q")
    assert await office.sweep.run() == 1, "it waits on who asked, whom requests remind"
    assert await office.sweep.run() == 0
    await office.requests.answer(viewer("Amara Osei"), second.request_id, answer="That one", idempotency_key="a")
    await office.pass_days(2)
    assert [type(event) for event in await office.told()] == [AlertRaised, AlertUpdated, AlertCleared]
    await office.pass_days(3)
    last = (await office.told())[-1]
    assert isinstance(last, AlertRaised)
    assert (last.data.episode, last.data.about) == (2, ("R-2",))


async def test_each_person_has_an_alert_and_only_what_waits_on_them(office: Office) -> None:
    """The clock of requests stands still here, as if it were down: what it would settle is told all the same."""
    await office.ask("a")
    await office.ask("t", "Tom Whitfield")
    await office.pass_days(6, clockwork=False)
    alerts = await office.alerts()
    assert {key: each.about for key, each in alerts.items()} == {
        OF_PRIYA: ("R-1",),
        f"request-waiting:{email_of('Daniel Reyes')}": ("R-2",),
    }
    await office.pass_days(4, clockwork=False)
    assert {each.above for each in (await office.alerts()).values()} == {CATHERINE}


async def test_a_sweep_of_another_life_tells_nothing_twice(office: Office) -> None:
    await office.ask("a")
    await office.pass_days(6, clockwork=False)
    before = await office.told()
    another = Watch(office.pool, small_directory())
    another.clock.moment = office.clock.moment
    assert await another.sweep.run() == 0
    assert await office.told() == before


async def test_deliveries_that_nobody_touches_are_one_alert_until_they_move(office: Office) -> None:
    views = [await office.ask(str(number)) for number in range(4)]
    for view, status, days in zip(
        views, (Status.ALLOCATED, Status.SHIPPED, Status.ORDERED, Status.RETURN_DUE), (6, 12, 61, 90), strict=True
    ):
        await office.stand(view, status, days)
    await office.sweep.run()
    [raised] = await office.told()
    assert (raised.data.key, raised.data.owner, raised.data.in_channel) == (DELIVERIES, None, True)
    assert raised.data.headline == "2 deliveries stand still"
    assert raised.data.detail == ("1 set aside and not sent, R-1 for 6 days; 1 on order, R-3 for 61 days.")
    await office.stand(views[0], Status.SHIPPED, 0)
    await office.sweep.run()
    await office.stand(views[2], Status.ALLOCATED, 0)
    await office.sweep.run()
    assert [type(event) for event in await office.told()] == [AlertRaised, AlertUpdated, AlertCleared]


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("Catherine Doyle", True),
        ("Helen Marsh", True),
        ("Priya Nair", True),
        ("Daniel Reyes", False),
        ("Amara Osei", False),
    ],
)
async def test_it_is_seen_by_its_owner_and_by_those_who_see_all_units(office: Office, name: str, sees: bool) -> None:
    await office.ask("a")
    await office.pass_days(6, clockwork=False)
    async with office.pool.acquire() as connection:
        seen = await open_alerts(connection, viewer_for(email_of(name), small_directory()))
    assert [each.key for each in seen] == ([OF_PRIYA] if sees else [])


async def test_the_question_is_answered_by_an_index_however_many_requests_there_ever_were(office: Office) -> None:
    """A sweep asks every few seconds: it must not read what is long over."""
    async with office.requests_pool.acquire() as connection, connection.transaction():
        await connection.execute(
            """INSERT INTO requests.requests (request_id, reference, requester_email, requester_name, unit, kind,
                   reason, explanation, accessibility_needs, delivery_place, status, verdict, approver_email, raised_at,
                   waits_since)
               SELECT gen_random_uuid(), 'R-' || (100 + n), 'a@x', 'A', 'u', 'laptop', 'broken', '', false, '',
                      (ARRAY['closed', 'closed', 'closed', 'waiting_for_approval', 'allocated'])[1 + n % 5], '',
                      'p@x', $1, $1
               FROM generate_series(1, 5000) AS n""",
            NOW,
        )
        await connection.execute("ANALYZE requests.requests")
        limit = NOW - timedelta(days=4)
        arguments = {
            "decisions_waiting": (limit, NAMED),
            "deliveries_waiting": (["allocated", "shipped"], [limit, limit], NAMED),
        }
        for name, given in arguments.items():
            plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {SQL[name]}", *given))
            assert "requests_waiting_long" in plan, plan
            assert "Seq Scan on requests" not in plan, plan
