"""Words on a device fold into the same standing in any order, and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import DeviceState
from services.custody.rules.machine import Cause, CustodyState
from services.custody.rules.record import Record
from services.custody.rules.standing import Standing, joined, proving, word

DEVICE = UUID(int=1)
AT = datetime(2024, 11, 4, 9, tzinfo=UTC)
moments = st.integers(0, 9).map(lambda hours: AT + timedelta(hours=hours))
# The register tells one revision once.
changes = st.dictionaries(st.integers(1, 9), st.tuples(st.sampled_from(DeviceState), moments), max_size=6).map(
    lambda told: [word(DEVICE, revision, state, at) for revision, (state, at) in told.items()]
)
wipes = st.lists(
    st.builds(Standing, device_id=st.just(DEVICE), wiped_at=st.none() | moments, failed_at=st.none() | moments),
    max_size=4,
)


@given(changes, wipes, st.data())
def test_order_and_repetition_do_not_show(told: list[Standing], wiped: list[Standing], data: st.DataObject) -> None:
    words = [*told, *wiped]
    straight = reduce(joined, words, Standing(device_id=DEVICE))
    shuffled = data.draw(st.permutations(words))
    again = data.draw(st.lists(st.sampled_from(words))) if words else []
    assert reduce(joined, [*shuffled, *again], Standing(device_id=DEVICE)) == straight


def returned(at: datetime) -> Record:
    nothing = dict.fromkeys(
        ("serial", "asset_tag", "kind", "manufacturer", "model", "unit", "purchased_on", "last_holder")
    )
    return Record(
        custody_id=DEVICE,
        reference="C-1",
        device_id=DEVICE,
        came_at=at,
        opened_revision=1,
        state=CustodyState.RETURNED,
        revision=1,
        place="",
        moved_at=at,
        head="",
        **nothing,
    )


@pytest.mark.parametrize(
    ("failed", "wiped", "follows"),
    [
        (0, None, [Cause.WIPE_FAILED]),
        (1, None, [Cause.WIPE_FAILED]),
        (-1, None, []),
        (1, -1, [Cause.WIPE_FAILED]),
        (2, 1, [Cause.WIPE_DONE]),
        (1, 2, [Cause.WIPE_DONE]),
    ],
)
def test_a_wipe_counts_from_the_return_on_and_one_that_failed_in_the_same_moment(
    failed: int, wiped: int | None, follows: list[Cause]
) -> None:
    standing = Standing(
        device_id=DEVICE,
        state=DeviceState.RETURNED,
        revision=1,
        failed_at=AT + timedelta(hours=failed),
        wiped_at=None if wiped is None else AT + timedelta(hours=wiped),
    )
    assert list(proving(standing, returned(AT))) == follows
