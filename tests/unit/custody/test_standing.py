"""Words on a device fold into the same standing in any order, and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import DeviceState
from services.custody.rules.standing import Standing, joined, word

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
