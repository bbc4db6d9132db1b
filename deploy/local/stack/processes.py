"""Keeping our own services running as local child processes: started in stages, awaited, restarted, stopped.

The children of one stage start together; stages stop in reverse order. A child that ends though nobody asked is
started again after a pause that doubles, a bounded number of times. Everything said to the user goes through `tell`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from deploy.local.stack.child import ChildProcess
from deploy.local.stack.errors import NeverReadyError

READY_POLL_SECONDS = 0.1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """One child to run: its command, what to add to our environment, and how to tell that it works.

    Ready is when `ready_url` answers 2xx and `ready_check` is true; with neither, when it was started.
    """

    name: str
    argv: Sequence[str | Path]
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ready_url: str | None = None
    ready_check: Callable[[], Awaitable[bool]] | None = None
    ready_seconds: float = 30.0
    stop_seconds: float = 10.0


@dataclasses.dataclass(frozen=True, slots=True)
class Backoff:
    """How often and how patiently a child that ends is started again.

    The pause doubles from `first_seconds` to `longest_seconds`; a run of `forgiven_after_seconds` starts it anew.
    """

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 15.0
    forgiven_after_seconds: float = 60.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait before restart number `attempt`, counted from 0."""
        return min(self.first_seconds * 2.0**attempt, self.longest_seconds)


class Supervisor:
    """Owns the children it starts until `stop`, which leaves none."""

    def __init__(self, logs: Path, tell: Callable[[str], None], *, backoff: Backoff | None = None) -> None:
        self.given_up: set[str] = set()
        self._logs = logs
        self._tell = tell
        self._backoff = backoff or Backoff()
        self._stages: list[list[tuple[ProcessSpec, ChildProcess]]] = []
        self._keepers: list[asyncio.Task[None]] = []

    def pids(self) -> dict[str, int]:
        """The process id of each child that runs now, by name."""
        children = [child for stage in self._stages for _, child in stage]
        return {child.name: child.pid for child in children if child.running and child.pid is not None}

    async def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Start one stage and wait until all of it is ready. Raises NeverReadyError; then call `stop`."""
        stage = [(spec, self._child(spec)) for spec in specs]
        self._stages.append(stage)
        for _, child in stage:
            rotate(child.log)
            child.start()
        async with asyncio.TaskGroup() as waiting:
            tasks = [waiting.create_task(_first_failure(spec, child)) for spec, child in stage]
        for task in tasks:
            if failure := task.result():
                raise failure
        for spec, child in stage:
            self._keepers.append(asyncio.create_task(self._keep(spec, child), name=f"keep {spec.name}"))

    async def stop(self, seconds: float = 30.0) -> None:
        """Stop the stages in reverse order, all within the deadline; what has not ended by then is killed."""
        deadline = time.monotonic() + seconds
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers.clear()
        try:
            while self._stages:
                left = max(0.1, deadline - time.monotonic())
                stops = [self._stop_child(spec, child, left) for spec, child in reversed(self._stages[-1])]
                await asyncio.gather(*stops)
                self._stages.pop()
        finally:
            # Only when we are cancelled on the way is there anything left.
            for stage in self._stages:
                for _, child in stage:
                    child.kill_group()

    def _child(self, spec: ProcessSpec) -> ChildProcess:
        environment = {**os.environ, **spec.environment}
        return ChildProcess(spec.name, spec.argv, log=self._logs / f"{spec.name}.log", environment=environment)

    async def _stop_child(self, spec: ProcessSpec, child: ChildProcess, left: float) -> None:
        allowed = min(spec.stop_seconds, left)
        if not await child.stop(allowed):
            self._tell(f"{spec.name} did not stop within {allowed:.0f} s and was killed; see {child.log}")

    async def _keep(self, spec: ProcessSpec, child: ChildProcess) -> None:
        """Start the child again whenever it ends, until that has failed too often."""
        attempt = 0
        while True:
            began = time.monotonic()
            while not await child.ended(3600.0):
                pass
            if time.monotonic() - began >= self._backoff.forgiven_after_seconds:
                attempt = 0
            if attempt >= self._backoff.attempts:
                self.given_up.add(spec.name)
                self._tell(
                    f"{spec.name} ended {how(child)} again and is given up; the end of {child.log}:\n"
                    f"{child.last_lines()}"
                )
                return
            pause = self._backoff.pause(attempt)
            attempt += 1
            self._tell(f"{spec.name} ended {how(child)}; started again in {pause:g} s; see {child.log}")
            await asyncio.sleep(pause)
            child.kill_group()
            child.start()
            if (failure := await _first_failure(spec, child)) is None:
                self._tell(f"{spec.name} is back")
            else:
                child.kill_group()
                self._tell(str(failure))


async def _first_failure(spec: ProcessSpec, child: ChildProcess) -> NeverReadyError | None:
    """Wait until a child is ready. Why it is not, as a value, so that one failure does not hide another's wait."""
    deadline = time.monotonic() + spec.ready_seconds
    while not await _is_ready(spec):
        if not child.running:
            problem = f"ended {how(child)} before it was ready"
        elif time.monotonic() > deadline:
            problem = f"was not ready within {spec.ready_seconds:g} s"
        else:
            await asyncio.sleep(READY_POLL_SECONDS)
            continue
        return NeverReadyError(f"{spec.name} {problem}; the end of {child.log}:\n{child.last_lines()}")
    return None


async def _is_ready(spec: ProcessSpec) -> bool:
    if spec.ready_url and not await answers(spec.ready_url):
        return False
    return spec.ready_check is None or await spec.ready_check()


async def answers(url: str) -> bool:
    """Whether an HTTP address answers with a 2xx status within 2 s."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(url) as response,
        ):
            return 200 <= response.status < 300
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


def how(child: ChildProcess) -> str:
    """How a child ended, in words."""
    code = child.returncode
    return f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"


def rotate(log: Path) -> None:
    """Set the last run's log aside, in place of the one before it."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))
