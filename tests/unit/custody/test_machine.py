"""The custody machine, walked as far as it goes: DESIGN §4 rule 4 holds on every path."""

from __future__ import annotations

from services.custody.rules.guards import Facts, holds
from services.custody.rules.machine import CUSTODY, Cause, CustodyState, Guard
from services.machines import NEW

PROVES = {Cause.WIPE_DONE, Cause.CERTIFY, Cause.INSPECT, Cause.DESTROY}


def test_every_guard_has_an_answer() -> None:
    assert all(isinstance(holds(guard, Facts()), bool) for guard in Guard)


def test_no_path_disposes_of_a_device_without_proof_nor_gives_or_sells_one_without_review() -> None:
    seen: set[tuple[str, bool, bool]] = set()
    ahead = [(NEW, False, False)]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        state, proved, reviewed = here
        for step in CUSTODY.steps_from(state):
            if step.event in (Cause.RESELL, Cause.REDISTRIBUTE):
                assert proved
                assert reviewed
            if step.target == CustodyState.RECYCLED:
                assert proved
            doubted = step.event == Cause.DOUBT
            arrived_proved = step.event == Cause.ARRIVE and step.target == CustodyState.SANITISED
            ahead.append(
                (
                    step.target,
                    not doubted and (proved or step.event in PROVES or arrived_proved),
                    not doubted and (reviewed or step.event == Cause.REVIEW),
                )
            )
    assert {state for state, _, _ in seen} == {NEW, *CUSTODY.states}


def test_a_destroyed_device_is_only_recycled() -> None:
    by_hand = {step.event for step in CUSTODY.steps_from("destroyed") if not any(who.is_service for who in step.who)}
    assert by_hand == {Cause.RECYCLE}
