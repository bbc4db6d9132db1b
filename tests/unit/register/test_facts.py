"""Any order, any repetition, one outcome: the register's first promise."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.events.device import CheckIn, DeviceCheckedIn, DeviceObserved
from schemas.vocabulary import DeviceState, Kind
from services.errors import BadInput
from services.register.batch import Batch
from services.register.rules.counting import movements
from services.register.rules.facts import Device, Field
from services.register.rules.identity import names_of
from services.register.rules.lifecycle import derived_state
from tests.fixtures.observations import START, asset, checked_in, some_observations


def fold(batch: Batch, event: DeviceObserved) -> Device:
    return batch.fold(event, names_of(event.data.identifiers))


def outcome(events: list[DeviceObserved]) -> dict[str, tuple[list[Any], DeviceState]]:
    batch = Batch({})
    for event in events:
        fold(batch, event)
    return {
        # A device that no serial was ever told for goes by what it was told by.
        min(device.names & {f"serial:SER{number:04}" for number in range(12)} or device.names): (
            device.values,
            device.state,
        )
        for device in batch.touched.values()
    }


@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(seed: int, shuffle: Random) -> None:
    events = some_observations(seed)
    everywhere_named = {f"SER{number:04}" for number in range(12)} <= {event.subject for event in events}
    assume(everywhere_named)
    again = events + events
    shuffle.shuffle(again)
    assert outcome(again) == outcome(events)


@given(seed=st.integers(0, 1_000))
def test_counts_are_the_devices(seed: int) -> None:
    batch = Batch({})
    for event in some_observations(seed):
        fold(batch, event)
    counted = movements(batch.touched.values(), batch.gone)
    assert sum(counted.values()) == len(batch.touched)
    assert all(number > 0 for number in counted.values())


def test_a_late_check_in_turns_nothing_back() -> None:
    batch = Batch({})
    fold(batch, checked_in("S1", 1, START, os="Windows", os_version="11"))
    device = fold(
        batch, checked_in("S1", 1, START - timedelta(days=9), os="Windows", os_version="10", model="Latitude")
    )
    assert "11" in device.values
    assert "10" not in device.values
    assert "Latitude" in device.values, "a field nobody spoke of since is news, however late"


def test_the_desk_outranks_what_an_mdm_guesses() -> None:
    batch = Batch({})
    fold(batch, asset("S1", 1, START, kind=Kind.TABLET))
    device = fold(batch, checked_in("S1", 1, START + timedelta(days=1), kind=Kind.LAPTOP))
    assert device.values[2] is Kind.TABLET


def test_records_that_prove_to_be_one_device_are_merged() -> None:
    batch = Batch({})
    fold(batch, checked_in(None, 7, START, os="Windows"))
    fold(batch, asset("S7", 7, START, unit="central-west"))
    device = fold(batch, checked_in("S7", 7, START + timedelta(hours=1)))
    assert list(batch.touched.values()) == [device]
    assert {"serial:S7", "intune:mdm-7", "servicenow:sys-7"} <= device.names
    assert sum(movements(batch.touched.values(), batch.gone).values()) == 1


def test_an_mdm_id_that_moves_to_another_serial_does_not_merge_two_devices() -> None:
    batch = Batch({})
    first = fold(batch, checked_in("S1", 7, START))
    second = fold(batch, checked_in("S2", 7, START + timedelta(hours=1)))
    assert first is not second
    assert first.names == {"serial:S1"}
    assert second.names == {"serial:S2", "intune:mdm-7"}


def test_an_event_without_a_name_is_refused() -> None:
    event = DeviceCheckedIn(id="1", source="intune", time=START, subject="?", data=CheckIn(identifiers={}))
    with pytest.raises(BadInput, match="names no device"):
        fold(Batch({}), event)


def test_only_a_finished_wipe_after_last_use_sanitises_a_returned_device() -> None:
    later = START + timedelta(days=1)
    assert derived_state(DeviceState.RETURNED, START, later) is DeviceState.SANITISED
    assert derived_state(DeviceState.RETURNED, later, START) is DeviceState.RETURNED
    assert derived_state(DeviceState.RETURNED, START, None) is DeviceState.RETURNED
    assert derived_state(DeviceState.DEPLOYED, START, later) is DeviceState.DEPLOYED
    assert derived_state(None, None, later) is DeviceState.DEPLOYED


def test_seeds_cover_every_sort_of_event() -> None:
    sorts = Counter(type(event).__name__ for event in some_observations(1))
    assert len(sorts) == 4


def test_a_holder_told_empty_says_nothing_in_any_order() -> None:
    """Why: ADR 0008. The desk seldom assigns what it records, and must not silence who else knows the user."""
    amara, tom = "amara@x.example", "tom@x.example"
    events = [
        asset("SER0001", 1, START, state=DeviceState.DEPLOYED, holder_email=amara),
        asset("SER0001", 1, START + timedelta(days=1), state=DeviceState.DEPLOYED, holder_email=None),
    ]
    for order in (events, events[::-1]):
        ((values, state),) = outcome(list(order)).values()
        assert (values[Field.HOLDER_EMAIL], state) == (amara, DeviceState.DEPLOYED)
    later = asset("SER0001", 1, START + timedelta(days=2), state=DeviceState.IN_STOCK, holder_email=None)
    ((_, state),) = outcome([*events, later]).values()
    assert state is DeviceState.IN_STOCK, "by which it is in nobody's hands"
    named = asset("SER0001", 1, START + timedelta(days=3), state=DeviceState.DEPLOYED, holder_email=tom)
    ((values, _),) = outcome([named, later, *events]).values()
    assert values[Field.HOLDER_EMAIL] == tom
