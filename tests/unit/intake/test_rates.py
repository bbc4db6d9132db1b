from __future__ import annotations

import pytest

from services.intake.door.rates import Allowance


def test_a_burst_passes_and_what_is_more_is_told_when_to_come() -> None:
    allowance = Allowance(per_second=2.0, burst=3)
    assert [allowance.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert allowance.take(100.0) == pytest.approx(0.5)
    assert allowance.take(100.5) == 0.0
    assert allowance.take(100.5) == pytest.approx(0.5)


def test_it_never_saves_more_than_a_burst_and_time_does_not_run_back() -> None:
    allowance = Allowance(per_second=2.0, burst=2)
    allowance.take(0.0)
    assert [allowance.take(1_000.0) for _ in range(2)] == [0.0, 0.0]
    assert allowance.take(500.0) > 0.0
