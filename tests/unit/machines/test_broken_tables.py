"""A table that contradicts itself is refused when its module is imported, whatever it is that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.machines import NEW, Actor, Machine, Step
from tests.unit.machines.tables import EVERY_MACHINE

NAMES = ("a", "b", "c", "d")
GUARDS = ("warm", "dry")


class Table(NamedTuple):
    """What a machine is made from."""

    states: frozenset[str]
    ends: frozenset[str]
    guards: frozenset[str]
    steps: tuple[Step, ...]

    def machine(self) -> Machine:
        """Raises ValueError."""
        return Machine(
            "tried",
            states=dict.fromkeys(sorted(self.states), "It is so."),
            ends=self.ends,
            guards=dict.fromkeys(sorted(self.guards), "It is not so."),
            steps=self.steps,
        )


def reachable(steps: Iterable[Step]) -> set[tuple[str, str]]:
    """Every pair of states of which the first leads to the second (Warshall's way, not the machine's)."""
    pairs = {(step.source, step.target) for step in steps}
    for middle in {place for pair in pairs for place in pair}:
        pairs |= {(one, other) for one, there in pairs if there == middle for here, other in pairs if here == middle}
    return pairs


def is_sound(table: Table) -> bool:
    """Said once more, in other words than the machine's own."""
    pairs = reachable(table.steps)
    groups: dict[tuple[str, str], list[bool]] = {}
    for step in table.steps:
        groups.setdefault((step.source, step.event), []).append(bool(step.guards))
    return (
        NEW not in table.states
        and table.ends <= table.states
        and {step.source for step in table.steps} <= table.states | {NEW}
        and {step.target for step in table.steps} <= table.states
        and all(step.who for step in table.steps)
        and {guard for step in table.steps for guard in step.guards} == table.guards
        and all((NEW, state) in pairs for state in table.states)
        and all(any((state, end) in pairs for end in table.ends) for state in table.states - table.ends)
        and all(all(guarded[:-1]) for guarded in groups.values())
    )


def agrees(table: Table) -> None:
    sound = is_sound(table)
    event("sound" if sound else "broken")
    if sound:
        table.machine()
        return
    with pytest.raises(ValueError, match=r"^machine tried: "):
        table.machine()


steps = st.builds(
    Step,
    st.sampled_from((NEW, NEW, *NAMES)),
    st.sampled_from(("go", "stop")),
    st.sampled_from((*NAMES, *NAMES, NEW)),
    who=st.sets(st.sampled_from((Actor.PLANNER, Actor.CLOCK)), max_size=2),
    guards=st.sets(st.sampled_from(GUARDS), max_size=2),
    does=st.just("done"),
)


@settings(max_examples=400, deadline=None)
@given(
    states=st.frozensets(st.sampled_from((*NAMES, NEW)), min_size=1),
    ends=st.frozensets(st.sampled_from(NAMES)),
    guards=st.frozensets(st.sampled_from(GUARDS)),
    steps=st.lists(steps, max_size=6),
)
def test_any_table_is_taken_if_it_is_sound_and_only_then(
    states: frozenset[str], ends: frozenset[str], guards: frozenset[str], steps: list[Step]
) -> None:
    agrees(Table(states, ends, guards, tuple(steps)))


def _altered(step: Step, **changes: object) -> Step:
    given = {"source": step.source, "event": step.event, "target": step.target, "who": step.who, "guards": step.guards}
    given |= changes
    return Step(**given, does=step.does)  # type: ignore[arg-type]  # the fields are those of Step


@st.composite
def harmed_tables(draw: st.DrawFn) -> Table:
    """One of our own tables with one thing changed, as a slip of the hand would."""
    whole = draw(st.sampled_from(EVERY_MACHINE))
    table = Table(frozenset(whole.states), whole.ends, frozenset(whole.guards), whole.steps)
    place = draw(st.integers(0, len(table.steps) - 1))
    step = table.steps[place]
    before, after = table.steps[:place], table.steps[place + 1 :]
    match draw(st.sampled_from(("state", "end", "guard", "drop", "source", "target", "who", "guards", "first"))):
        case "state":
            return table._replace(states=table.states - {draw(st.sampled_from(sorted(table.states)))})
        case "end":
            return table._replace(ends=table.ends ^ {draw(st.sampled_from((*sorted(table.states), "nowhere")))})
        case "guard":
            return table._replace(guards=table.guards ^ {draw(st.sampled_from((*sorted(table.guards), "odd")))})
        case "drop":
            return table._replace(steps=before + after)
        case "source":
            changed = _altered(step, source=draw(st.sampled_from((*sorted(table.states), "nowhere"))))
        case "target":
            changed = _altered(step, target=draw(st.sampled_from((*sorted(table.states), "nowhere"))))
        case "who":
            changed = _altered(step, who=())
        case "guards":
            changed = _altered(step, guards=())
        case _:
            return table._replace(steps=(step, *before, *after))
    return table._replace(steps=(*before, changed, *after))


@settings(max_examples=400, deadline=None)
@given(table=harmed_tables())
def test_a_slip_in_our_own_tables_is_refused_unless_the_table_is_still_sound(table: Table) -> None:
    agrees(table)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ends": frozenset({"done", "gone"})}, "gone is an end but no state"),
        ({"states": frozenset({"begun", "done", NEW})}, "new is where all begins, and no state"),
        ({"states": frozenset({"begun", "done", "lost"})}, "nothing leads to lost"),
        ({"ends": frozenset()}, "begun has no way out"),
        ({"guards": frozenset({"dry"})}, "no step asks dry"),
        ({"steps": (Step(NEW, "begin", "begun", who=(), does="begun"),)}, "nobody may take new --begin--> begun"),
    ],
)
def test_a_refusal_says_what_is_wrong(changes: dict[str, object], says: str) -> None:
    begin = Step(NEW, "begin", "begun", who=[Actor.PLANNER], does="begun")
    end = Step("begun", "end", "done", who=[Actor.PLANNER], does="done")
    table = Table(frozenset({"begun", "done"}), frozenset({"done"}), frozenset(), (begin, end))
    table.machine()
    with pytest.raises(ValueError, match=re.escape(says)):
        table._replace(**changes).machine()  # type: ignore[arg-type]  # the fields are those of Table
