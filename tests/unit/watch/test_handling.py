"""What people do about an alert, in any order with its condition: told once, and its fields say where it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.alert import Alert, AlertCleared, AlertRaised
from schemas.vocabulary import AlertSeverity
from services.machines import NEW, Actor
from services.watch.conditions.finding import Finding, Verdict
from services.watch.rules import handling, snoozing
from services.watch.rules.actors import actors_of, is_mine
from services.watch.rules.guards import Facts, holds
from services.watch.rules.life import next_event, wake_event
from services.watch.rules.machine import ALERT, PEOPLE, AlertState, Cause
from tests.fixtures.people import email_of, viewer

START = datetime(2024, 11, 20, 12, tzinfo=UTC)
HELEN, IDRIS = "helen@x", "idris@x"

findings = st.builds(
    Finding,
    severity=st.sampled_from(AlertSeverity),
    audience=st.just("fleet"),
    headline=st.sampled_from(["many", "most"]),
    detail=st.just("d"),
)
acts = st.one_of(
    st.tuples(st.just("judged"), st.none() | findings),
    st.tuples(st.just("acknowledge"), st.sampled_from([HELEN, IDRIS])),
    st.tuples(st.just("snooze"), st.integers(1, 5)),
    st.tuples(st.just("assign"), st.sampled_from([HELEN, IDRIS])),
    st.tuples(st.just("pass"), st.integers(1, 5)),
)


class Life:
    """An alert under all that may happen to it, by the machine's leave."""

    def __init__(self) -> None:
        self.now = START
        self.alert: Alert | None = None
        self.told: list[Any] = []

    @property
    def state(self) -> str:
        return NEW if self.alert is None else handling.state_of(self.alert)

    def happen(self, what: str, with_: Any) -> None:
        self.now += timedelta(seconds=1)
        before = self.alert
        if what == "judged":
            event = next_event(before, Verdict(key="k", condition="c", finding=with_), self.now)
            if event is not None:
                self.tell(event.data, event)
        elif what == "pass":
            self.now += timedelta(days=with_)
            if before is not None and (woke := wake_event(before, self.now)) is not None:
                self.tell(woke.data, woke)
                assert wake_event(woke.data, self.now) is None, "it wakes once"
        elif before is not None:
            self.press(before, Cause(what), with_)

    def press(self, alert: Alert, cause: Cause, with_: Any) -> None:
        facts = Facts(wanted=with_, assignee=alert.assigned_to, by=HELEN, wanted_sees_it=True, wanted_may_act=True)
        if cause is not Cause.ASSIGN:
            facts = Facts()
        step = ALERT.step(self.state, cause, PEOPLE, lambda guard: holds(guard, facts))
        if step is None:
            return
        if cause is Cause.ACKNOWLEDGE:
            done = handling.acknowledged(alert, with_, self.now)
        elif cause is Cause.SNOOZE:
            done = handling.snoozed(alert, HELEN, self.now + timedelta(days=with_))
        else:
            done = handling.assigned(alert, with_, HELEN, self.now)
        self.tell(done, None)
        assert self.state == step.target

    def tell(self, alert: Alert, event: Any) -> None:
        self.alert = alert
        self.told.append((alert, event))


@given(st.lists(acts, max_size=40))
def test_every_step_is_one_of_the_machines_and_every_revision_is_told_once(steps: list[tuple[str, Any]]) -> None:
    life = Life()
    for what, with_ in steps:
        before, state, count = life.alert, life.state, len(life.told)
        life.happen(what, with_)
        if len(life.told) == count:
            continue
        after = life.alert
        assert after is not None
        new = before is None or before.cleared_at is not None
        assert after.revision == (1 if new else before.revision + 1)  # type: ignore[union-attr]  # it is none where new
        ways = {step.target for step in ALERT.steps_from(NEW if new else state)}
        assert handling.state_of(after) in ways
        assert after.snoozed_until is None or after.acknowledged_at is None
        assert (after.snoozed_until is None) == (after.snoozed_severity is None)
    ids = [(alert.episode, alert.revision) for alert, _ in life.told]
    assert ids == sorted(set(ids))


@given(st.lists(acts, max_size=40))
def test_what_is_snoozed_sleeps_until_its_time_a_person_or_a_higher_severity(steps: list[tuple[str, Any]]) -> None:
    life = Life()
    for what, with_ in steps:
        asleep, before = life.state == AlertState.SNOOZED, life.alert
        life.happen(what, with_)
        if not asleep or life.state == AlertState.SNOOZED:
            continue
        assert before is not None
        assert before.snoozed_until is not None
        assert before.snoozed_severity is not None
        assert life.alert is not None
        if what == "pass":
            assert life.now >= before.snoozed_until
            assert life.alert.wakes == before.wakes + 1
        elif what == "judged" and with_ is not None:
            order = list(AlertSeverity)
            assert order.index(with_.severity) > order.index(before.snoozed_severity)
            assert life.alert.wakes == before.wakes + 1
        else:
            assert life.alert.wakes == before.wakes


@given(st.lists(acts, max_size=40))
def test_a_new_life_begins_free(steps: list[tuple[str, Any]]) -> None:
    life = Life()
    for what, with_ in steps:
        life.happen(what, with_)
    for alert, event in life.told:
        if isinstance(event, AlertRaised):
            assert handling.state_of(alert) is AlertState.RAISED
            people = (alert.acknowledged_by, alert.snoozed_by, alert.assigned_to)
            assert (people, alert.wakes) == ((None, None, None), 0)
        if isinstance(event, AlertCleared):
            assert handling.state_of(alert) is AlertState.CLEARED


def alert(**fields: Any) -> Alert:
    given = {"key": "k", "episode": 1, "revision": 1, "condition": "c", "headline": "h", "detail": "d"}
    return Alert(**given | {"severity": AlertSeverity.WARNING, "audience": "fleet", "raised_at": START} | fields)


@pytest.mark.parametrize(
    ("name", "fields", "are"),
    [
        ("Priya Nair", {"owner": email_of("Priya Nair")}, {Actor.OWNER}),
        ("Priya Nair", {"above": email_of("Priya Nair")}, {Actor.ABOVE}),
        ("Priya Nair", {"unit": "central-west-response"}, {Actor.ABOVE}),
        ("Priya Nair", {"unit": "central-north"}, set()),
        ("Daniel Reyes", {"assigned_to": email_of("Daniel Reyes")}, {Actor.ASSIGNEE}),
        ("Helen Marsh", {}, {Actor.AUDIENCE}),
        ("Helen Marsh", {"audience": "budget"}, {Actor.AUDIENCE}),
        ("Helen Marsh", {"audience": "commercial"}, set()),
        ("Idris Bello", {}, set()),
        ("Idris Bello", {"audience": "commercial"}, {Actor.AUDIENCE}),
        ("Catherine Doyle", {"audience": "operations"}, {Actor.AUDIENCE}),
        ("Ruth Adeyemi", {"audience": "budget"}, set()),
        ("Amara Osei", {"unit": "central-west-response"}, set()),
    ],
)
def test_what_somebody_is_to_an_alert(name: str, fields: dict[str, Any], are: set[Actor]) -> None:
    assert actors_of(viewer(name), alert(**fields)) == are


def test_who_covers_for_the_owner_is_as_good_as_they_are() -> None:
    of_priya = alert(owner=email_of("Priya Nair"))
    assert actors_of(viewer("Daniel Reyes"), of_priya, [email_of("Priya Nair")]) == {Actor.OWNER}
    assert is_mine(viewer("Daniel Reyes"), of_priya, [email_of("Priya Nair")])
    assert not is_mine(viewer("Daniel Reyes"), of_priya)


def test_whose_it_is_moves_with_who_has_it() -> None:
    seen = handling.acknowledged(alert(), email_of("Helen Marsh"), START)
    assert is_mine(viewer("Helen Marsh"), seen)
    given = handling.assigned(seen, email_of("Idris Bello"), email_of("Helen Marsh"), START)
    assert is_mine(viewer("Idris Bello"), given)
    assert not is_mine(viewer("Helen Marsh"), given)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2024, 11, 20, 12, tzinfo=UTC), datetime(2024, 11, 21, 8, tzinfo=UTC)),
        # An hour before midnight in UTC it is the next day in London's summer.
        (datetime(2025, 6, 30, 23, 30, tzinfo=UTC), datetime(2025, 7, 2, 7, tzinfo=UTC)),
        # The clocks go forward that night, and back that one: it is eight by them all the same.
        (datetime(2025, 3, 29, 12, tzinfo=UTC), datetime(2025, 3, 30, 7, tzinfo=UTC)),
        (datetime(2025, 10, 25, 12, tzinfo=UTC), datetime(2025, 10, 26, 8, tzinfo=UTC)),
    ],
)
def test_tomorrow_morning_is_londons(now: datetime, until: datetime) -> None:
    assert snoozing.morning_of(snoozing.tomorrow(now)) == until


def test_a_month_is_the_longest() -> None:
    last = snoozing.morning_of(snoozing.last_day(START))
    assert not snoozing.is_too_far(last, START)
    assert snoozing.is_too_far(last + timedelta(days=1), START)
