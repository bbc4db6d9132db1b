"""Made from the tables: every state, step, actor and guard of every machine that a service runs from."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from services.errors import NotAllowed, RuleBroken
from services.machines import NEW, Actor, Machine, Step
from tests.unit.machines.tables import ACTORS, EVERY_MACHINE, guards_of, places

PLACES = list(places())
EACH = [pytest.param(*place, id=f"{place[0].name}-{place[1]}-{place[2]}") for place in PLACES]
STEPS = [
    pytest.param(machine, step, id=f"{machine.name}-{place}-{step!r}")
    for machine in EVERY_MACHINE
    for place, step in enumerate(machine.steps)
]
# Any facts will do, so those found are not made simpler.
SEARCH = settings(
    max_examples=3_000,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
each_machine = pytest.mark.parametrize("machine", EVERY_MACHINE, ids=lambda machine: machine.name)


def everything_holds(guard: str) -> bool:
    return True


def reached(machine: Machine, start: str) -> set[str]:
    """Every state that some row of steps leads to."""
    seen: set[str] = set()
    while more := {step.target for step in machine.steps if step.source in {start, *seen}} - seen:
        seen |= more
    return seen


def test_there_are_machines_for_requests_losses_custody_and_alerts() -> None:
    assert {"request", "loss", "custody", "alert"} <= {machine.name for machine in EVERY_MACHINE}


@each_machine
def test_every_state_is_reached_and_leads_to_an_end(machine: Machine) -> None:
    assert reached(machine, NEW) == set(machine.states)
    for state in set(machine.states) - machine.ends:
        assert machine.steps_from(state), f"{state} has no way out"
        assert reached(machine, state) & machine.ends, f"no end is ever reached from {state}"


@each_machine
def test_every_sentence_is_one_that_people_can_read(machine: Machine) -> None:
    for sentence in (*machine.states.values(), *machine.guards.values()):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "_" not in sentence


@pytest.mark.parametrize(("machine", "state", "event", "steps"), EACH)
def test_nobody_else_takes_a_step(machine: Machine, state: str, event: str, steps: list[Step]) -> None:
    allowed = {actor for step in steps for actor in step.who}
    for actor in ACTORS:
        if actor in allowed:
            assert machine.take(state, event, [actor], everything_holds).source == state
            continue
        assert machine.step(state, event, [actor], everything_holds) is None
        assert event not in machine.offers(state, [actor], everything_holds)
        with pytest.raises(NotAllowed, match="not for you"):
            machine.take(state, event, [actor], everything_holds)


@pytest.mark.parametrize(("machine", "state", "event", "steps"), EACH)
def test_a_guard_that_fails_leads_elsewhere_or_says_why(
    machine: Machine, state: str, event: str, steps: list[Step]
) -> None:
    for actor in sorted({actor for step in steps for actor in step.who}):
        theirs = [step for step in steps if actor in step.who]
        for failing in sorted({guard for step in theirs for guard in step.guards}):

            def holds(guard: str, failing: str = failing) -> bool:
                return guard != failing

            otherwise = next((step for step in theirs if failing not in step.guards), None)
            if otherwise is not None:
                assert machine.take(state, event, [actor], holds) is otherwise
                continue
            with pytest.raises(RuleBroken) as refused:
                machine.take(state, event, [actor], holds)
            assert str(refused.value) == machine.guards[failing]


@each_machine
def test_what_is_not_in_the_table_cannot_be_done(machine: Machine) -> None:
    known = {(step.source, step.event) for step in machine.steps}
    events = sorted({step.event for step in machine.steps})
    for state, means in machine.states.items():
        for event in events:
            if (state, event) in known:
                continue
            with pytest.raises(RuleBroken) as refused:
                machine.take(state, event, ACTORS, everything_holds)
            assert str(refused.value) == f"That cannot be done now: {means}"


@each_machine
def test_offers_are_the_steps_that_can_be_taken(machine: Machine) -> None:
    for state in machine.states:
        for actor in ACTORS:
            for holds in (everything_holds, lambda guard: False):
                offered = machine.offers(state, [actor], holds)
                assert len(offered) == len(set(offered))
                taken = {
                    event
                    for each, source, event, _ in PLACES
                    if each is machine and source == state and machine.step(state, event, [actor], holds) is not None
                }
                assert set(offered) == taken


@pytest.mark.parametrize(("machine", "step"), STEPS)
def test_some_facts_lead_along_every_step(machine: Machine, step: Step) -> None:
    """With the service's own guards: a step that stands behind others is no dead letter."""
    holds, facts = guards_of(machine)
    for actor in sorted(step.who):
        try:
            find(
                facts,
                lambda known, actor=actor: (
                    machine.step(step.source, step.event, [actor], lambda guard: holds(guard, known)) is step
                ),
                settings=SEARCH,
            )
        except NoSuchExample:
            pytest.fail(f"no facts lead the {actor} along {step!r}")


@each_machine
def test_every_guard_is_answered_and_may_fail(machine: Machine) -> None:
    holds, facts = guards_of(machine)
    for guard in machine.guards:
        for wanted in (True, False):
            found = find(
                facts,
                lambda known, guard=guard, wanted=wanted: holds(guard, known) is wanted,
                settings=SEARCH,
            )
            assert holds(guard, found) is wanted


def test_our_own_services_are_told_from_people() -> None:
    assert {actor for actor in Actor if not actor.is_service} == {
        *(Actor.REQUESTER, Actor.RECIPIENT, Actor.HOLDER, Actor.APPROVER),
        *(Actor.MANAGER, Actor.PLANNER, Actor.FINANCE, Actor.DIRECTOR),
        *(Actor.OWNER, Actor.ABOVE, Actor.ASSIGNEE, Actor.AUDIENCE),
    }
