"""When a stream counts as stopped: something waits, nothing is read, and nobody is at work on it."""

from __future__ import annotations

from services.watch.liveness import Lane, Liveness, Look

LANE = ("budget", 0)
OTHER = ("budget", 1)


def seen(position: int, behind: int, *, other_behind: int = 0, log_id: str = "log") -> Look:
    return Look(log_id, {LANE: position, OTHER: 0}, {LANE: behind, OTHER: other_behind})


def faults(*looks: Look, busy: bool = False, assigned: frozenset[Lane] = frozenset({LANE})) -> list[str | None]:
    liveness = Liveness(0.0, stall_seconds=30)
    return [liveness.fault(20.0 * place, look, set(assigned), busy=busy) for place, look in enumerate(looks)]


def test_records_that_wait_unread_are_a_fault() -> None:
    assert faults(seen(5, 3), seen(5, 3), seen(5, 4)) == [None, None, "4 records wait and none was read for 40 s"]


def test_progress_idleness_and_work_under_way_are_none() -> None:
    assert not any(faults(seen(5, 3), seen(6, 2), seen(7, 3), seen(8, 2)))
    assert not any(faults(seen(5, 0), seen(5, 0), seen(5, 0), seen(5, 0)))
    assert not any(faults(seen(5, 3), seen(5, 3), seen(5, 3), seen(5, 3), busy=True))


def test_another_members_lane_is_its_own_affair() -> None:
    assert not any(faults(*[seen(5, 0, other_behind=9)] * 4))
    assert faults(*[seen(5, 0, other_behind=9)] * 4, assigned=frozenset())[-1] is not None


def test_another_log_is_a_fault_at_once() -> None:
    assert faults(seen(5, 0), seen(0, 2, log_id="new")) == [None, "another log answers"]
