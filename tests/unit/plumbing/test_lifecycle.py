"""Starting and stopping: in order and in reverse, whatever fails, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import time

import pytest

from services import lifecycle
from services.lifecycle import OwnedTasks, run_until_stopped


class Part:
    def __init__(self, name: str, told: list[str], *, fails: str = "") -> None:
        self.name = name
        self._told = told
        self._fails = fails

    async def start(self) -> None:
        self._told.append(f"start {self.name}")
        if self._fails == "start":
            raise RuntimeError(f"{self.name} does not start")

    async def stop(self) -> None:
        self._told.append(f"stop {self.name}")
        if self._fails == "stop":
            raise RuntimeError(f"{self.name} does not stop")
        if self._fails == "hang":
            await asyncio.Event().wait()

    def ready(self) -> bool:
        return True


async def test_parts_start_in_order_and_stop_in_reverse() -> None:
    told: list[str] = []
    stopped = asyncio.Event()
    stopped.set()
    await run_until_stopped([Part(name, told) for name in "abc"], stopped)
    assert told == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_a_part_that_does_not_start_is_stopped_with_those_before_it() -> None:
    told: list[str] = []
    parts = [Part("a", told), Part("b", told, fails="start"), Part("c", told)]
    with pytest.raises(RuntimeError, match="b does not start"):
        await run_until_stopped(parts, asyncio.Event())
    assert told == ["start a", "start b", "stop b", "stop a"]


@pytest.mark.parametrize("fails", ["stop", "hang"])
async def test_a_part_that_does_not_stop_keeps_no_other_from_stopping(
    fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "STOP_DEADLINE_SECONDS", 0.05)
    told: list[str] = []
    stopped = asyncio.Event()
    stopped.set()
    began = time.monotonic()
    await run_until_stopped([Part("a", told), Part("b", told, fails=fails)], stopped)
    assert told[-1] == "stop a"
    assert time.monotonic() - began < 5.0


async def test_owned_tasks_end_when_their_owner_stops() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    tasks = OwnedTasks("owner")
    for name in "ab":
        tasks.start(work(name), name)
    await asyncio.sleep(0)
    await tasks.stop()
    assert sorted(ended) == ["a", "b"]
    assert not tasks.failed.is_set()


async def test_a_task_that_will_not_end_is_left_after_the_deadline() -> None:
    go = asyncio.Event()
    refused: list[asyncio.CancelledError] = []

    async def stubborn() -> None:
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError as error:
                refused.append(error)

    tasks = OwnedTasks("owner")
    tasks.start(stubborn(), "stubborn")
    await asyncio.sleep(0)
    began = time.monotonic()
    await tasks.stop(deadline=0.05)
    assert 0.05 <= time.monotonic() - began < 5.0
    assert len(refused) == 1
    go.set()
    await tasks.stop(deadline=5.0)


async def test_a_task_that_fails_is_remembered_by_its_owner() -> None:
    async def fail() -> None:
        raise RuntimeError("no more")

    tasks = OwnedTasks("owner")
    tasks.start(fail(), "fails")
    await asyncio.wait_for(tasks.failed.wait(), 5.0)
    await tasks.stop()


async def test_a_task_that_was_cancelled_by_nobody_is_no_longer_healthy() -> None:
    async def let_a_cancellation_out() -> None:
        raise asyncio.CancelledError

    tasks = OwnedTasks("owner")
    tasks.start(let_a_cancellation_out(), "cancelled")
    await asyncio.wait_for(tasks.failed.wait(), 5.0)
    await tasks.stop()


async def test_a_task_that_comes_to_its_end_is_no_failure() -> None:
    done = asyncio.Event()

    async def finish() -> None:
        done.set()

    tasks = OwnedTasks("owner")
    tasks.start(finish(), "finishes")
    await asyncio.wait_for(done.wait(), 5.0)
    await asyncio.sleep(0)
    assert not tasks.failed.is_set()
    await tasks.stop()
