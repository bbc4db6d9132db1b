"""Pauses before asking again: what a vendor asks for, and what we choose ourselves."""

from __future__ import annotations

import pytest

from services.outbound.pauses import LONGEST_RETRY_AFTER_SECONDS, backoff, retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "99999999"}, LONGEST_RETRY_AFTER_SECONDS),
        ({"Retry-After": "Mon, 04 Nov 2024 09:30:20 GMT", "Date": "Mon, 04 Nov 2024 09:30:00 GMT"}, 20.0),
        ({"Retry-After": "Mon, 04 Nov 2024 09:29:00 GMT", "Date": "Mon, 04 Nov 2024 09:30:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 04 Nov 2024 09:30:20 GMT"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "１７"}, None),
        ({}, None),
    ],
)
def test_what_a_vendor_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_our_own_pauses_double_up_to_a_bound_and_are_spread() -> None:
    longest = [backoff(tries, lambda: 1.0, first=1.0, longest=60.0) for tries in range(8)]
    shortest = [backoff(tries, lambda: 0.0, first=1.0, longest=60.0) for tries in range(8)]
    assert longest == [1, 2, 4, 8, 16, 32, 60, 60]
    assert shortest == [each / 2 for each in longest]
    assert backoff(10_000, lambda: 1.0, first=1.0, longest=60.0) == 60
