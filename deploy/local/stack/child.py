"""One child process: started so that it cannot outlive us, watched, and stopped within a deadline.

It is a plain object around `subprocess.Popen`, bound to no event loop, so that a test session may keep it
over many loops. Start it from the main thread: Linux ties a child's life to the thread that started it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from deploy.local.stack.errors import NotInstalledError

LAUNCH = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.02

# Every child of this process, so that a second Ctrl-C can end them all, whoever waits for them just then.
_children: weakref.WeakSet[ChildProcess] = weakref.WeakSet()


def kill_all() -> None:
    """End every child of this process, and whatever those started, at once."""
    for child in list(_children):
        child.kill_group()


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """The user a child runs as; `reach` lets it pass through folders that are closed to that user."""

    uid: int
    gid: int
    reach: bool = False


class ChildProcess:
    """A program with its own process group, whose output goes to a file and which ends when we do.

    `on_parent_death` is the signal that Linux sends it when we end without a goodbye.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        identity: Identity | None = None,
        on_parent_death: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.argv = [str(part) for part in argv]
        self.log = log
        self._environment = dict(environment) if environment is not None else None
        self._identity = identity
        self._on_parent_death = on_parent_death
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._group_ended = False

    @property
    def pid(self) -> int | None:
        """Process id, while there is or was a process."""
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """Exit code, negative for a signal; None while it runs or was never started."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is alive now."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the program; its output is appended to the log. Returns at once."""
        if not Path(self.argv[0]).is_file():
            raise NotInstalledError(f"{self.name}: no program {self.argv[0]}")
        who, reach = "-", "-"
        if self._identity:
            who = f"{self._identity.uid}:{self._identity.gid}"
            reach = "reach" if self._identity.reach else "-"
        launch = [
            sys.executable,
            "-I",
            "-S",
            str(LAUNCH),
            str(os.getpid()),
            str(int(self._on_parent_death)),
            who,
            reach,
        ]
        _children.add(self)
        self._group_ended = False
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and every argument is our own
                [*launch, *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )

    def output(self) -> str:
        """What this run wrote so far."""
        with suppress(FileNotFoundError), self.log.open("rb") as written:
            written.seek(self._log_start)
            return written.read().decode(errors="replace")
        return ""

    def last_lines(self, count: int = 15) -> str:
        """The end of what this run wrote, indented for an error message."""
        lines = self.output().splitlines()[-count:]
        return "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"

    def send(self, number: signal.Signals) -> None:
        """Send the program itself a signal; a process that has ended is left alone."""
        if self._process is not None and self.running:
            self._process.send_signal(number)

    def kill_group(self) -> None:
        """End the program and whatever it started, at once."""
        if self._process is None or self._group_ended:
            return
        running = self.running
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.send(signal.SIGKILL)
        # A killed process is gone within milliseconds; it is collected here, for our caller may be cancelled.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        # Once its leader is gone and the rest was killed, the group's number may come to be another's.
        self._group_ended = not running

    async def ended(self, seconds: float) -> bool:
        """Wait for its end for so many seconds; whether it came."""
        deadline = time.monotonic() + seconds
        while self.running:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def stop(self, seconds: float, *, ask: signal.Signals = signal.SIGTERM) -> bool:
        """Ask it to end, wait so many seconds, then kill its group. Whether asking was enough."""
        self.send(ask)
        try:
            orderly = await self.ended(seconds)
        finally:
            # Also when we are cancelled: nothing may stay behind. A group may outlive its leader.
            self.kill_group()
        await self.ended(5.0)
        return orderly
