"""Words about a lost device, in any order and repeated: every order leads to the same end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.events.mdm import DeviceCommandProgressed
from services.losses.policy import load_policy
from services.losses.rules.guards import holds
from services.losses.rules.hearing import heard_of_command, heard_of_device, heard_of_wipe
from services.losses.rules.machine import LOSS, LossState
from services.losses.rules.standing import Standing
from services.machines import Actor
from tests.fixtures.finance import NOW
from tests.fixtures.losses import a_loss, device_changed, progressed, wipe_told

LATER = NOW + timedelta(hours=1)


def wiping(**more: object) -> Standing:
    """A loss whose wipe was sent an hour after the report."""
    loss = a_loss()
    lock, wipe = loss.command_id("lock", 1), loss.command_id("wipe", 1)
    return replace(
        loss,
        state=LossState.WIPING,
        lock_attempts=1,
        lock_command=lock,
        wipe_attempts=1,
        wipe_command=wipe,
        wipe_wanted_at=LATER,
        **more,
    )


def hear(loss: Standing, event: Any) -> Standing:
    """What the consumer does with a word, without a database."""
    if isinstance(event, DeviceCommandProgressed):
        found: Any = heard_of_command(loss, event.data)
        actor = Actor.MDM
    else:
        found, actor = heard_of_wipe(loss, event.data, event.time), Actor.REGISTER
    if found is None:
        return loss
    after, cause = found
    facts = after.facts(load_policy(), event.time)
    step = LOSS.step(after.state, cause, [actor], lambda guard: holds(guard, facts))
    return after if step is None else replace(after, state=LossState(step.target))


def words() -> list[Any]:
    loss = wiping()
    assert loss.lock_command is not None
    assert loss.wipe_command is not None
    lock = [progressed(loss.lock_command, "lock", state) for state in ("sent", "refused", "unmanaged")]
    wipe = [progressed(loss.wipe_command, "wipe", state, at=LATER) for state in ("sent", "refused")]
    told = [
        wipe_told("done", NOW - timedelta(days=1)),
        wipe_told("requested", LATER),
        wipe_told("failed", LATER + timedelta(minutes=5)),
        wipe_told("cancelled", LATER + timedelta(minutes=6)),
        wipe_told("failed", NOW + timedelta(minutes=1)),
        wipe_told("done", LATER + timedelta(hours=5)),
    ]
    return [*lock, *wipe, *told]


def end(events: Sequence[Any]) -> tuple[object, ...]:
    loss = wiping()
    for event in events:
        loss = hear(loss, event)
    return loss.state, loss.lock_standing, loss.wipe_standing, loss.wiped_at


@given(st.data())
def test_every_order_with_repeats_leads_to_the_same_end(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(words()), min_size=1, unique_by=lambda event: event.id))
    repeats = data.draw(st.lists(st.sampled_from(chosen), max_size=4))
    first, second = (data.draw(st.permutations([*chosen, *repeats])) for _ in range(2))
    assert end(first) == end(second)


def test_a_wipe_from_before_the_report_proves_nothing() -> None:
    assert heard_of_wipe(a_loss(), wipe_told("done", NOW).data, NOW) is None
    after = NOW + timedelta(seconds=1)
    assert heard_of_wipe(a_loss(), wipe_told("done", after).data, after) is not None


def test_a_failure_of_an_earlier_attempt_says_nothing_of_the_present_one() -> None:
    before = LATER - timedelta(minutes=1)
    assert heard_of_wipe(wiping(), wipe_told("failed", before).data, before) is None
    begun_before = wipe_told("failed", LATER + timedelta(minutes=1), requested_at=NOW)
    assert heard_of_wipe(wiping(), begun_before.data, begun_before.time) is None


def test_a_wipe_long_after_it_was_found_is_somebody_else_s() -> None:
    found = wiping(ended_at=LATER, ended_by="x")
    found = replace(found, state=LossState.FOUND)
    soon, late = LATER + timedelta(days=1), LATER + timedelta(days=60)
    assert heard_of_wipe(found, wipe_told("done", soon).data, soon) is not None
    assert heard_of_wipe(found, wipe_told("done", late).data, late) is None
    asked_later = wipe_told("done", soon, requested_at=soon)
    assert heard_of_wipe(found, asked_later.data, soon) is None
    recalled = replace(found, wipe_standing="recalled")
    assert heard_of_wipe(recalled, wipe_told("done", soon).data, soon) is None


def test_of_a_device_only_newer_facts_count() -> None:
    moved = device_changed(4, unit="central-north-response").data
    found = heard_of_device(a_loss(), moved)
    assert found is not None
    assert found[0].unit == "central-north-response"
    assert heard_of_device(found[0], device_changed(3, unit="central-west").data) is None
    same = heard_of_device(a_loss(), device_changed(5, unit="central-west-response").data)
    assert same is not None
    assert same[1] is None, "nothing that is shown differs"
