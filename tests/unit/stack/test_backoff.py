from __future__ import annotations

from deploy.local.stack.processes import Backoff


def test_the_pause_doubles_up_to_its_longest() -> None:
    backoff = Backoff(first_seconds=0.5, longest_seconds=3.0)
    assert [backoff.pause(attempt) for attempt in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
