"""Acknowledging, snoozing and assigning on a real database: once each, whoever presses, whatever is told meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from schemas.events.alert import (
    Alert,
    AlertAcknowledged,
    AlertAssigned,
    AlertCleared,
    AlertRaised,
    AlertSnoozed,
    AlertUpdated,
    AlertWoken,
)
from schemas.vocabulary import AlertSeverity
from services.access.viewer import Viewer
from services.database.pool import Pool, open_pool
from services.errors import NotAllowed, NotFound, RuleBroken
from services.requests.commands import Requests
from services.watch import queries, store
from services.watch.commands import Alerts
from services.watch.queries import Cause
from services.watch.rules.snoozing import morning_of, tomorrow
from tests.fixtures.alerts import MILLION, ageing, balance
from tests.fixtures.people import small_directory, viewer
from tests.integration.watch.test_watch_store import LINE, NOW, Watch

pytestmark = pytest.mark.integration
HELEN, IDRIS, CATHERINE, RUTH = (
    viewer(name) for name in ("Helen Marsh", "Idris Bello", "Catherine Doyle", "Ruth Adeyemi")
)
PRIYA, DANIEL, AMARA, TOM = (viewer(name) for name in ("Priya Nair", "Daniel Reyes", "Amara Osei", "Tom Whitfield"))
EVERYBODY = (HELEN, IDRIS, CATHERINE, RUTH, PRIYA, DANIEL, AMARA, TOM)
OF_WEST = "past-policy-life:central-west"
MORNING = morning_of(tomorrow(NOW))


class Handled(Watch):
    """Watch with the commands, and one alert of a budget line."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool, small_directory())
        self.commands = Alerts(pool, self.clock, small_directory())
        self.heard = 0

    async def stands_at(self, millions: int) -> None:
        self.heard += 1
        await self.hear(balance(self.heard, millions * MILLION, NOW))

    async def acknowledge(self, who: Viewer, key: str = "a", episode: int = 1, alert: str = LINE) -> queries.AlertView:
        return await self.commands.acknowledge(who, alert, episode, idempotency_key=key)

    async def snooze(self, who: Viewer, key: str = "s", until: datetime = MORNING, episode: int = 1) -> Any:
        return await self.commands.snooze(who, LINE, episode, until=until, idempotency_key=key)

    async def assign(self, who: Viewer, to: Viewer, key: str = "g", episode: int = 1) -> queries.AlertView:
        return await self.commands.assign(who, LINE, episode, assignee=to.email, idempotency_key=key)

    async def audited(self, who: Viewer) -> list[tuple[str, str, bool]]:
        rows = await self.pool.fetch(
            "SELECT action, subject, granted FROM access.audit WHERE email = $1 ORDER BY at, action", who.email
        )
        return [(row["action"], row["subject"], row["granted"]) for row in rows]

    async def seen_by(self, who: Viewer) -> list[queries.AlertView]:
        async with self.pool.acquire() as connection:
            return await queries.open_alerts(connection, who, self.clock.moment.date())

    async def line(self) -> Alert:
        return (await self.alerts())[LINE]


@pytest_asyncio.fixture
async def watch(database_url: str) -> AsyncIterator[Handled]:
    pool = await open_pool(database_url, "watch", size=8)
    handled = Handled(pool)
    await handled.stands_at(13)
    yield handled
    await pool.close()


async def test_acknowledged_once_audited_and_told(watch: Handled) -> None:
    view = await watch.acknowledge(IDRIS)
    assert (view.acknowledged_by, view.acknowledged_at, view.revision) == (IDRIS.email, NOW, 2)
    assert Cause.ACKNOWLEDGE not in view.may
    told = (await watch.told())[-1]
    assert isinstance(told, AlertAcknowledged)
    assert (told.data, told.id) == (await watch.line(), f"{LINE}/1/2")
    assert await watch.audited(IDRIS) == [("acknowledge", LINE, True)]


async def test_one_key_counts_once_and_another_is_told_that_somebody_has(watch: Handled) -> None:
    first = await watch.acknowledge(IDRIS)
    assert await watch.acknowledge(IDRIS) == first
    with pytest.raises(RuleBroken, match="Somebody has acknowledged it"):
        await watch.acknowledge(CATHERINE)
    assert await watch.kinds() == [AlertRaised, AlertAcknowledged]
    assert await watch.audited(CATHERINE) == [("acknowledge", LINE, False)]


async def test_a_key_is_of_one_alert(watch: Handled) -> None:
    await watch.hear(ageing(1, 25, NOW))
    await watch.acknowledge(HELEN)
    with pytest.raises(RuleBroken, match="another alert"):
        await watch.acknowledge(HELEN, alert=OF_WEST)


async def test_two_people_and_repeats_at_once_acknowledge_once(watch: Handled) -> None:
    presses = [watch.acknowledge(who, f"{who.email} {n % 2}") for n in range(4) for who in (IDRIS, CATHERINE, HELEN)]
    done = await asyncio.gather(*presses, return_exceptions=True)
    assert {type(each) for each in done} == {queries.AlertView, RuleBroken}
    assert await watch.kinds() == [AlertRaised, AlertAcknowledged]


async def test_pressed_while_watch_judges_nothing_is_lost(watch: Handled) -> None:
    """Judging reads an alert, people act on it, and judging writes it: both must stand in the end."""

    async def presses() -> None:
        for n in range(12):
            await watch.snooze((IDRIS, CATHERINE)[n % 2], f"s{n}", MORNING + timedelta(days=n))

    async def judges() -> None:
        for n in range(12):
            await watch.stands_at((14, 15)[n % 2])

    await asyncio.gather(presses(), judges())
    told = await watch.told()
    assert [type(each) for each in told].count(AlertSnoozed) == 12
    assert [type(each) for each in told].count(AlertUpdated) == 12
    assert sorted(each.data.revision for each in told) == list(range(1, len(told) + 1))
    last = max((each.data for each in told), key=lambda each: each.revision)
    assert last == await watch.line()
    assert last.snoozed_until == MORNING + timedelta(days=11)


async def test_it_wakes_once_when_its_time_comes_whatever_replicas_sweep(watch: Handled) -> None:
    view = await watch.snooze(IDRIS)
    assert (view.snoozed_by, view.snoozed_until) == (IDRIS.email, MORNING)
    assert await watch.sweep.run() == 0
    watch.clock.moment = MORNING - timedelta(seconds=1)
    assert await watch.sweep.run() == 0
    watch.clock.moment = MORNING
    await asyncio.gather(*(Handled(watch.pool).sweep.run() for _ in range(3)), watch.sweep.run(), watch.sweep.run())
    await watch.sweep.run()
    assert await watch.kinds() == [AlertRaised, AlertSnoozed, AlertWoken]
    line = await watch.line()
    assert (line.snoozed_until, line.snoozed_by, line.wakes) == (None, IDRIS.email, 1)
    assert [each.key for each in await watch.seen_by(IDRIS)] == [LINE]


async def test_only_a_step_of_severity_wakes_it_before(watch: Handled) -> None:
    await watch.snooze(IDRIS)
    await watch.stands_at(20)
    line = await watch.line()
    assert (line.threshold, line.severity, line.snoozed_until) == (75, AlertSeverity.NOTICE, MORNING)
    await watch.stands_at(24)
    line = await watch.line()
    assert (line.severity, line.snoozed_until, line.wakes) == (AlertSeverity.WARNING, None, 1)
    watch.clock.moment = MORNING
    await watch.sweep.run()
    assert await watch.kinds() == [AlertRaised, AlertSnoozed, AlertUpdated, AlertUpdated]


async def test_what_clears_stays_clear_and_a_press_after_it_says_so(watch: Handled) -> None:
    await watch.snooze(IDRIS)
    await watch.stands_at(5)
    watch.clock.moment = MORNING
    assert await watch.sweep.run() == 0
    for press in (
        watch.acknowledge(IDRIS),
        watch.snooze(IDRIS, "t", MORNING + timedelta(days=1)),
        watch.assign(IDRIS, HELEN),
    ):
        with pytest.raises(RuleBroken, match="It has cleared"):
            await press
    assert await watch.kinds() == [AlertRaised, AlertSnoozed, AlertCleared]


async def test_a_new_episode_begins_free_and_old_buttons_do_not_touch_it(watch: Handled) -> None:
    await watch.assign(IDRIS, HELEN)
    await watch.stands_at(5)
    await watch.stands_at(14)
    line = await watch.line()
    assert (line.episode, line.assigned_to, line.acknowledged_by, line.wakes) == (2, None, None, 0)
    with pytest.raises(RuleBroken, match="It has cleared"):
        await watch.acknowledge(IDRIS)
    with pytest.raises(NotFound):
        await watch.acknowledge(IDRIS, episode=3)
    assert (await watch.acknowledge(IDRIS, "b", episode=2)).acknowledged_by == IDRIS.email


async def test_given_to_somebody_who_acknowledges_it_or_taken_on_oneself(watch: Handled) -> None:
    await watch.acknowledge(CATHERINE)
    view = await watch.assign(CATHERINE, HELEN)
    assert (view.assigned_to, view.assigned_by, view.acknowledged_by) == (HELEN.email, CATHERINE.email, None)
    with pytest.raises(RuleBroken, match="theirs already"):
        await watch.assign(IDRIS, HELEN, "again")
    assert (await watch.acknowledge(HELEN, "h")).acknowledged_by == HELEN.email
    view = await watch.assign(IDRIS, IDRIS, "mine")
    assert (view.assigned_to, view.acknowledged_by) == (IDRIS.email, IDRIS.email)
    kinds = [AlertRaised, AlertAcknowledged, AlertAssigned, AlertAcknowledged, AlertAssigned]
    assert await watch.kinds() == kinds


@pytest.mark.parametrize(
    ("to", "says"), [(AMARA, "may not see"), (PRIYA, "may not see"), (RUTH, "may read alerts but do nothing")]
)
async def test_only_somebody_who_may_see_it_and_act_can_have_it(watch: Handled, to: Viewer, says: str) -> None:
    with pytest.raises(RuleBroken, match=says):
        await watch.assign(IDRIS, to)
    assert await watch.kinds() == [AlertRaised]


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), MORNING + timedelta(days=31)])
async def test_a_snooze_ends_in_the_month_to_come(watch: Handled, until: datetime) -> None:
    with pytest.raises(RuleBroken, match=r"still to come|31 days at most"):
        await watch.snooze(IDRIS, until=until)
    assert await watch.kinds() == [AlertRaised]


@pytest.mark.parametrize(("who", "error"), [(AMARA, NotFound), (PRIYA, NotFound), (RUTH, NotAllowed)])
async def test_for_whom_it_is_not_is_refused_and_audited(watch: Handled, who: Viewer, error: type[Exception]) -> None:
    for press in (watch.acknowledge(who), watch.snooze(who), watch.assign(who, IDRIS)):
        with pytest.raises(error):
            await press
    refused = [("acknowledge", LINE, False), ("assign", LINE, False), ("snooze", LINE, False)]
    assert sorted(await watch.audited(who)) == refused
    assert await watch.kinds() == [AlertRaised]


async def test_who_covers_for_its_owner_sees_it_and_may(watch: Handled, database_url: str) -> None:
    mine = Alert(
        key="of priya",
        episode=1,
        revision=1,
        condition="request-waiting",
        severity=AlertSeverity.NOTICE,
        audience="fleet",
        headline="h",
        detail="d",
        raised_at=NOW,
        owner=PRIYA.email,
        in_channel=False,
    )
    async with watch.pool.acquire() as connection:
        await store.keep_alerts(connection, [mine])
    with pytest.raises(NotFound):
        await watch.acknowledge(DANIEL, alert="of priya")
    requests_pool = await open_pool(database_url, "requests")
    requests = Requests(requests_pool, watch.clock, small_directory())
    today = NOW.date()
    await requests.arrange_cover(PRIYA, DANIEL.email, today, today + timedelta(days=2), idempotency_key="c")
    await requests_pool.close()
    assert [(each.key, each.is_mine) for each in await watch.seen_by(DANIEL)] == [("of priya", True)]
    assert (await watch.acknowledge(DANIEL, "d", alert="of priya")).acknowledged_by == DANIEL.email


async def test_what_may_be_done_is_offered_to_those_who_may_and_no_others(watch: Handled) -> None:
    """A list's buttons, a form's door and the command agree."""
    await watch.hear(ageing(1, 25, NOW))
    wrong = []
    for n, who in enumerate(EVERYBODY):
        offered = {each.key: Cause.SNOOZE in each.may for each in await watch.seen_by(who)}
        for key in (LINE, OF_WEST):
            until = MORNING + timedelta(days=n)
            came: bool | None = True
            try:
                await watch.commands.snooze(who, key, 1, until=until, idempotency_key=f"{n} {key}")
            except NotFound:
                came = None
            except NotAllowed:
                came = False
            if offered.get(key) is not came:
                wrong.append(f"{who.name}: {key} offered {offered.get(key)}, came {came}")
    assert not wrong
