"""A command moves to one end, and nothing moves it on from there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.machines import NEW
from services.mdm.rules.machine import COMMAND, Cause, CommandState, after


@given(st.lists(st.tuples(st.sampled_from(list(Cause)), st.booleans())))
def test_whatever_comes_after_an_end_changes_nothing(told: list[tuple[Cause, bool]]) -> None:
    state = NEW
    end = None
    for cause, untouched in told:
        state = after(state, cause, untouched=untouched)
        assert end is None or state == end
        if state in COMMAND.ends:
            end = state


@pytest.mark.parametrize("order", [(Cause.WANT, Cause.RECALL), (Cause.RECALL, Cause.WANT)])
def test_a_recall_wins_over_a_command_that_was_not_touched_whichever_comes_first(order: tuple[Cause, Cause]) -> None:
    state = NEW
    for cause in order:
        state = after(state, cause, untouched=True)
    assert state == CommandState.RECALLED


@pytest.mark.parametrize(
    ("cause", "end"),
    [
        (Cause.TAKEN, CommandState.SENT),
        (Cause.NOT_TAKEN, CommandState.RECALLED),
        (Cause.REFUSAL, CommandState.RECALLED),
        (Cause.NOBODY, CommandState.RECALLED),
    ],
)
def test_a_recall_during_an_attempt_waits_for_what_became_of_it(cause: Cause, end: CommandState) -> None:
    state = after(CommandState.WANTED, Cause.RECALL, untouched=False)
    assert state == CommandState.WITHDRAWING
    assert after(state, Cause.WANT) == state
    assert after(state, cause) == end
