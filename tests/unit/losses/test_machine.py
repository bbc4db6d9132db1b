"""The table of losses: who may take which step, and what bars it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.errors import ConfigurationError, NotAllowed, RuleBroken
from services.losses.policy import load_policy
from services.losses.rules.actors import actors_of, scope
from services.losses.rules.guards import Facts, Policy, holds
from services.losses.rules.machine import ENDED, LOSS, OPEN, Cause, Guard, LossState
from services.machines import NEW, Actor
from tests.fixtures.finance import NOW
from tests.fixtures.losses import a_loss
from tests.fixtures.people import email_of, small_directory, viewer

AMARA, PRIYA = email_of("Amara Osei"), email_of("Priya Nair")
POLICY = Policy(
    assumed=True, one_person_may_wipe=False, write_off_unwiped_after_days=28, stolen_needs_crime_reference=True
)


def take(state: str, cause: Cause, actor: Actor, facts: Facts | None = None) -> str:
    known = facts or Facts(managed=True)
    return LOSS.take(state, cause, [actor], lambda guard: holds(guard, known)).target


@pytest.mark.parametrize("actor", [Actor.FINANCE, Actor.REQUESTER, Actor.CLOCK, Actor.MDM])
def test_only_the_holder_and_who_answers_for_the_device_report_it(actor: Actor) -> None:
    with pytest.raises(NotAllowed, match="not for you"):
        take(NEW, Cause.REPORT, actor)


@pytest.mark.parametrize("cause", [Cause.CONFIRM_WIPE, Cause.WRITE_OFF])
def test_a_holder_neither_confirms_a_wipe_nor_writes_off(cause: Cause) -> None:
    with pytest.raises(NotAllowed, match="not for you"):
        take(LossState.WIPE_ASKED, cause, Actor.HOLDER)


def test_a_manager_writes_nothing_off() -> None:
    with pytest.raises(NotAllowed, match="director or the planner"):
        take(LossState.WIPED, Cause.WRITE_OFF, Actor.MANAGER, Facts(wiped=True))


def test_who_asked_for_a_wipe_does_not_confirm_it() -> None:
    with pytest.raises(RuleBroken, match="somebody else must confirm"):
        take(LossState.WIPE_ASKED, Cause.CONFIRM_WIPE, Actor.PLANNER, Facts(email="X@y", wipe_asked_by="x@Y"))


def test_a_planner_does_not_confirm_the_wipe_of_the_device_they_hold() -> None:
    facts = Facts(email=AMARA, holder_email=AMARA, wipe_asked_by=PRIYA)
    with pytest.raises(RuleBroken, match="hold yourself"):
        take(LossState.WIPE_ASKED, Cause.CONFIRM_WIPE, Actor.PLANNER, facts)


def test_one_person_wipes_where_policy_lets_them() -> None:
    assert take(LossState.LOCKED, Cause.ASK_WIPE, Actor.HOLDER) == LossState.WIPE_ASKED
    alone = Facts(managed=True, one_person_may_wipe=True)
    assert take(LossState.LOCKED, Cause.ASK_WIPE, Actor.HOLDER, alone) == LossState.WIPING


def test_what_no_management_knows_cannot_be_wiped() -> None:
    with pytest.raises(RuleBroken, match="No device management knows"):
        take(LossState.REPORTED, Cause.ASK_WIPE, Actor.HOLDER, Facts())


def test_a_wipe_called_off_leads_back_to_where_the_lock_stands() -> None:
    locked, not_locked = Facts(lock_standing="sent"), Facts(lock_standing="refused")
    assert take(LossState.WIPE_ASKED, Cause.CALL_OFF, Actor.HOLDER, locked) == LossState.LOCKED
    assert take(LossState.WIPE_ASKED, Cause.CALL_OFF, Actor.HOLDER, not_locked) == LossState.REPORTED


def test_a_lock_is_sent_again_only_where_none_went() -> None:
    for standing in ("wanted", "sent"):
        with pytest.raises(RuleBroken, match="sent already"):
            take(
                LossState.REPORTED,
                Cause.LOCK_AGAIN,
                Actor.HOLDER,
                Facts(managed=True, lock_standing=standing),  # type: ignore[arg-type]
            )
    facts = Facts(managed=True, lock_standing="refused")
    assert take(LossState.REPORTED, Cause.LOCK_AGAIN, Actor.HOLDER, facts) == LossState.REPORTED


def test_an_unwiped_device_is_written_off_only_after_policy_s_days() -> None:
    loss = a_loss()
    early = loss.facts(POLICY, NOW + timedelta(days=28) - timedelta(seconds=1), email=PRIYA)
    with pytest.raises(RuleBroken, match="once it is wiped"):
        take(LossState.LOCKED, Cause.WRITE_OFF, Actor.PLANNER, early)
    due = loss.facts(POLICY, NOW + timedelta(days=28), email=PRIYA)
    assert take(LossState.LOCKED, Cause.WRITE_OFF, Actor.PLANNER, due) == LossState.WRITTEN_OFF
    wiped = replace(loss, wiped_at=NOW).facts(POLICY, NOW, email=PRIYA)
    assert take(LossState.WIPED, Cause.WRITE_OFF, Actor.PLANNER, wiped) == LossState.WRITTEN_OFF


def test_a_stolen_device_needs_its_crime_reference_even_when_wiped() -> None:
    stolen = a_loss(how="stolen", wiped_at=NOW)
    with pytest.raises(RuleBroken, match="crime reference first"):
        take(LossState.WIPED, Cause.WRITE_OFF, Actor.PLANNER, stolen.facts(POLICY, NOW, email=PRIYA))
    known = replace(stolen, crime_reference="01/123456/24").facts(POLICY, NOW, email=PRIYA)
    assert take(LossState.WIPED, Cause.WRITE_OFF, Actor.PLANNER, known) == LossState.WRITTEN_OFF


def test_nobody_writes_off_what_they_hold() -> None:
    facts = a_loss(wiped_at=NOW).facts(POLICY, NOW, email=AMARA)
    with pytest.raises(RuleBroken, match="hold yourself"):
        take(LossState.WIPED, Cause.WRITE_OFF, Actor.DIRECTOR, facts)


def test_it_may_be_found_from_everywhere_even_after_it_was_written_off() -> None:
    for state in (*OPEN, LossState.WRITTEN_OFF):
        assert take(state, Cause.FIND, Actor.HOLDER) == LossState.FOUND
    with pytest.raises(RuleBroken, match="was found"):
        take(LossState.FOUND, Cause.FIND, Actor.HOLDER)


def test_no_word_of_a_service_opens_what_has_ended() -> None:
    services = [Actor.MDM, Actor.REGISTER, Actor.POLICY]
    for state in ENDED:
        for cause in Cause:
            step = LOSS.step(state, cause, services, lambda guard: True)
            assert step is None or step.target == state


def test_every_guard_has_an_answer() -> None:
    for guard in Guard:
        assert holds(guard, Facts()) in (True, False)


def test_actors_are_what_a_person_is_to_the_device() -> None:
    def actors(name: str, unit: str | None = "central-west-response") -> set[Actor]:
        return actors_of(viewer(name), small_directory(), holder_email=AMARA.upper(), unit=unit)

    assert actors("Amara Osei") == {Actor.HOLDER}
    assert actors("Priya Nair") == {Actor.MANAGER}
    assert actors("Priya Nair", None) == set()
    assert actors("Daniel Reyes") == set(), "a manager of another unit"
    assert actors("Helen Marsh") == {Actor.PLANNER}
    assert actors("Idris Bello") == set()


def test_finance_sees_no_more_losses_than_staff() -> None:
    assert scope(viewer("Idris Bello"), small_directory()) == []
    assert scope(viewer("Ruth Adeyemi"), small_directory()) is None
    assert scope(viewer("Priya Nair"), small_directory()) == ["central-west", "central-west-response"]


def test_the_policy_is_marked_as_assumed_and_a_wrong_one_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    assert load_policy().assumed
    wrong = Path(str(tmp_path)) / "policy.yaml"
    wrong.write_text("assumed: true\none_person_may_wipe: maybe\n")
    with pytest.raises(ConfigurationError, match=r"policy\.yaml"):
        load_policy(wrong)
