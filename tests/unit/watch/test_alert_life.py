"""DESIGN §4 rule 7 as a property: whatever verdicts come, a condition is raised once and cleared once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.events.alert import Alert, AlertCleared, AlertEvent, AlertRaised, AlertUpdated
from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict
from services.watch.rules.life import next_event

START = datetime(2024, 11, 20, tzinfo=UTC)

findings = st.builds(
    Finding,
    severity=st.sampled_from(AlertSeverity),
    audience=st.just("budget"),
    headline=st.sampled_from(["half", "nearly all"]),
    detail=st.sampled_from(["a", "b"]),
    threshold=st.sampled_from([50.0, 75.0]),
)


def live(verdicts: list[Finding | None]) -> list[AlertEvent]:
    events: list[AlertEvent] = []
    last: Alert | None = None
    for step, finding in enumerate(verdicts):
        verdict = Verdict(key="k", condition="c", finding=finding)
        event = next_event(last, verdict, START + timedelta(minutes=step))
        if event is not None:
            events.append(event)
            last = event.data
        assert next_event(last, verdict, START + timedelta(days=1)) is None, "the same verdict is told once"
    return events


@given(st.lists(st.none() | findings, max_size=40))
def test_raised_and_cleared_alternate_whatever_the_verdicts(verdicts: list[Finding | None]) -> None:
    events = live(verdicts)
    turns = [event for event in events if not isinstance(event, AlertUpdated)]
    assert all(isinstance(event, AlertRaised) for event in turns[::2])
    assert all(isinstance(event, AlertCleared) for event in turns[1::2])
    is_open = bool(events) and not isinstance(events[-1], AlertCleared)
    assert is_open == (bool(verdicts) and verdicts[-1] is not None)


@given(st.lists(st.none() | findings, max_size=40))
def test_episodes_and_revisions_count_without_gaps_and_ids_are_unique(verdicts: list[Finding | None]) -> None:
    events = live(verdicts)
    episode = revision = 0
    for event in events:
        if isinstance(event, AlertRaised):
            episode, revision = episode + 1, 0
        revision += 1
        assert (event.data.episode, event.data.revision) == (episode, revision)
        assert event.id == f"k/{episode}/{revision}"
    assert len({event.id for event in events}) == len(events)


def test_a_cleared_alert_keeps_its_words_and_its_beginning() -> None:
    bad = Finding(severity=AlertSeverity.WARNING, audience="fleet", headline="h", detail="d", unit="central-west")
    raised, cleared = live([bad, bad, None])
    assert isinstance(cleared, AlertCleared)
    assert cleared.data.headline == "h"
    assert cleared.data.unit == "central-west"
    assert cleared.data.raised_at == raised.data.raised_at == START
    assert cleared.data.cleared_at == cleared.time == START + timedelta(minutes=2)


def test_other_words_are_an_update() -> None:
    half = Finding(severity=AlertSeverity.NOTICE, audience="budget", headline="half", detail="d", threshold=50)
    most = Finding(severity=AlertSeverity.WARNING, audience="budget", headline="most", detail="d", threshold=90)
    kinds = [type(event) for event in live([half, half, most, half])]
    assert kinds == [AlertRaised, AlertUpdated, AlertUpdated]
